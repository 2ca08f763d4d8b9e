"""Stable problem codes of the centre (RFC 9457 ``type`` and our ``code``). HTTP statuses live in the centre alone."""

from enum import StrEnum

from contracts.message import Message, Words

TYPE_PREFIX = "urn:baidiao:problem:"


class ProblemCode(StrEnum):
    """What can go wrong, under names that never change."""

    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_WRONG = "signature_wrong"
    SIGNATURE_OLD = "signature_old"
    SIGNATURE_REPLAYED = "signature_replayed"
    DIGEST_WRONG = "digest_wrong"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_SUSPENDED = "device_suspended"
    CLAIM_UNKNOWN = "claim_unknown"
    CLAIM_USED = "claim_used"
    CLAIM_EXPIRED = "claim_expired"
    MANDATE_MISSING = "mandate_missing"
    QUOTA_SPENT = "quota_spent"
    PURPOSE_COMMERCIAL = "purpose_commercial"
    SERVICE_UNKNOWN = "service_unknown"
    NUMBER_INVALID = "number_invalid"
    CARD_VOID = "card_void"
    CARD_MISMATCH = "card_mismatch"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    DISPUTE_STATE = "dispute_state"
    RATE_LIMITED = "rate_limited"
    LOGIN_REQUIRED = "login_required"
    ROLE_MISSING = "role_missing"
    TOKEN_MISSING = "token_missing"  # noqa: S105  (a code)
    TOKEN_WRONG = "token_wrong"  # noqa: S105  (a code)
    CERTIFICATE_WRONG = "certificate_wrong"
    SCOPE_MISSING = "scope_missing"
    SECOND_PERSON_NEEDED = "second_person_needed"
    STATE_CONFLICT = "state_conflict"
    RULE_REFUSED = "rule_refused"
    RULE_STEP_REFUSED = "rule_step_refused"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Problem(Message):
    """A problem document (RFC 9457). ``detail`` never carries citizen data; a 500 says nothing about the inside.

    Attributes:
        type: ``urn:baidiao:problem:<code>``.
        title: Short English title, the same for every occurrence.
        status: HTTP status, repeated for readers that lose it.
        detail: What to do, for the person who runs the caller.
        code: Stable code.
        retryable: Whether the same request may succeed later.
        request_id: For finding the event in the centre's log.
        rule: Which of the mandates' rules refused; empty when none of them did.
        words: The same in words, for people.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    code: ProblemCode
    retryable: bool
    request_id: str
    rule: str = ""
    words: Words | None = None

"""What a slip says and what its signed token claims: a CWT (RFC 8392) in COSE_Sign1 (RFC 9052), Ed25519."""

from enum import IntEnum
from typing import Any

import base45
from pydantic import AwareDatetime, Field

from contracts.decision import Answer, Outcome
from contracts.message import Message, Words

TOKEN_PREFIX = "BD1:"  # noqa: S105  (a public marker, no secret)
CLAIM_169 = 169
"""IANA CWT claim 169: identity fields in a QR code (MOSIP)."""
CLAIM_DECISIONS = -70001
"""Private-use CWT claim (RFC 8392 section 9.1.1: below -65536)."""


class Claim169(IntEnum):
    """Keys inside claim 169 that a slip uses (MOSIP QR code specification, version 1)."""

    ID = 1
    FULL_NAME = 4


class TokenTextError(ValueError):
    """The QR's text is not one of our tokens, or was cut or altered before its signature could be looked at."""


class MaskedHolder(Message):
    """As much of the holder as a slip shows: enough for himself to know it, too little for a finder."""

    masked_number: str = Field(repr=False)
    initials: Words = Field(repr=False)


class SlipRecord(Message):
    """Everything needed to print a slip again: the content of ``visit.json``.

    Attributes:
        visit_id: The visit.
        place: Where the kiosk stands.
        agency: Who runs the kiosk.
        holder: Masked.
        answer: What the centre decided, with the signed token.
    """

    visit_id: str
    place: Words
    agency: Words
    holder: MaskedHolder
    answer: Answer


class TokenDecision(Message):
    """One decision as the token carries it."""

    service: str
    outcome: Outcome
    amount_baht: int | None
    leaf_index: int


class SlipClaims(Message):
    """What the token claims.

    Attributes:
        issuer: The centre's log origin, e.g. ``centre.baidiao.example``.
        reference: The slip's reference.
        issued_at: UTC, whole seconds.
        expires_at: UTC, whole seconds.
        holder_number: Masked number.
        holder_initials: Initials, Thai.
        decisions: One per service.
    """

    issuer: str
    reference: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    holder_number: str = Field(repr=False)
    holder_initials: str = Field(repr=False)
    decisions: tuple[TokenDecision, ...]


_OUTCOMES = (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE, Outcome.UNDECIDED)


def encode_claims(claims: SlipClaims) -> dict[int, Any]:
    """Turn claims into the CWT claims map, ready for COSE signing."""
    return {
        1: claims.issuer,
        4: int(claims.expires_at.timestamp()),
        6: int(claims.issued_at.timestamp()),
        7: claims.reference.encode("ascii"),
        CLAIM_169: {int(Claim169.ID): claims.holder_number, int(Claim169.FULL_NAME): claims.holder_initials},
        CLAIM_DECISIONS: [
            [d.service, _OUTCOMES.index(d.outcome), d.amount_baht, d.leaf_index] for d in claims.decisions
        ],
    }


def parse_claims(claims: dict[int, Any]) -> SlipClaims:
    """Read a verified CWT claims map.

    Raises:
        TokenTextError: A claim is missing or of the wrong type.
    """
    try:
        return SlipClaims(
            issuer=claims[1],
            reference=claims[7].decode("ascii"),
            issued_at=claims[6],
            expires_at=claims[4],
            holder_number=claims[CLAIM_169][int(Claim169.ID)],
            holder_initials=claims[CLAIM_169][int(Claim169.FULL_NAME)],
            decisions=tuple(
                TokenDecision(service=service, outcome=_OUTCOMES[outcome], amount_baht=baht, leaf_index=leaf)
                for service, outcome, baht, leaf in claims[CLAIM_DECISIONS]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise TokenTextError("the token's claims are not a slip's") from error


def encode_token_text(cose: bytes) -> str:
    """Write COSE bytes as QR text: base 45 (RFC 9285) behind the prefix, fit for a QR code's alphanumeric mode."""
    return TOKEN_PREFIX + str(base45.b45encode(cose), "ascii")


def parse_token_text(text: str) -> bytes:
    """Read QR text back into COSE bytes.

    Raises:
        TokenTextError: Prefix missing or text not base 45.
    """
    text = text.strip("\r\n")
    if not text.startswith(TOKEN_PREFIX):
        raise TokenTextError("not a Baidiao slip: the code does not begin with " + TOKEN_PREFIX)
    try:
        return bytes(base45.b45decode(text.removeprefix(TOKEN_PREFIX)))
    except ValueError as error:
        raise TokenTextError("the code is damaged: not base 45") from error

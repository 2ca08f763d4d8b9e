"""The routes of agencies' own systems, described."""

from typing import Any, Final

from backend.http.operation import Operation, Parameter
from contracts.agency import (
    AGENCY_SERVICES_PATH,
    BULK_PATH,
    DECISIONS_PATH,
    IDEMPOTENCY_HEADER,
    TOKEN_PATH,
    AgencyAnswer,
    AgencyQuestion,
    BulkJob,
    BulkJobList,
    BulkPage,
    BulkRequest,
)
from contracts.decision import ServiceList
from contracts.problems import ProblemCode as P

DIGEST: Final = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
SERVICE: Final = {"th": "เบี้ยยังชีพผู้สูงอายุ", "en": "Old-age allowance"}
TOWN: Final = {"th": "เทศบาลตัวอย่าง", "en": "Municipality of Tuayang"}
TREASURY: Final = {"th": "กรมบัญชีกลาง", "en": "Comptroller General's Department"}
SUBJECT: Final = {"type": "citizen_number", "citizen_number": "3999900000010"}
OAUTH_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
"""RFC 6749 section 5.2."""
KEY: Final = Parameter(
    IDEMPOTENCY_HEADER,
    "header",
    "order-20261124-0017",
    "string",
    required=False,
    pattern="^[A-Za-z0-9_-]{8,64}$",
    description="Your name for this request. With the same key and the same body you get the same answer for 24 hours, "
    "and nothing is logged or counted twice; with another body, `idempotency_conflict`.",
)
QUESTION_PROBLEMS: Final = (
    P.BAD_REQUEST,
    P.UNSUPPORTED_MEDIA,
    P.TOO_LARGE,
    P.IDEMPOTENCY_CONFLICT,
)
ANSWER: Final = {
    "reference": "7K3M-9QXR-2T",
    "decided_at": "2026-11-23T03:00:00Z",
    "expires_at": "2026-12-23T03:00:00Z",
    "assurance": "number_only",
    "decisions": [
        {
            "service": "old_age_allowance",
            "service_name": SERVICE,
            "agency": TOWN,
            "outcome": "eligible",
            "reasons": [{"code": "old_age.age", "words": {"th": "อายุครบ 60 ปี", "en": "Aged 60 or over"}}],
            "amount": {"baht": 700, "period": "month"},
            "next_step": {"th": "ยื่นคำขอที่เทศบาล", "en": "Apply at the municipality"},
            "rule": {"table": "old_age_allowance", "version": "1", "effective_from": "2026-10-01"},
            "leaf": {"index": 41, "hash": DIGEST},
        }
    ],
    "sources": [{"agency_id": "comptroller_general", "agency": TREASURY, "state": "answered", "cause": None}],
}

_EXAMPLE_ID: Final = "0b9d7a4e-6a55-5f52-9d0e-6b1d35a2f6c1"
JOB: Final = {
    "id": _EXAMPLE_ID,
    "state": "running",
    "services": ["old_age_allowance"],
    "officer": "T-1042",
    "total": 2000,
    "finished": 640,
    "refused": 3,
    "created_at": "2026-11-23T03:00:00Z",
    "expires_at": "2026-11-30T03:00:00Z",
}
_JOB_ID: Final = Parameter("job_id", "path", _EXAMPLE_ID, "string")
_JOB_HEADERS: Final = {"Location": "Where to ask again", "Retry-After": "Seconds to wait before that, while under way"}

AGENCY_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "post",
        TOKEN_PATH,
        "Get an access token (OAuth 2.0 client credentials)",
        "public",
        answer_example={"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 600, "scope": "decide"},
        request_type="application/x-www-form-urlencoded",
        request_schema={
            "type": "object",
            "required": ["grant_type"],
            "properties": {
                "grant_type": {"type": "string", "const": "client_credentials"},
                "scope": {"type": "string"},
                "client_id": {"type": "string"},
                "client_secret": {"type": "string"},
                "client_assertion_type": {"type": "string"},
                "client_assertion": {"type": "string"},
            },
        },
        request_example={"grant_type": "client_credentials", "scope": "decide"},
        problems=(P.CERTIFICATE_WRONG, P.RATE_LIMITED),
        refusals={400: OAUTH_ERROR, 401: OAUTH_ERROR},
        description="The client proves itself with its secret (HTTP Basic, or in the form) or with an assertion signed "
        "with its key (`private_key_jwt`, RFC 7523; `aud` is this address). Refusals have the form of RFC 6749, "
        '`{"error": "invalid_client"}`, with 400 or 401. If a TLS certificate is shown, the token is bound to it.',
    ),
    Operation(
        "get",
        AGENCY_SERVICES_PATH,
        "List the services this agency may ask for today, under its mandates",
        "agency",
        answer=ServiceList,
        answer_example={
            "services": [
                {
                    "id": "old_age_allowance",
                    "name": SERVICE,
                    "agency": TOWN,
                    "summary": {"th": "เงินรายเดือนสำหรับผู้มีอายุ 60 ปีขึ้นไป", "en": "A monthly sum for people of 60 and over"},
                    "facts": [{"fact": {"th": "การรับบำนาญ", "en": "State pension"}, "agency": TREASURY}],
                }
            ]
        },
    ),
    Operation(
        "post",
        DECISIONS_PATH,
        "Ask whether a person may have services",
        "agency",
        answer=AgencyAnswer,
        request=AgencyQuestion,
        parameters=(KEY,),
        problems=(
            *QUESTION_PROBLEMS,
            P.MANDATE_MISSING,
            P.QUOTA_SPENT,
            P.SERVICE_UNKNOWN,
            P.NUMBER_INVALID,
            P.CARD_VOID,
            P.CARD_MISMATCH,
            P.UNAVAILABLE,
        ),
        description="Only the decision comes back. The evidence log keeps the agency and the officer named in the "
        "question. An agency that does not answer makes a fact *not known*, never *no*.",
        request_example={
            "services": ["old_age_allowance"],
            "purpose": "eligibility",
            "officer": "T-1042",
            "subject": SUBJECT,
        },
        answer_example=ANSWER,
    ),
    Operation(
        "post",
        BULK_PATH,
        "Ask about up to 10,000 persons at once",
        "agency",
        status=202,
        answer=BulkJob,
        request=BulkRequest,
        parameters=(KEY,),
        headers=_JOB_HEADERS,
        problems=(*QUESTION_PROBLEMS, P.MANDATE_MISSING),
        description="Taken when answered, and not lost after that; worked off in the background, behind the kiosks' "
        "questions. Each line is decided, logged and counted like a single question, and one that is refused does not "
        "hold up the others. Lines and results lie encrypted and are deleted 24 hours after the last result.",
        request_example={
            "services": ["old_age_allowance"],
            "purpose": "eligibility",
            "officer": "T-1042",
            "items": [{"reference": "case-0001", "subject": SUBJECT}],
        },
        answer_example=JOB | {"state": "waiting", "finished": 0, "refused": 0},
    ),
    Operation(
        "get",
        BULK_PATH,
        "List this client's newest batches",
        "agency",
        answer=BulkJobList,
        answer_example={"jobs": [JOB]},
    ),
    Operation(
        "get",
        f"{BULK_PATH}/{{job_id}}",
        "Say how far a batch is",
        "agency",
        answer=BulkJob,
        parameters=(_JOB_ID,),
        headers=_JOB_HEADERS,
        problems=(P.NOT_FOUND,),
        answer_example=JOB,
    ),
    Operation(
        "delete",
        f"{BULK_PATH}/{{job_id}}",
        "Give a batch up; results that are there stay",
        "agency",
        answer=BulkJob,
        parameters=(_JOB_ID,),
        headers=_JOB_HEADERS,
        problems=(P.NOT_FOUND,),
        answer_example=JOB | {"state": "cancelled"},
    ),
    Operation(
        "get",
        f"{BULK_PATH}/{{job_id}}/results",
        "Get results, page by page, in the batch's order",
        "agency",
        answer=BulkPage,
        parameters=(
            _JOB_ID,
            Parameter("cursor", "query", 0, required=False, description="`next_cursor` of the page before"),
            Parameter("limit", "query", 100, required=False, description="1 to 1,000"),
        ),
        problems=(P.BAD_REQUEST, P.NOT_FOUND),
        answer_example={
            "state": "running",
            "results": [{"reference": "case-0001", "answer": ANSWER, "refusal": None}],
            "next_cursor": "1",
        },
    ),
)

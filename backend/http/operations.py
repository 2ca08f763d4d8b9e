"""Every route that outsiders may rely on, described once: what ``/openapi.json`` is made from."""

from typing import Final

from backend.http.admin_operations import ADMIN_OPERATIONS
from backend.http.agency_operations import AGENCY_OPERATIONS
from backend.http.history_operations import HISTORY_OPERATIONS
from backend.http.operation import Operation, Parameter
from contracts.catalogue import CATALOGUE_PATH, Catalogue
from contracts.decision import Answer, Question, ServiceList
from contracts.extract import (
    EXTRACT_PATH,
    SOURCE_EXTRACT_PATH,
    ExtractNotice,
    ExtractQuestion,
    ExtractReceipt,
    SourcedExtract,
)
from contracts.fleet import (
    ENROL_PATH,
    HEARTBEAT_PATH,
    KEYS_PATH,
    QUESTION_PATH,
    SERVICES_PATH,
    EnrolReply,
    EnrolRequest,
    Heartbeat,
    HeartbeatReply,
)
from contracts.problems import ProblemCode as P
from contracts.slip_messages import (
    PROOF_PATH,
    REVOCATIONS_PATH,
    VERIFY_PATH,
    RevocationList,
    SlipProof,
    SlipQuestion,
    SlipVerdict,
)
from contracts.statistics import DAYS_CSV_PATH, PROVINCES_CSV_PATH, STATISTICS_PATH, Statistics

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PERIOD = (
    Parameter("from", "query", "2026-10-01", "string", required=False, pattern=_DAY, description="First day"),
    Parameter("to", "query", "2026-10-31", "string", required=False, pattern=_DAY, description="Last day"),
)
_WORDS = {"th": "เทศบาลตัวอย่าง", "en": "Municipality of Tuayang"}
_PLACE = {"th": "โถงบริการชั้น 1", "en": "Service hall, ground floor"}
_NAME = {"prefix": "น.ส.", "first": "สมหญิง", "middle": "", "last": "ตัวอย่าง"}
_AGENCY = {"th": "กรมบัญชีกลาง", "en": "Comptroller General's Department"}
_SERVICE = {"th": "เบี้ยยังชีพผู้สูงอายุ", "en": "Old-age allowance"}
_PUBLIC_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
_DIGEST = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"

_HASH_BASE64 = "Sl4eS6q4nzoyUYqIwxvIf2GPdmc+LMd6shJ7ev3tozs="

_QUESTION = {
    "question_id": "018f3c5a-6f0e-7c39-9b56-2d9f3d0d8a11",
    "visit_id": "018f3c5a-6f0e-7c39-9b56-2d9f3d0d8a10",
    "services": ["old_age_allowance"],
    "purpose": "eligibility",
    "subject": {
        "type": "citizen_number",
        "citizen_number": "3999900000015",
        "card": {
            "name_th": _NAME,
            "birth": {"year": 1955, "month": 4, "day": 13},
            "request_number": "99990000000001",
            "laser_number": None,
            "chip_serial": "00112233",
        },
    },
    "language": "th",
}
_ANSWER = {
    "type": "answer",
    "question_id": _QUESTION["question_id"],
    "reference": "7K3M-9QXR-2T",
    "decided_at": "2026-11-23T03:00:00Z",
    "expires_at": "2027-02-21T03:00:00Z",
    "assurance": "confirmed",
    "decisions": [
        {
            "service": "old_age_allowance",
            "service_name": _SERVICE,
            "agency": _WORDS,
            "outcome": "eligible",
            "reasons": [{"code": "old_age.age", "words": {"th": "อายุครบ 60 ปี", "en": "Aged 60 or over"}}],
            "amount": {"baht": 700, "period": "month"},
            "next_step": {"th": "ยื่นคำขอที่เทศบาล", "en": "Apply at the municipality"},
            "rule": {"table": "old_age_allowance", "version": "1", "effective_from": "2026-10-01"},
            "leaf": {"index": 41, "hash": _DIGEST},
        }
    ],
    "sources": [{"agency_id": "comptroller_general", "agency": _AGENCY, "state": "answered", "cause": None}],
    "slip_token": "BDO1:6BF…",
}
_HEARTBEAT = {
    "sent_at": "2026-11-23T03:00:00Z",
    "boot_id": "2f1c9a6e",
    "software_version": "0.1.0",
    "uptime_s": 86400,
    "memory_bytes": 180000000,
    "visits_total": 37,
    "state": "resting",
    "reader": {"health": "ok", "code": "", "model": "Virtual PCD"},
    "printer": {"health": "warning", "code": "paper_low", "model": "80 mm"},
    "panel": {
        "health": "warning",
        "code": "case_was_opened",
        "model": "panel 1.0.0",
        "power_cycles_today": 0,
        "case_celsius": 41.5,
        "tampered_at": "2026-11-23T01:12:40Z",
    },
}

_CLAIMS = {
    "issuer": "centre.baidiao.example",
    "reference": _ANSWER["reference"],
    "issued_at": _ANSWER["decided_at"],
    "expires_at": _ANSWER["expires_at"],
    "holder_number": "3-XXXX-XXXXX-01-5",
    "holder_initials": "ส. ต.",
    "decisions": [{"service": "old_age_allowance", "outcome": "eligible", "amount_baht": 700, "leaf_index": 41}],
}

OPERATIONS: Final[tuple[Operation, ...]] = (
    *AGENCY_OPERATIONS,
    *ADMIN_OPERATIONS,
    Operation(
        "post",
        ENROL_PATH,
        "Enrol a device with a one-time claim code",
        "device",
        status=201,
        answer=EnrolReply,
        request=EnrolRequest,
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.CLAIM_UNKNOWN, P.CLAIM_USED, P.CLAIM_EXPIRED),
        description="Signed with the key it carries; `keyid` is the key's RFC 7638 thumbprint. Asked again with the "
        "same code and key, answered the same.",
        request_example={
            "claim_code": "4TZD-9M2K-QX7A",
            "public_key": _PUBLIC_KEY,
            "serial": "KIOSK-0001",
            "model": "Raspberry Pi 5",
            "software_version": "0.1.0",
        },
        answer_example={
            "device_id": "dev_abcdefghij234567",
            "agency_id": "tuayang_municipality",
            "agency": _WORDS,
            "place": _PLACE,
            "heartbeat_interval_s": 60,
        },
    ),
    Operation(
        "post",
        HEARTBEAT_PATH,
        "Report a device's state",
        "device",
        answer=HeartbeatReply,
        request=Heartbeat,
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA),
        request_example=_HEARTBEAT,
        answer_example={"server_time": "2026-11-23T03:00:00Z", "heartbeat_interval_s": 60},
    ),
    Operation(
        "get",
        SERVICES_PATH,
        "List the services this device may offer",
        "device",
        answer=ServiceList,
        answer_example={
            "services": [
                {
                    "id": "old_age_allowance",
                    "name": _SERVICE,
                    "agency": _WORDS,
                    "summary": {"th": "เงินรายเดือนสำหรับผู้มีอายุ 60 ปีขึ้นไป", "en": "A monthly sum for people of 60 and over"},
                    "facts": [{"fact": {"th": "การรับบำนาญ", "en": "State pension"}, "agency": _AGENCY}],
                }
            ]
        },
    ),
    Operation(
        "post",
        QUESTION_PATH,
        "Ask whether a person may have services",
        "device",
        answer=Answer,
        request=Question,
        problems=(
            P.BAD_REQUEST,
            P.UNSUPPORTED_MEDIA,
            P.MANDATE_MISSING,
            P.QUOTA_SPENT,
            P.SERVICE_UNKNOWN,
            P.NUMBER_INVALID,
            P.CARD_VOID,
            P.CARD_MISMATCH,
            P.IDEMPOTENCY_CONFLICT,
            P.UNAVAILABLE,
        ),
        description="With `Accept: application/x-ndjson` the answer is a stream of lines: `progress` for each agency, "
        "then one `answer`, or one `problem` if something fails after the stream began. `question_id` is the "
        "idempotency key. An agency that does not answer makes a fact *not known*, never *no*.",
        request_example=_QUESTION,
        answer_example=_ANSWER,
    ),
    Operation(
        "post",
        VERIFY_PATH,
        "Say whether a slip is valid, altered, expired, revoked or of an unknown issuer",
        "device",
        answer=SlipVerdict,
        request=SlipQuestion,
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA),
        description="For an agency's counter: any enrolled device may ask. Nothing is kept.",
        request_example={"token": "BD1:6BF…"},
        answer_example={
            "verdict": "revoked",
            "words": {"th": "ผู้ออกเพิกถอนใบนี้แล้ว", "en": "The issuer has revoked this slip."},
            "claims": _CLAIMS,
            "revocation": {
                "reference": _ANSWER["reference"],
                "revoked_at": "2026-11-24T08:00:00Z",
                "reason": "Issued in error",
            },
        },
    ),
    Operation(
        "post",
        EXTRACT_PATH,
        "Give notice of a paper extract that an officer makes himself, before it is printed",
        "device",
        status=201,
        answer=ExtractReceipt,
        request=ExtractNotice,
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.MANDATE_MISSING, P.QUOTA_SPENT),
        description="NCPO order 21/2560, clause 17: free of charge, and only for services whose law still wants paper. "
        "The notice says who makes it and a salted hash of the facts, not the facts.",
        request_example={
            "service": "disability_allowance",
            "source": "disability_register",
            "officer": "นางสาวสมหญิง ตัวอย่าง",
            "facts_hash": _DIGEST,
        },
        answer_example={
            "reference": "7K3M-9QXR-2T",
            "made_at": "2026-11-24T08:00:00Z",
            "authority": _WORDS,
            "law": {"th": "ระเบียบว่าด้วยการจ่ายเงินเบี้ยความพิการ", "en": "Regulation on paying the disability allowance"},
            "leaf": {"index": 42, "hash": _DIGEST},
        },
    ),
    Operation(
        "post",
        SOURCE_EXTRACT_PATH,
        "Ask a source what an officer's paper extract shall say; logged before it is answered",
        "device",
        status=201,
        answer=SourcedExtract,
        request=ExtractQuestion,
        problems=(
            P.BAD_REQUEST,
            P.UNSUPPORTED_MEDIA,
            P.MANDATE_MISSING,
            P.QUOTA_SPENT,
            P.SERVICE_UNKNOWN,
            P.NUMBER_INVALID,
            P.CARD_VOID,
            P.CARD_MISMATCH,
            P.UNAVAILABLE,
        ),
        description="For services whose law still wants paper, under a mandate for the purpose `extract`. The centre "
        "keeps a salted hash of what the source said, and nothing else of it.",
        request_example={
            "service": "disability_allowance",
            "source": "disability_register",
            "officer": "นางสาวสมหญิง ตัวอย่าง",
            "subject": _QUESTION["subject"],
        },
        answer_example={
            "receipt": {
                "reference": "7K3M-9QXR-2T",
                "made_at": "2026-11-24T08:00:00Z",
                "authority": _WORDS,
                "law": {"th": "ระเบียบว่าด้วยการจ่ายเงินเบี้ยความพิการ", "en": "Regulation on paying the disability allowance"},
                "leaf": {"index": 42, "hash": _DIGEST},
            },
            "service_name": _SERVICE,
            "source": _AGENCY,
            "facts": [{"label": {"th": "บัตรคนพิการ", "en": "Disability card"}, "value": {"th": "ใช่", "en": "yes"}}],
            "salt": "00112233445566778899aabbccddeeff",
        },
    ),
    *HISTORY_OPERATIONS,
    Operation(
        "get",
        KEYS_PATH,
        "Public keys of slips: the present, the next, and retired ones (JWK set; `iss` is the issuer)",
        "public",
        answer_example={
            "keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "kPrK_q", "x": _PUBLIC_KEY, "iss": _CLAIMS["issuer"]}]
        },
    ),
    Operation(
        "get",
        REVOCATIONS_PATH,
        "Slips taken back that would still be current, for verifying offline",
        "public",
        answer=RevocationList,
        answer_example={
            "issuer": "centre.baidiao.example",
            "as_of": "2026-11-24T08:00:00Z",
            "references": [_ANSWER["reference"]],
        },
    ),
    Operation(
        "get",
        CATALOGUE_PATH,
        "List the services, which copies they need no more, and the databases asked in their place",
        "public",
        answer=Catalogue,
        parameters=(Parameter("q", "query", "บำนาญ", "string", required=False, description="Words to search for"),),
        headers={"ETag": "Send it as If-None-Match: 304 when nothing has changed"},
        answer_example={
            "total": 12,
            "services": [
                {
                    "id": "old_age_allowance",
                    "name": _SERVICE,
                    "agency": _WORDS,
                    "summary": {"th": "เงินรายเดือนสำหรับผู้มีอายุ 60 ปีขึ้นไป", "en": "A monthly sum for people of 60 and over"},
                    "replaces": [
                        {
                            "document": {"th": "หนังสือรับรองการไม่รับบำนาญ", "en": "Certificate of not drawing a pension"},
                            "database": {"th": "ฐานข้อมูลผู้รับเบี้ยหวัดบำนาญ", "en": "Pensions and regular payments"},
                            "owner_id": "comptroller_general",
                            "owner": _AGENCY,
                            "facts": [{"th": "การรับบำนาญ", "en": "State pension"}],
                        }
                    ],
                    "bring": [],
                }
            ],
        },
    ),
    Operation(
        "get",
        STATISTICS_PATH,
        "Read how often what was decided, by day and by province; nothing about persons",
        "public",
        answer=Statistics,
        parameters=_PERIOD,
        problems=(P.BAD_REQUEST,),
        headers={"ETag": "Send it as If-None-Match: 304 when nothing has changed"},
        description="Counts are rounded to tens, rows of fewer than ten are left out, and a day is published when two "
        "whole days have passed since. A period has at most 366 days; by itself it is the last three months.",
        answer_example={
            "since": "2026-08-23",
            "until": "2026-11-21",
            "delay_days": 2,
            "smallest": 10,
            "rounded_to": 10,
            "days": [{"day": "2026-11-21", "service": "old_age_allowance", "outcome": "eligible", "count": 12340}],
            "provinces": [
                {
                    "month": "2026-10",
                    "province": "55",
                    "service": "old_age_allowance",
                    "outcome": "eligible",
                    "count": 560,
                }
            ],
        },
    ),
    Operation(
        "get",
        DAYS_CSV_PATH,
        "The statistics by day as a table: day, service, outcome, count",
        "public",
        media_type="text/csv",
        parameters=_PERIOD,
        problems=(P.BAD_REQUEST,),
    ),
    Operation(
        "get",
        PROVINCES_CSV_PATH,
        "The statistics by province as a table: month, province, service, outcome, count",
        "public",
        media_type="text/csv",
        parameters=_PERIOD,
        problems=(P.BAD_REQUEST,),
    ),
    Operation("get", "/statistics", "Page with the statistics", "public", media_type="text/html"),
    Operation("get", "/services", "Page that lists the services that need no copies", "public", media_type="text/html"),
    Operation("get", "/docs", "Page about the interfaces", "public", media_type="text/html"),
    Operation(
        "get",
        "/services/static/{filename}",
        "What the pages need",
        "public",
        media_type="text/css",
        problems=(P.NOT_FOUND,),
        parameters=(Parameter("filename", "path", "public.css", "string"),),
    ),
    Operation("get", "/slip", "Page on which anybody verifies a slip", "public", media_type="text/html"),
    Operation(
        "post",
        "/slip",
        "The page's form: a picture of the slip (`picture`) or its code's text (`token`); nothing is kept",
        "public",
        media_type="text/html",
        problems=(P.TOO_LARGE,),
    ),
    Operation(
        "get",
        "/slip/static/{filename}",
        "What the page needs",
        "public",
        media_type="text/css",
        problems=(P.NOT_FOUND,),
        parameters=(Parameter("filename", "path", "slip.css", "string"),),
    ),
    Operation(
        "get",
        "/log/checkpoint",
        "Signed checkpoint of the evidence log (C2SP signed note)",
        "public",
        media_type="text/plain",
        answer_example="centre.baidiao.example\n42\nqINS1GRFpWoX…=\n\n— centre.baidiao.example Az3g…\n",
    ),
    Operation(
        "get",
        "/log/checkpoint/newest",
        "The checkpoint of this moment, which witnesses may not have seen yet",
        "public",
        media_type="text/plain",
        answer_example="centre.baidiao.example\n43\nCsUYapGGPo4d…=\n\n— centre.baidiao.example Az3g…\n",
    ),
    Operation(
        "get",
        "/log/keys",
        "Verifier keys of the checkpoints (C2SP signed note), one a line, the present one first",
        "public",
        media_type="text/plain",
        answer_example="centre.baidiao.example+033de0ae+AR…\n",
    ),
    Operation(
        "post",
        PROOF_PATH,
        "Proof that the log says what a slip says: for who holds the slip's code, and shows all of it",
        "public",
        answer=SlipProof,
        request=SlipQuestion,
        answer_example={
            "checkpoint": "centre.baidiao.example\n43\nCsUYapGGPo4d…=\n\n— centre.baidiao.example Az3g…\n",
            "leaves": [{"leaf_index": 42, "leaf": '{"agency_id":…}', "hashes": ["qINS1GRFpWoX…="]}],
        },
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.NOT_FOUND),
        request_example={"token": "BD1:6BF…"},
    ),
    Operation(
        "get",
        "/log/tile/{path}",
        "Hashes of the evidence log (C2SP tlog-tiles: level/index, or level/index.p/width)",
        "public",
        media_type="application/octet-stream",
        problems=(P.NOT_FOUND,),
        parameters=(Parameter("path", "path", "0/000", "string"),),
    ),
    Operation(
        "get",
        "/log/proof/inclusion",
        "Proof that a leaf is in the log (RFC 6962 section 2.1.1)",
        "public",
        problems=(P.BAD_REQUEST, P.NOT_FOUND),
        parameters=(Parameter("index", "query", 41), Parameter("size", "query", 42, required=False)),
        answer_example={"leaf_index": 41, "tree_size": 42, "leaf_hash": _HASH_BASE64, "hashes": []},
    ),
    Operation(
        "get",
        "/log/proof/consistency",
        "Proof that the log has only grown (RFC 6962 section 2.1.2)",
        "public",
        problems=(P.BAD_REQUEST, P.NOT_FOUND),
        parameters=(Parameter("first", "query", 7), Parameter("second", "query", 42)),
        answer_example={"first": 7, "second": 42, "hashes": []},
    ),
    Operation("get", "/healthz", "Whether the process lives", "public", answer_example={"status": "ok"}),
    Operation(
        "get",
        "/readyz",
        "Whether the centre can do its work; 503 names what is missing",
        "public",
        answer_example={"status": "ok", "checks": {"database": "ok", "migrations": "ok"}},
    ),
    Operation("get", "/metrics", "Measurements for Prometheus", "public", media_type="text/plain"),
    Operation("get", "/openapi.json", "This description", "public", answer_example={"openapi": "3.1.0"}),
)  # fmt: skip

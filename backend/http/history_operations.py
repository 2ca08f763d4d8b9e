"""The routes of histories and disputes, described."""

from typing import Final

from backend.http.operation import Operation, Parameter, Tag
from contracts.history import (
    ACCESS_LOG_PATH,
    AGENCY_ACCESS_LOG_PATH,
    DISPUTE_PATH,
    HISTORY_EXPORT_PATH,
    HISTORY_PATH,
    AccessPage,
    DisputeQuestion,
    HistoryEntry,
    HistoryExportQuestion,
    HistoryPage,
    HistoryQuestion,
)
from contracts.problems import ProblemCode as P

_CARD_PROBLEMS: Final = (
    P.BAD_REQUEST,
    P.UNSUPPORTED_MEDIA,
    P.NUMBER_INVALID,
    P.CARD_VOID,
    P.CARD_MISMATCH,
    P.UNAVAILABLE,
)
_LEAF: Final = {"index": 41, "hash": "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"}
_VISIT: Final = "018f3c5a-6f0e-7c39-9b56-2d9f3d0d8a10"
_SUBJECT: Final = {
    "type": "citizen_number",
    "citizen_number": "3999900000015",
    "card": {
        "name_th": {"prefix": "น.ส.", "first": "สมหญิง", "middle": "", "last": "ตัวอย่าง"},
        "birth": {"year": 1955, "month": 4, "day": 13},
        "request_number": "99990000000001",
        "laser_number": None,
        "chip_serial": "00112233",
    },
}
_ENTRY: Final = {
    "leaf": _LEAF,
    "kind": "decision",
    "at": "2026-11-24T08:00:00Z",
    "agency": {"th": "เทศบาลตัวอย่าง", "en": "Municipality of Tuayang"},
    "by_officer": False,
    "purpose": {"th": "ตรวจสอบว่าท่านมีสิทธิหรือไม่", "en": "To see whether you qualify"},
    "legal_basis": [{"th": "พระราชบัญญัติผู้สูงอายุ พ.ศ. 2546", "en": "Act on the Elderly B.E. 2546"}],
    "service": {"th": "เบี้ยยังชีพผู้สูงอายุ", "en": "Old-age allowance"},
    "outcome": "eligible",
    "asked": [{"th": "กรมบัญชีกลาง", "en": "Comptroller General's Department"}],
    "reference": "7K3M-9QXR-2T",
    "dispute": None,
}

_ACCESSES: Final = {
    "entries": [
        {
            "leaf": _LEAF,
            "kind": "decision",
            "at": "2026-11-24T08:00:00Z",
            "device_id": "dev_0123456789abcdef",
            "officer": "no-17",
            "service": "old_age_allowance",
            "purpose": "eligibility",
            "mandates": [3],
            "outcome": "eligible",
            "sources": ["civil_registry", "comptroller_general"],
            "reference": "7K3M-9QXR-2T",
        }
    ],
    "next": 41,
}


def _access_log(path: str, tag: Tag) -> Operation:
    return Operation(
        "get",
        path,
        "What the caller's own agency asked, newest first; `format=csv` for a file",
        tag,
        answer=AccessPage,
        other_media=("text/csv",),
        problems=(P.BAD_REQUEST, P.UNAVAILABLE),
        parameters=(
            Parameter("before", "query", 41, required=False),
            Parameter("limit", "query", 50, required=False),
            Parameter("format", "query", "csv", "string", required=False),
        ),
        description="No entry names a citizen. Up to 1000 entries a page.",
        answer_example=_ACCESSES,
    )


HISTORY_OPERATIONS: Final = (
    Operation(
        "post",
        HISTORY_PATH,
        "Who asked about the holder of this card: newest first, in plain words",
        "device",
        answer=HistoryPage,
        request=HistoryQuestion,
        problems=_CARD_PROBLEMS,
        description="The registry must confirm the card: if it is silent, nothing is shown. The look itself becomes an "
        "entry. What a rule of two officers delays appears when the delay ends.",
        request_example={"visit_id": _VISIT, "subject": _SUBJECT, "before": None, "limit": 20},
        answer_example={
            "entries": [_ENTRY],
            "next": None,
            "reference": "3M9Q-2T7K-XR",
            "looked_at": "2026-11-24T08:30:00Z",
        },
    ),
    Operation(
        "post",
        DISPUTE_PATH,
        "Dispute an entry, object to the agency's answer, or accept it",
        "device",
        answer=HistoryEntry,
        request=DisputeQuestion,
        problems=(*_CARD_PROBLEMS, P.NOT_FOUND, P.DISPUTE_STATE),
        description="The steward answers within 30 days. A citizen may object once; an answer that he lets rest "
        "for 30 days closes the dispute. Opening it again changes nothing.",
        request_example={
            "visit_id": _VISIT,
            "subject": _SUBJECT,
            "leaf_index": 41,
            "act": "open",
            "reason": "not_me",
        },
        answer_example=_ENTRY
        | {
            "dispute": {
                "reference": "2T7K-3M9Q-XR",
                "state": "open",
                "reason": "not_me",
                "due_at": "2026-12-24T08:00:00Z",
                "answer": "",
                "may_object": False,
            }
        },
    ),
    Operation(
        "post",
        HISTORY_EXPORT_PATH,
        "A citizen's whole history, for an officer who hands it to him; `format` may be `csv`",
        "device",
        answer=HistoryPage,
        other_media=("text/csv",),
        request=HistoryExportQuestion,
        problems=(*_CARD_PROBLEMS, P.MANDATE_MISSING),
        description="Under a mandate for `access_history` with the purpose `history_export`. The citizen sees "
        "that it was made.",
        request_example={"subject": _SUBJECT, "officer": "no-17", "format": "json"},
        answer_example={"entries": [_ENTRY], "next": None},
    ),
    _access_log(ACCESS_LOG_PATH, "device"),
    _access_log(AGENCY_ACCESS_LOG_PATH, "agency"),
)

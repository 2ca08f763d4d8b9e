"""The routes of administrators' tools, described."""

from typing import Any, Final

from backend.http.admin_messages import (
    DIRECTORY_PATH,
    MANDATES_PATH,
    DirectoryChange,
    DirectoryPiece,
    MandateList,
    MandateRevocation,
    MandateView,
)
from backend.http.operation import Operation, Parameter
from backend.mandates.file import MandateEntry
from contracts.problems import ProblemCode as P

_LAW: Final = {"th": "พระราชบัญญัติน้ำบาดาล พ.ศ. 2520", "en": "Groundwater Act B.E. 2520"}
_PROPOSAL: Final[dict[str, Any]] = {
    "agency_id": "tuayang_municipality",
    "service_id": "groundwater_permit",
    "purpose": "eligibility",
    "facts": ["groundwater.permit_valid"],
    "legal_basis": _LAW,
    "valid_from": "2026-11-01",
}
_EVENT: Final = {"at": "2026-11-24T03:00:00Z", "who": "somying@centre.example", "what": "proposed", "note": ""}
_VIEW: Final = _PROPOSAL | {
    "number": 17,
    "state": "proposed",
    "waits_for_second": False,
    "valid_until": None,
    "proposed_by": "somying@centre.example",
    "approved_by": [],
    "events": [_EVENT],
}
_AGENCY: Final[dict[str, Any]] = {
    "id": "groundwater_resources",
    "name": {"th": "กรมทรัพยากรน้ำบาดาล", "en": "Department of Groundwater Resources"},
    "adapter": "rest",
    "base_url": "https://permits.groundwater.example",
    "requests": [
        {
            "path": "/v1/permit",
            "send": {"citizen_number": "citizen_number"},
            "facts": {"groundwater.permit_valid": {"at": "valid", "as": "bool"}},
        }
    ],
}
_CHANGE: Final = {"changes": ["added    agency groundwater_resources"], "taken_up": False}
_NUMBER: Final = Parameter("number", "path", 17)

ADMIN_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "get",
        MANDATES_PATH,
        "List mandates, proposals and what was revoked",
        "admin",
        answer=MandateList,
        answer_example={"mandates": [_VIEW | {"events": []}], "next_cursor": None},
        parameters=(
            Parameter("agency", "query", "tuayang_municipality", "string", required=False, description="Only its own"),
            Parameter("cursor", "query", 0, required=False, description="`next_cursor` of the page before"),
        ),
        problems=(P.BAD_REQUEST,),
    ),
    Operation(
        "post",
        MANDATES_PATH,
        "Propose a mandate",
        "admin",
        status=201,
        answer=MandateView,
        answer_example=_VIEW,
        request=MandateEntry,
        request_example=_PROPOSAL,
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.PURPOSE_COMMERCIAL),
        description="In the name of the officer for whom the client acts. It permits nothing until another officer has "
        "approved it. Commercial purposes, however they are called, are refused by their own code.",
    ),
    Operation(
        "get",
        f"{MANDATES_PATH}/{{number}}",
        "Show a mandate and what was done to it",
        "admin",
        answer=MandateView,
        answer_example=_VIEW,
        parameters=(_NUMBER,),
        problems=(P.NOT_FOUND,),
    ),
    Operation(
        "post",
        f"{MANDATES_PATH}/{{number}}/approval",
        "Approve a proposal of somebody else",
        "admin",
        answer=MandateView,
        answer_example=_VIEW | {"state": "granted", "approved_by": ["malee@centre.example"]},
        parameters=(_NUMBER,),
        problems=(P.NOT_FOUND, P.STATE_CONFLICT, P.SECOND_PERSON_NEEDED),
        description="Mandates about restricted data need a second approval by a third officer.",
    ),
    Operation(
        "post",
        f"{MANDATES_PATH}/{{number}}/revocation",
        "Take a mandate or a proposal back, for ever",
        "admin",
        answer=MandateView,
        answer_example=_VIEW | {"state": "revoked"},
        request=MandateRevocation,
        request_example={"reason": "The law has changed"},
        parameters=(_NUMBER,),
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.NOT_FOUND, P.STATE_CONFLICT),
    ),
    Operation(
        "get",
        DIRECTORY_PATH,
        "Show the directory: facts and agencies",
        "admin",
        answer=DirectoryPiece,
        answer_example={"facts": [], "agencies": [_AGENCY]},
        problems=(P.STATE_CONFLICT,),
    ),
    Operation(
        "post",
        DIRECTORY_PATH,
        "Put facts and agencies into the directory",
        "admin",
        answer=DirectoryChange,
        answer_example=_CHANGE,
        request=DirectoryPiece,
        request_example={"agencies": [_AGENCY]},
        problems=(P.BAD_REQUEST, P.UNSUPPORTED_MEDIA, P.STATE_CONFLICT),
        description="Those of the same name are replaced. If anything is wrong, nothing is changed.",
    ),
    Operation(
        "delete",
        f"{DIRECTORY_PATH}/{{name}}",
        "Take a fact or an agency out of the directory",
        "admin",
        answer=DirectoryChange,
        answer_example={"changes": ["removed  agency groundwater_resources"], "taken_up": False},
        parameters=(Parameter("name", "path", "groundwater_resources", "string"),),
        problems=(P.BAD_REQUEST, P.STATE_CONFLICT),
    ),
    Operation(
        "post",
        f"{DIRECTORY_PATH}/reload",
        "Have the running centre load the directory",
        "admin",
        answer=DirectoryChange,
        answer_example=_CHANGE | {"taken_up": True},
        problems=(P.BAD_REQUEST, P.STATE_CONFLICT),
        description="New workers begin with it; the old ones finish what they do. Nothing is interrupted.",
    ),
)

"""Whether a DCI registry's answers have the form of the SPDCI registry core API 1.0.0. Pure.

What is wrong is told by the place alone, such as ``message.correlation_id: missing``; nothing of an answer is repeated.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time zone is needed")
    return text


_Moment = Annotated[str, AfterValidator(_moment)]
_Name = Annotated[str, Field(min_length=1, max_length=99)]
_Status = Literal["rcvd", "pdng", "succ", "rjct"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Header(_Part):
    version: Literal["1.0.0"] = "1.0.0"
    message_id: Annotated[str, Field(min_length=1)]
    message_ts: _Moment
    action: Literal["on-search"]
    status: _Status
    total_count: int | None = None
    completed_count: int | None = None


class _Data(_Part):
    reg_record_type: str
    reg_records: list[dict[str, Any]] | dict[str, Any]


class _Answer(_Part):
    reference_id: str
    timestamp: _Moment
    status: _Status
    status_reason_code: Annotated[str, Field(pattern=r"^(rjct\.[a-z_.]+)?$")] = ""
    data: _Data | None = None


class _Message(_Part):
    transaction_id: _Name
    correlation_id: _Name
    search_response: list[_Answer]


class _Envelope(_Part):
    signature: str
    header: _Header
    message: _Message


class _Error(_Part):
    code: Annotated[str, Field(pattern=r"^err\.[a-z_]+\.[a-z_]+$")]


class _Receipt(_Part):
    ack_status: Literal["ERR"]
    timestamp: _Moment
    error: _Error


class _Refusal(_Part):
    message: _Receipt


def faults_of_answer(body: bytes) -> list[str]:
    """Return what is wrong with the form of a search's answer."""
    return _faults(body, _Envelope)


def faults_of_refusal(body: bytes) -> list[str]:
    """Return what is wrong with the form of a refusal of a whole message."""
    return _faults(body, _Refusal)


def is_rejection(body: bytes) -> bool:
    """Tell whether a search's answer, of the right form, rejects all that was searched for."""
    if _faults(body, _Envelope):
        return False
    answers = _Envelope.model_validate_json(body).message.search_response
    return bool(answers) and all(one.status == "rjct" and one.status_reason_code for one in answers)


def _faults(body: bytes, form: type[_Part]) -> list[str]:
    try:
        form.model_validate(json.loads(body))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        return sorted({f"{_place(one['loc'])}: {one['type']}" for one in found})
    except (ValueError, RecursionError):
        return ["not JSON"]
    return []


def _place(steps: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in steps if isinstance(step, str) and step[:1].islower())

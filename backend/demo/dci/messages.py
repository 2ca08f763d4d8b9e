"""What comes to a DCI registry, as the SPDCI registry core API 1.0.0 has it. Pure: parses, or says what is wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError

from backend.demo.dci.errors import RefusedError, RejectedError

VERSION: Final = "1.0.0"
MOST_REQUESTS: Final = 100
_HEADER_CODES: Final = {
    "version": "err.version.not_supported",
    "sender_id": "err.sender_id.invalid",
    "sender_uri": "err.sender_uri.invalid",
    "receiver_id": "err.receiver_id.invalid",
    "is_msg_encrypted": "err.encryption.invalid",
}
_ITEM_CODES: Final = {
    "reference_id": "rjct.reference_id.invalid",
    "timestamp": "rjct.timestamp.invalid",
    "pagination": "rjct.pagination.invalid",
    "sort": "rjct.sort.invalid",
}


def _moment(text: str) -> str:
    upper = text.upper()  # RFC 3339 section 5.6: "T" and "Z" in either case
    if "T" not in upper or datetime.fromisoformat(upper).tzinfo is None:
        raise ValueError("ISO 8601 with a time zone is needed")
    return text


def _address(text: str | None) -> str | None:
    if not text:  # empty in the standard's own examples of searches that are answered at once
        return None
    TypeAdapter(HttpUrl).validate_python(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
Name = Annotated[str, Field(min_length=1, max_length=99)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{3}$")]
_Part = TypeVar("_Part", bound="Part")


class Part(BaseModel):
    """A part of a message; what we do not know of is for others."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Header(Part):
    """Who sends what."""

    version: Literal["1.0.0"] = VERSION
    message_id: Name
    message_ts: Moment
    action: str
    sender_id: Name
    sender_uri: Annotated[str | None, AfterValidator(_address)] = None
    receiver_id: str | None = None
    total_count: int = Field(ge=0)
    is_msg_encrypted: Literal[False] = False


class Page(Part):
    """Which part of what is found; pages count from 1."""

    page_size: int = Field(ge=1)
    page_number: int = Field(default=1, ge=1)


class Sort(Part):
    """In which order."""

    attribute_name: str
    sort_order: Literal["asc", "desc"] = "asc"


class Criteria(Part):
    """What is searched for; ``query`` is read by ``queries``."""

    version: str = VERSION
    reg_type: str | None = None
    query_type: str
    query: Any
    sort: list[Sort] | None = None
    pagination: Page | None = None


class Search(Part):
    """One search."""

    reference_id: Name
    timestamp: Moment
    search_criteria: Criteria
    locale: Locale | None = None
    pagination: Page | None = None
    """Beside the criteria, where some clients write it."""

    @property
    def page(self) -> Page | None:
        """The page asked for."""
        return self.search_criteria.pagination or self.pagination


class SubscribeCriteria(Part):
    """Of what one wants to hear."""

    reg_event_type: str
    filter: Any
    notify_record_type: str


class Subscribe(Part):
    """One subscription."""

    reference_id: Name
    timestamp: Moment
    subscribe_criteria: SubscribeCriteria
    locale: Locale | None = None


_Item = TypeVar("_Item", Search, Subscribe)


class Unsubscribe(Part):
    """The message that ends subscriptions."""

    transaction_id: Name
    timestamp: Moment
    subscription_codes: list[Name] = Field(min_length=1)


class StatusOf(Part):
    """Which earlier message is asked about."""

    reference_id: Name
    txn_type: Literal["search", "subscribe", "unsubscribe"]
    attribute_type: Literal["transaction_id", "reference_id_list", "correlation_id", "subscription_code_list"]
    attribute_value: str | list[str]
    locale: Locale | None = None


class TxnStatus(Part):
    """The message that asks what became of an earlier one."""

    transaction_id: Name
    txnstatus_request: StatusOf


def parse_header(envelope: Mapping[str, Any], action: str) -> Header:
    """Read the header of a message that came where ``action`` belongs.

    Raises:
        RefusedError: It lacks something, or is of another version or action.
    """
    if not isinstance(envelope.get("header"), dict) or not isinstance(envelope.get("message"), dict):
        raise RefusedError(400, "err.request.bad", "header and message are needed")
    try:
        header = Header.model_validate(envelope["header"])
    except ValidationError as error:
        where, why = _first(error)
        raise RefusedError(400, _HEADER_CODES.get(where, "err.request.bad"), f"header.{where}: {why}") from None
    if header.action != action:
        raise RefusedError(400, "err.request.bad", f"header.action: {action} belongs here")
    if "ciphertext" in envelope["message"]:
        raise RefusedError(400, "err.encryption.invalid", "encrypted messages are not agreed")
    return header


def parse_message(message: Mapping[str, Any], kind: type[_Part]) -> _Part:
    """Read a message that stands or falls as a whole.

    Raises:
        RefusedError: It is not of this kind.
    """
    try:
        return kind.model_validate(message)
    except ValidationError as error:
        where, why = _first(error)
        raise RefusedError(400, "err.request.bad", f"message.{where}: {why}") from None


def parse_requests(message: Mapping[str, Any], name: str) -> tuple[str, list[Any]]:
    """Return transaction and requests of a message that carries a list of them under ``name``.

    Raises:
        RefusedError: One of both is missing or too long.
    """
    transaction, requests = message.get("transaction_id"), message.get(name)
    if not isinstance(transaction, str) or not 1 <= len(transaction) <= 99:
        raise RefusedError(400, "err.request.bad", "message.transaction_id: a text of 1 to 99 characters is needed")
    if not isinstance(requests, list) or not 1 <= len(requests) <= MOST_REQUESTS:
        raise RefusedError(400, "err.request.bad", f"message.{name}: 1 to {MOST_REQUESTS} are needed")
    return transaction, requests


def parse_item(item: Any, kind: type[_Item], seen: set[str]) -> _Item:
    """Read one request of a message; ``seen`` are the references of those before it, and learns this one's.

    Raises:
        RejectedError: It is not of this kind, or has another's reference.
    """
    try:
        read = kind.model_validate(item)
    except ValidationError as error:
        where, why = _first(error)
        steps = where.split(".")
        code = next((code for step, code in _ITEM_CODES.items() if step in steps), None)
        other = "rjct.search_criteria.invalid" if kind is Search else "rjct.notify_details.invalid"
        raise RejectedError(code or other, f"{where}: {why}") from None
    if read.reference_id in seen:
        raise RejectedError("rjct.reference_id.duplicate", "reference_id: each request has its own")
    seen.add(read.reference_id)
    return read


def _first(error: ValidationError) -> tuple[str, str]:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return ".".join(str(step) for step in first["loc"]), first["msg"]

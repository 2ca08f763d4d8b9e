"""What a DCI registry answers to each action. Knows its register and what came before, nothing of signatures."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

from backend.demo.control import Failure, twist
from backend.demo.dci.errors import RefusedError, RejectedError
from backend.demo.dci.messages import (
    VERSION,
    Page,
    Search,
    StatusOf,
    Subscribe,
    TxnStatus,
    Unsubscribe,
    parse_item,
    parse_message,
    parse_requests,
)
from backend.demo.dci.profiles import profile_of
from backend.demo.dci.queries import fits, parse_query
from backend.demo.dci.subscriptions import Asker, Subscriptions
from backend.demo.desk import JsonDesk
from backend.demo.errors import AskedWronglyError

Json = dict[str, Any]
RECORD_TYPE: Final = "spdci-extensions-dci:Person"
ENTITY: Final = "Member"
"""What a notified record is about: a person, of the core API's words ``Household``, ``Family`` and ``Member``."""
_MOST_KEPT: Final = 256
_Item = TypeVar("_Item", Search, Subscribe)
_LISTS: Final = {"search": "search_response", "subscribe": "subscribe_response"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered to a message.

    Attributes:
        message: The answer's message.
        statuses: What became of each of its requests, ``succ`` or ``rjct``.
        reason: Why the whole is rejected, if it is.
    """

    message: Json
    statuses: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    action: str
    names: frozenset[str]
    message: Json


class Registry:
    """One agency's register.

    Args:
        agency_id: Whose.
        inner: The register's question.
        now: Aware; stamps answers.
    """

    def __init__(self, agency_id: str, inner: JsonDesk, now: Callable[[], datetime]) -> None:
        self.agency_id = agency_id
        self._inner = inner
        self._now = now
        self._profile = profile_of(agency_id)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._subscriptions = Subscriptions()

    def stamp(self) -> str:
        """Return the present moment."""
        return self._now().isoformat()

    def answer(self, action: str, message: Mapping[str, Any], failure: Failure, asker: Asker, *, strict: bool) -> Told:
        """Answer one message.

        Args:
            action: ``search``, ``subscribe``, ``unsubscribe`` or ``txn-status``.
            message: Its message.
            failure: How answers are to be twisted.
            asker: Who sent it.
            strict: Whether one ill-formed request makes the whole message a refused one, as where only a receipt is
                given at once; else it alone is rejected.

        Raises:
            RefusedError: The message is not as it must be.
        """
        match action:
            case "search":
                return self._search(message, failure, strict=strict)
            case "subscribe":
                return self._subscribe(message, asker, strict=strict)
            case "unsubscribe":
                return self._unsubscribe(message)
        return self._status(message)

    def _search(self, message: Mapping[str, Any], failure: Failure, *, strict: bool) -> Told:
        transaction, requests = parse_requests(message, "search_request")
        seen: set[str] = set()
        answers = []
        for request in requests:
            try:
                search = self._parse(request, Search, seen, strict=strict)
                answers.append(self._find(search, failure))
            except RejectedError as error:
                answers.append({**self._rejection(request, error), "data": self._data([])})
        return self._keep("search", transaction, {"search_response": answers}, answers)

    def _find(self, search: Search, failure: Failure) -> Json:
        sought = parse_query(search.search_criteria.query_type, search.search_criteria.query)
        try:
            answer = self._inner.look_up({"citizen_number": sought.number})
        except AskedWronglyError as error:
            raise RejectedError("rjct.search_criteria.invalid", error.explanation) from None
        found = answer.pop("found") and fits(answer, sought.conditions)
        records = [{**_identifier(sought.number), **twist(answer, failure)}] if found else []
        told: Json = {"reference_id": search.reference_id, "timestamp": self.stamp(), "status": "succ"}
        if search.page is not None:
            told["pagination"] = _page(search.page, len(records))
            records = records if search.page.page_number == 1 else []
        told["data"] = self._data(records)
        return told | ({"locale": search.locale} if search.locale else {})

    def announce(self, event_type: str, number: str, failure: Failure) -> list[tuple[Asker, Told]]:
        """Say who is to be notified of what, when something has happened to a person.

        Raises:
            AskedWronglyError: It is no citizen number, or nobody here has it.
        """
        record = self._inner.look_up({"citizen_number": number})
        if not record.pop("found"):
            raise AskedWronglyError("not_found", "citizen_number", "this register does not know the person")
        notified = []
        for code, asker in self._subscriptions.interested(event_type, number, record):
            # Some of the standard's notifications need the record's type, others its entity; none has a list.
            data = {**self._data([]), "reg_event_type": event_type, "response_entity": ENTITY}
            data["reg_records"] = {**_identifier(number), **twist(record, failure)}
            event = {"reference_id": code, "timestamp": self.stamp(), "data": data}
            notified.append((asker, Told({"transaction_id": str(uuid4()), "notify_event": [event]}, ("succ",))))
        return notified

    def _subscribe(self, message: Mapping[str, Any], asker: Asker, *, strict: bool) -> Told:
        transaction, requests = parse_requests(message, "subscribe_request")
        seen: set[str] = set()
        answers = []
        for request in requests:
            try:
                wanted = self._parse(request, Subscribe, seen, strict=strict)
                answers.append(
                    {
                        "reference_id": wanted.reference_id,
                        "timestamp": self.stamp(),
                        "status": "succ",
                        "subscriptions": [self._subscriptions.begin(wanted.subscribe_criteria, asker, self.stamp())],
                    }
                )
            except RejectedError as error:
                answers.append(self._rejection(request, error))
        return self._keep("subscribe", transaction, {"subscribe_response": answers}, answers)

    def _unsubscribe(self, message: Mapping[str, Any]) -> Told:
        asked = parse_message(message, Unsubscribe)
        known = [code for code in asked.subscription_codes if self._subscriptions.end(code)]
        answer: Json = {
            "timestamp": self.stamp(),
            "status": "succ" if known else "rjct",
            "subscription_status": [{"code": code, "status": "unsubscribe"} for code in known],
        }
        if not known:
            answer["status_reason_code"] = "rjct.subscription_code.invalid"
        return self._keep("unsubscribe", asked.transaction_id, answer, [answer], asked.subscription_codes)

    def _status(self, message: Mapping[str, Any]) -> Told:
        asked = parse_message(message, TxnStatus)
        wanted = asked.txnstatus_request
        names = {wanted.attribute_value} if isinstance(wanted.attribute_value, str) else set(wanted.attribute_value)
        marked = {f"{wanted.attribute_type}:{name}" for name in names}
        kept = next((one for one in self._kept.values() if one.action == wanted.txn_type and marked & one.names), None)
        status = self._profile.status(wanted.txn_type, kept.message if kept else self._unheard_of(wanted))
        told = {"transaction_id": asked.transaction_id, "correlation_id": str(uuid4()), "txnstatus_response": status}
        return Told(told, ("succ" if kept else "rjct",), "" if kept else "no such transaction is remembered")

    def _unheard_of(self, wanted: StatusOf) -> Json:
        name = wanted.attribute_value if isinstance(wanted.attribute_value, str) else ""
        told: Json = {"transaction_id": name[:99], "correlation_id": str(uuid4())}
        if wanted.txn_type in _LISTS:
            return {**told, _LISTS[wanted.txn_type]: []}
        return {**told, "timestamp": self.stamp(), "status": "rjct"}

    @staticmethod
    def _parse(request: Any, kind: type[_Item], seen: set[str], *, strict: bool) -> _Item:
        try:
            return parse_item(request, kind, seen)
        except RejectedError as error:
            if strict:
                raise RefusedError(400, "err.request.bad", f"{error.code}: {error.explanation}") from None
            raise

    def _rejection(self, request: Any, error: RejectedError) -> Json:
        reference = request.get("reference_id") if isinstance(request, dict) else None
        return {
            "reference_id": reference if isinstance(reference, str) else "",
            "timestamp": self.stamp(),
            "status": "rjct",
            "status_reason_code": error.code,
            "status_reason_message": error.explanation[:999],
        }

    def _data(self, records: list[Json]) -> Json:
        return {
            "version": VERSION,
            "reg_type": self._profile.reg_type,
            "reg_record_type": RECORD_TYPE,
            "reg_records": records,
        }

    def _keep(self, action: str, transaction: str, part: Json, answers: list[Json], codes: Iterable[str] = ()) -> Told:
        correlation = str(uuid4())
        message = {"transaction_id": transaction, "correlation_id": correlation, **part}
        names = {f"transaction_id:{transaction}", f"correlation_id:{correlation}"}
        names |= {f"reference_id_list:{one['reference_id']}" for one in answers if "reference_id" in one}
        told = {each["code"] for one in answers for each in one.get("subscriptions", ())} | set(codes)
        names |= {f"subscription_code_list:{code}" for code in told}
        self._kept[correlation] = _Kept(action, frozenset(names), message)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return Told(message, tuple(one["status"] for one in answers))


def _page(page: Page, found: int) -> Json:
    return {"page_size": page.page_size, "page_number": page.page_number, "total_count": found}


def _identifier(number: str) -> Json:
    return {"identifier": {"identifier_type": "UIN", "identifier_value": number}}

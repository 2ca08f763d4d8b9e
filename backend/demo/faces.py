"""The faces that an agency shows beside its own: behind X-Road, as a DCI registry, and behind a broker. Pure."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from backend.demo.control import Failure, twist
from backend.demo.dci.desk import open_dci_desks
from backend.demo.desk import SOAP_PATH, Asked, Desk, JsonDesk, People, SoapDesk, encode_problem, parse_object
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import QUESTIONS, Json
from backend.demo.reply import Reply
from backend.linkage.adapters.xroad import hash_request

BROKER_PATH: Final = "/v1/broker"
_OUT_OF_ORDER: Final = "the register is out of order"


def xroad_service(agency_id: str, path: str) -> str:
    """Return the name on the demo's X-Road network of an agency's question, e.g. of ``/v1/pension``."""
    return f"TH/GOV/{agency_id}/register/{path.rpartition('/')[2]}"


class XRoadDesk:
    """A JSON question as the agency's security server hands it on, and the answer as the centre's one gives it back."""

    def __init__(self, inner: JsonDesk) -> None:
        self._inner = inner

    def answer(self, asked: Asked) -> Reply:
        """Answer one question, see ``Desk``."""
        sent = {name: value for name, value in asked.headers.items() if name.lower().startswith("x-road-")}
        named = {name.lower(): value for name, value in sent.items()}
        if "x-road-client" not in named:
            fault = {"X-Road-Error": "Client.MissingHeader"}
            return Reply(400, b'{"type": "Client.MissingHeader"}', headers=fault)
        told = {
            "X-Road-Request-Hash": hash_request(asked.path, sent, asked.body),
            "X-Road-Id": named.get("x-road-id", ""),
        }
        plain = self._inner.answer(asked)
        return Reply(plain.status, plain.body, plain.content_type, told)

    def out_of_order(self) -> Reply:
        """Return a fault of the agency's own."""
        return self._inner.out_of_order()


class BrokerDesk:
    """A broker that stands for the agency's questions as if each were a source of its own."""

    def __init__(self, desks: Mapping[str, JsonDesk]) -> None:
        self._desks = {path.rpartition("/")[2].replace("-", "_"): desk for path, desk in desks.items()}

    def answer(self, asked: Asked) -> Reply:
        """Answer one question, see ``Desk``."""
        try:
            question = parse_object(asked.body)
            answers = [self._ask(source, question, asked.failure) for source in _sources(question)]
        except AskedWronglyError as error:
            return encode_problem(400, error.code, error.field, error.explanation)
        return Reply(200, json.dumps({"answers": answers}, ensure_ascii=False).encode())

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return encode_problem(500, "internal", message=_OUT_OF_ORDER)

    def _ask(self, source: Any, question: Json, failure: Failure) -> Json:
        desk = self._desks.get(source) if isinstance(source, str) else None
        if desk is None:
            return {"source": source, "status": "failed", "cause": "unreachable"}
        answer = twist(desk.look_up(question), failure)
        found = answer.pop("found")
        return (
            {"source": source, "status": "ok", "record": answer} if found else {"source": source, "status": "not_found"}
        )


def _sources(question: Json) -> list[Any]:
    sources = question.get("sources")
    if not isinstance(sources, list) or not sources:
        raise AskedWronglyError("field_missing", "sources", "a list of sources is needed")
    return sources


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_desks(
    agency_id: str, people: People, clock: Callable[[], date], now: Callable[[], datetime] = _utc_now
) -> dict[str, Desk]:
    """Return an agency's desks by path: its own, and the same questions behind X-Road, DCI (the first) and a broker.

    Args:
        agency_id: One of ``backend.demo.registers.AGENCY_IDS``.
        people: The agency's store.
        clock: Tells today: whether a disability card is in force.
        now: Aware; stamps signed answers.
    """
    if agency_id == "disability_register":
        return {SOAP_PATH: SoapDesk(people, clock)}
    plain = {path: JsonDesk(people, question) for path, question in QUESTIONS[agency_id].items()}
    desks: dict[str, Desk] = {**plain, BROKER_PATH: BrokerDesk(plain)}
    desks |= {f"/r1/{xroad_service(agency_id, path)}": XRoadDesk(desk) for path, desk in plain.items()}
    return desks | open_dci_desks(agency_id, next(iter(plain.values())), now)

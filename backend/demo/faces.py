"""The faces that an agency shows beside its own: behind X-Road, as a DCI registry, and behind a broker. Pure."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.demo.control import Failure, twist
from backend.demo.desk import SOAP_PATH, Asked, Desk, JsonDesk, People, SoapDesk, encode_problem, parse_object
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import QUESTIONS, Json
from backend.demo.reply import Reply
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.adapters.xroad import hash_request
from backend.linkage.errors import WrongAnswerError

DCI_PATH: Final = "/registry/sync/search"
BROKER_PATH: Final = "/v1/broker"
CENTRE: Final = "centre"
_OUT_OF_ORDER: Final = "the register is out of order"


def demo_key(name: str) -> Ed25519PrivateKey:
    """Return the invented key of an agency or of the ``centre``: the same everywhere, hence for demos alone."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"baidiao demo {name}".encode()).digest())


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


class DciDesk:
    """A register as a DCI registry: signed searches by ``idtype-value``."""

    def __init__(self, agency_id: str, inner: JsonDesk, now: Callable[[], datetime]) -> None:
        self._agency_id = agency_id
        self._inner = inner
        self._now = now

    def answer(self, asked: Asked) -> Reply:
        """Answer one envelope, see ``Desk``."""
        try:
            _, message = unseal(parse_object(asked.body), demo_key(CENTRE).public_key())
        except AskedWronglyError as error:
            return encode_problem(400, error.code, message=error.explanation)
        except WrongAnswerError:
            return encode_problem(401, "signature", message="not signed by the centre")
        searches = message.get("search_request")
        if not isinstance(searches, list) or not searches:
            return encode_problem(400, "search_request", message="no search")
        answers = [self._search(search, asked.failure) for search in searches]
        told = {"transaction_id": message.get("transaction_id"), "search_response": answers}
        header = {"version": "1.0.0", "action": "on-search", "sender_id": self._agency_id, "receiver_id": CENTRE}
        stamped = {**header, "message_ts": self._now().isoformat()}
        return Reply(200, seal(stamped, told, demo_key(self._agency_id)))

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return self._inner.out_of_order()

    def _search(self, search: Any, failure: Failure) -> Json:
        told = {"reference_id": search.get("reference_id") if isinstance(search, dict) else None}
        try:
            query = search["search_criteria"]["query"]
            answer = self._inner.look_up({"citizen_number": query["value"]})
        except (AskedWronglyError, KeyError, TypeError):
            return {**told, "status": "rjct", "status_reason_code": "rjct.search_criteria.invalid"}
        found = answer.pop("found")
        return {**told, "status": "succ", "data": {"reg_records": [twist(answer, failure)] if found else []}}


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
    return desks | {DCI_PATH: DciDesk(agency_id, next(iter(plain.values())), now)}

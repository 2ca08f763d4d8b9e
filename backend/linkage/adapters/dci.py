"""An agency that speaks DCI: ``POST /registry/sync/search`` by ``idtype-value``, both ways signed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.adapters.rest import parse_json
from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.interfaces import DciParty
from backend.linkage.ports import Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

PATH: Final = "/registry/sync/search"
VERSION: Final = "1.0.0"
ANSWER_AGE: Final = timedelta(minutes=5)
"""How far the agency's clock may be from the centre's: an older answer may be a replayed one."""
_JSON: Final = frozenset({"application/json"})
_TOO_MANY: Final = "rjct.search.too_many_records_found"
_FAULTS: Final = {
    "err.service.unavailable": (NotKnownCause.UNREACHABLE, True),
    "err.request.timeout": (NotKnownCause.TIMEOUT, True),
    "err.request.too_many_requests": (NotKnownCause.OVERLOADED, True),
    "err.request.unauthorized": (NotKnownCause.NOT_PERMITTED, False),
    "err.request.forbidden": (NotKnownCause.NOT_PERMITTED, False),
}
"""What the standard's codes for a whole message mean to who asked."""


class DciProvider:
    """One registry of one agency, spoken as the directory says."""

    def __init__(
        self,
        base_url: str,
        request: Request,
        transport: Transport,
        party: DciParty,
        key: Ed25519PrivateKey,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = base_url + PATH
        self._request = request
        self._transport = transport
        self._party = party
        self._key = key
        self._answer_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(party.answer_key))
        self._now = now

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this registry can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``)."""
        transaction = str(uuid4())
        body = seal(self._header(transaction), self._search(transaction, subject), self._key)
        answer = await self._transport.send(HttpCall(self._url, body, "application/json", _JSON, {}), deadline_s)
        if isinstance(answer, NotKnown):
            return answer
        try:
            envelope = parse_json(answer)
            fault = find_fault(envelope)
            if fault is not None:
                return fault
            header, message = unseal(envelope, self._answer_key)
            self._check_header(header)
            tree = find_record(message, transaction, self._request.found)
            known = read_facts(self._request, tree, facts, lexical=False, about=number_sent(subject, self._request))
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else NotKnown(NotKnownCause.NO_RECORD, retryable=False)

    def _header(self, transaction: str) -> dict[str, Any]:
        return {
            "version": VERSION,
            "message_id": transaction,
            "message_ts": self._now().isoformat(),
            "action": "search",
            "sender_id": self._party.sender_id,
            "receiver_id": self._party.receiver_id,
            "total_count": 1,
        }

    def _search(self, transaction: str, subject: Subject) -> dict[str, Any]:
        (field,) = self._request.send.values()
        criteria = {
            "version": VERSION,
            "reg_type": self._party.registry_type,
            "query_type": "idtype-value",
            "query": {"type": self._party.id_type, "value": subject_value(subject, field)},
        }
        asked = {"reference_id": "1", "timestamp": self._now().isoformat(), "search_criteria": criteria}
        return {"transaction_id": transaction, "search_request": [asked]}

    def _check_header(self, header: Mapping[str, Any]) -> None:
        if header.get("sender_id") != self._party.receiver_id:
            raise WrongAnswerError("other_sender")
        try:
            age = self._now() - datetime.fromisoformat(header["message_ts"])
        except (KeyError, TypeError, ValueError):
            raise WrongAnswerError("message_ts") from None
        if abs(age) > ANSWER_AGE:
            raise WrongAnswerError("stale")


def find_fault(envelope: object) -> NotKnown | None:
    """Return what a registry's unsigned receipt of an error says, or None where there is none; pure."""
    message = envelope.get("message") if isinstance(envelope, Mapping) else None
    if not isinstance(message, Mapping) or message.get("ack_status") not in {"ERR", "NACK"}:
        return None
    error = message.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    cause, retryable = _FAULTS.get(code if isinstance(code, str) else "", (NotKnownCause.BAD_ANSWER, False))
    return NotKnown(cause, retryable=retryable, detail="registry_fault")


def find_record(message: Mapping[str, Any], transaction: str, found: str) -> dict[str, Any]:
    """Return the one record of a search's answer, with ``found`` saying whether there was one; pure.

    Raises:
        WrongAnswerError: An answer to another search, a refused one, or more than one record.
    """
    answers = message.get("search_response")
    if message.get("transaction_id") != transaction or not isinstance(answers, list) or len(answers) != 1:
        raise WrongAnswerError("other_transaction")
    answer = answers[0]
    if not isinstance(answer, Mapping) or answer.get("status") != "succ" or answer.get("reference_id") != "1":
        code = answer.get("status_reason_code") if isinstance(answer, Mapping) else None
        raise WrongAnswerError("several_records" if code == _TOO_MANY else "search_refused")
    data = answer.get("data")
    records = data.get("reg_records") if isinstance(data, Mapping) else None
    if isinstance(records, Mapping):  # some of the standard's profiles have one record where others have a list
        records = [records] if records else []
    if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
        raise WrongAnswerError("reg_records")
    if len(records) > 1:
        raise WrongAnswerError("several_records")
    return {**records[0], found: True} if records else {found: False}

"""The registry's desks, one a path: who asks, what is answered at once, and what is called back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from backend.demo.dci.errors import RefusedError
from backend.demo.dci.keys import BEARER, CENTRE, UNSIGNED, demo_key
from backend.demo.dci.messages import VERSION, Header, parse_header
from backend.demo.dci.registry import Registry, Told
from backend.demo.dci.subscriptions import Asker
from backend.demo.desk import EVENT_PATH, Asked, Desk, JsonDesk, encode_problem, parse_object
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import parse_number
from backend.demo.reply import Callback, Reply
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.errors import WrongAnswerError

SEARCH: Final = "/registry/sync/search"
NOTIFY_TRIES: Final = 5
"""Nobody asks for a notification that did not arrive."""
_ANSWERED: Final = {"txn-status": "txn-on-status"}
_LATER: Final = {
    "/registry/search": "search",
    "/registry/subscribe": "subscribe",
    "/registry/unsubscribe": "unsubscribe",
    "/registry/txn/status": "txn-status",
}
_AT_ONCE: Final = {SEARCH: "search", "/registry/sync/txn/status": "txn-status"}


@dataclass(frozen=True, slots=True)
class DciDesk:
    """One path.

    Attributes:
        registry: Answers.
        action: Which messages come here.
        at_once: Whether the answer is the reply; else a receipt is, and the answer is posted to the sender.
    """

    registry: Registry
    action: str
    at_once: bool

    def answer(self, asked: Asked) -> Reply:
        """Answer one envelope, see ``Desk``."""
        message_id = ""
        try:
            envelope = _open(asked)
            header = parse_header(envelope, self.action)
            message_id = header.message_id
            if _is_signed(asked, envelope):
                self._check_parties(header)
            asker = Asker(header.sender_id, header.sender_uri)
            strict = not self.at_once
            told = self.registry.answer(self.action, envelope["message"], asked.failure, asker, strict=strict)
        except RefusedError as error:
            return self._refuse(error, message_id)
        if self.at_once:
            return Reply(200, self._seal(asker, told))
        receipt = self._receipt("ACK", told.message["correlation_id"])
        posted = (Callback(asker.uri, self._seal(asker, told)),) if asker.uri else ()
        return Reply(200, json.dumps({"message": receipt}).encode(), callbacks=posted)

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return self._refuse(RefusedError(500, "err.service.unavailable", "the register is out of order"), "")

    def _check_parties(self, header: Header) -> None:
        if header.sender_id != CENTRE:
            raise RefusedError(401, "err.sender_id.invalid", "header.sender_id: signed by another")
        if header.receiver_id not in {None, self.registry.agency_id}:
            raise RefusedError(400, "err.receiver_id.invalid", "header.receiver_id: this is another registry")

    def _seal(self, asker: Asker, told: Told) -> bytes:
        return _sealed(self.registry, _ANSWERED.get(self.action, f"on-{self.action}"), asker, told)

    def _refuse(self, error: RefusedError, message_id: str) -> Reply:
        fault = {"code": error.code, "message": error.explanation[:999]}
        receipt = {**self._receipt("ERR", message_id), "error": fault}
        # Both forms that the standard has, a gateway's and a registry's: whoever reads one finds it.
        return Reply(error.status, json.dumps({"errors": [fault], "message": receipt}).encode())

    def _receipt(self, status: str, correlation: str) -> dict[str, Any]:
        return {"ack_status": status, "timestamp": self.registry.stamp(), "correlation_id": correlation}


@dataclass(frozen=True, slots=True)
class EventDesk:
    """The demo's own, not the standard's: something happens to a person, and who subscribed to that is notified."""

    registry: Registry

    def answer(self, asked: Asked) -> Reply:
        """Answer ``{"citizen_number", "event"}`` with how many are notified, see ``Desk``."""
        try:
            event_type, number = _parse_event(asked.body)
            notified = self.registry.announce(event_type, number, asked.failure)
        except AskedWronglyError as error:
            return encode_problem(400, error.code, error.field, error.explanation)
        posted = tuple(
            Callback(asker.uri, _sealed(self.registry, "notify", asker, told), NOTIFY_TRIES)
            for asker, told in notified
            if asker.uri
        )
        return Reply(200, json.dumps({"notified": len(posted)}).encode(), callbacks=posted)

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return encode_problem(500, "internal", message="the register is out of order")


def _parse_event(body: bytes) -> tuple[str, str]:
    event = parse_object(body)
    if not isinstance(event.get("event"), str):
        raise AskedWronglyError("field_missing", "event", "the event's type is needed")
    return event["event"], parse_number(event)


def _sealed(registry: Registry, action: str, asker: Asker, told: Told) -> bytes:
    header = {
        "version": VERSION,
        "message_id": str(uuid4()),
        "message_ts": registry.stamp(),
        "action": action,
        "status": "succ" if "succ" in told.statuses else "rjct",
        "total_count": len(told.statuses),
        "completed_count": len(told.statuses),
        "sender_id": registry.agency_id,
        "receiver_id": asker.sender_id,
        "is_msg_encrypted": False,
    }
    reason = {"status_reason_message": told.reason} if told.reason else {}
    return seal(header | reason, told.message, demo_key(registry.agency_id))


def _open(asked: Asked) -> Mapping[str, Any]:
    named = {name.lower(): value for name, value in asked.headers.items()}
    if named.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, "err.request.bad", "application/json is needed")
    try:
        return parse_object(asked.body)
    except AskedWronglyError as error:
        raise RefusedError(400, "err.request.bad", error.explanation) from None


def _is_signed(asked: Asked, envelope: Mapping[str, Any]) -> bool:
    """Tell who asks: the centre by its signature, or whoever shows the demo's token and does not sign.

    Raises:
        RefusedError: Neither.
    """
    shown = next((value for name, value in asked.headers.items() if name.lower() == "authorization"), None)
    if shown is not None and not _is_token(shown):
        raise RefusedError(401, "err.request.unauthorized", "the token is not known")
    signature = envelope.get("signature")
    if signature in UNSIGNED:
        if shown is None:
            raise RefusedError(401, "err.request.unauthorized", "a signature or a token is needed")
        return False
    try:
        unseal(envelope, demo_key(CENTRE).public_key())
    except WrongAnswerError:
        raise RefusedError(401, "err.signature.invalid", "not signed by the centre") from None
    return True


def _is_token(shown: str) -> bool:
    scheme, _, token = shown.partition(" ")
    known_scheme, _, known = BEARER.partition(" ")
    return (scheme.lower(), token) == (known_scheme.lower(), known)  # RFC 9110 section 11.1: a scheme in any case


def open_dci_desks(agency_id: str, inner: JsonDesk, now: Callable[[], datetime]) -> dict[str, Desk]:
    """Return a register's desks by path."""
    registry = Registry(agency_id, inner, now)
    at_once: dict[str, Desk] = {path: DciDesk(registry, action, at_once=True) for path, action in _AT_ONCE.items()}
    later: dict[str, Desk] = {path: DciDesk(registry, action, at_once=False) for path, action in _LATER.items()}
    return {**at_once, **later, EVENT_PATH: EventDesk(registry)}

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
from backend.demo.desk import Asked, Desk, JsonDesk, parse_object
from backend.demo.errors import AskedWronglyError
from backend.demo.reply import Callback, Reply
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.errors import WrongAnswerError

SEARCH: Final = "/registry/sync/search"
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
            told = self.registry.answer(self.action, envelope["message"], asked.failure, strict=not self.at_once)
        except RefusedError as error:
            return self._refuse(error, message_id)
        if self.at_once:
            return Reply(200, self._seal(header, told))
        receipt = self._receipt("ACK", told.message["correlation_id"])
        posted = Callback(header.sender_uri, self._seal(header, told)) if header.sender_uri else None
        return Reply(200, json.dumps({"message": receipt}).encode(), callback=posted)

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return self._refuse(RefusedError(500, "err.service.unavailable", "the register is out of order"), "")

    def _check_parties(self, header: Header) -> None:
        if header.sender_id != CENTRE:
            raise RefusedError(401, "err.sender_id.invalid", "header.sender_id: signed by another")
        if header.receiver_id not in {None, self.registry.agency_id}:
            raise RefusedError(400, "err.receiver_id.invalid", "header.receiver_id: this is another registry")

    def _seal(self, asked: Header, told: Told) -> bytes:
        header = {
            "version": VERSION,
            "message_id": str(uuid4()),
            "message_ts": self.registry.stamp(),
            "action": _ANSWERED.get(self.action, f"on-{self.action}"),
            "status": "succ" if "succ" in told.statuses else "rjct",
            "total_count": len(told.statuses),
            "completed_count": len(told.statuses),
            "sender_id": self.registry.agency_id,
            "receiver_id": asked.sender_id,
            "is_msg_encrypted": False,
        }
        reason = {"status_reason_message": told.reason} if told.reason else {}
        return seal(header | reason, told.message, demo_key(self.registry.agency_id))

    def _refuse(self, error: RefusedError, message_id: str) -> Reply:
        fault = {"code": error.code, "message": error.explanation[:999]}
        receipt = {**self._receipt("ERR", message_id), "error": fault}
        # Both forms that the standard has, a gateway's and a registry's: whoever reads one finds it.
        return Reply(error.status, json.dumps({"errors": [fault], "message": receipt}).encode())

    def _receipt(self, status: str, correlation: str) -> dict[str, Any]:
        return {"ack_status": status, "timestamp": self.registry.stamp(), "correlation_id": correlation}


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
    if shown is not None and shown != BEARER:
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


def open_dci_desks(agency_id: str, inner: JsonDesk, now: Callable[[], datetime]) -> dict[str, Desk]:
    """Return a register's desks by path."""
    registry = Registry(agency_id, inner, now)
    at_once: dict[str, Desk] = {path: DciDesk(registry, action, at_once=True) for path, action in _AT_ONCE.items()}
    return at_once | {path: DciDesk(registry, action, at_once=False) for path, action in _LATER.items()}

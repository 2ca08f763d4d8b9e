"""Leaves about what people did with the evidence itself: keys rotated, histories looked up, delays, disputes. Pure."""

import json
from datetime import datetime
from enum import StrEnum


class ActKind(StrEnum):
    """What was done."""

    KEY_ROTATED = "key_rotated"
    KEY_DESTROYED = "key_destroyed"
    HISTORY_READ = "history_read"
    DELAY_PROPOSED = "delay_proposed"
    DELAY_APPROVED = "delay_approved"
    DELAY_WITHDRAWN = "delay_withdrawn"
    DISPUTE = "dispute"


def encode_act(kind: ActKind, reference: str, at: datetime, **said: object) -> bytes:
    """Return an act's leaf: canonical JSON, as a decision's.

    Args:
        kind: What was done.
        reference: Its own, given once.
        at: When, aware.
        said: What else the leaf says; nothing that identifies a citizen without the key.
    """
    content = {"kind": kind.value, "version": 1, "reference": reference, "at": at.isoformat()} | said
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")

"""Reads time and identity of very many leaves: of each shape the first in full, the others by what differs in them.

Checking that a leaf is of its schema and in canonical form takes a hundred times as long as hashing it. But the
decisions of a log differ in few fields, and any value that is matched here is a right one of its field, in its one
spelling. What is left when those values are taken out is the leaf's *shape*: two leaves of one shape are both whole or
neither is.
"""

import re
from datetime import datetime
from typing import Final

from backend.evidence.errors import LeafError
from backend.evidence.records import parse_record, write_identity

_FIELDS: Final = (
    (b'"answer_hash":"', 64),
    (b'"decided_at":"', len("2026-11-23T03:04:05.000000Z")),
    (b'"device_id":"', None),
    (b'"pseudonym":"', 64),
    (b'"question_hash":"', 64),
    (b'"reference":"', len("7K3M-9QXV-2A")),
)
"""What differs, in the order it stands: the name, which belongs to the shape, and how long the value is.

A name cannot stand within a string: there its quotes would be escaped.
"""
_VALUES: Final = re.compile(
    rb"[0-9a-f]{64}\n"
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z\n"
    rb"[A-Za-z0-9_-]{1,64}\n[0-9a-f]{64}\n[0-9a-f]{64}\n[0-9A-Z-]{12}"
)
_TIMES: Final = re.compile(rb'_ms":(?:0|[1-9][0-9]{0,8})(?=[,}])')
_Shape = tuple[bytes, ...]
_AT, _DEVICE, _QUESTION = 1, 2, 4
"""Places among the values."""


class LeafShapes:
    """The shapes seen so far, each with its service.

    Args:
        most: How many are kept; leaves of yet another shape are read in full, each time.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._services: dict[_Shape, str] = {}

    def read(self, content: bytes) -> tuple[datetime, str]:
        """Return a leaf's time and identity, as :func:`parse_record` finds them.

        Raises:
            LeafError: Of no kind known, of another version, or not in canonical form.
        """
        shape, values = _take_apart(content)
        service = self._services.get(shape) if values else None
        if service is not None:
            return _read_values(values, service)
        record = parse_record(content)
        if record.decision is not None and values and len(self._services) < self._most:
            self._services[shape] = record.decision.service
        return record.at, record.identity


def _take_apart(content: bytes) -> tuple[_Shape, list[bytes]]:
    """Return a leaf's shape and values; no values when one is missing or none of those that need no second look."""
    pieces: list[bytes] = []
    values: list[bytes] = []
    at = 0
    for name, width in _FIELDS:
        start = content.find(name, at)
        if start < 0:
            return (), []
        start += len(name)
        end = content.find(b'"', start) if width is None else start + width
        pieces.append(content[at:start])
        values.append(content[start:end])
        at = end
    if not _VALUES.fullmatch(b"\n".join(values)):
        return (), []
    return (*pieces, *_TIMES.split(content[at:])), values


def _read_values(values: list[bytes], service: str) -> tuple[datetime, str]:
    try:
        moment = datetime.fromisoformat(values[_AT].decode())
    except ValueError as error:  # a thirtieth of February
        raise LeafError("not a decision's leaf") from error
    return moment, write_identity(values[_DEVICE].decode(), values[_QUESTION].decode(), service)

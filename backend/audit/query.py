"""What an auditor searches for, as the address bar carries it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from backend.evidence.naming import Named, parse_named

_THAILAND: Final = timezone(timedelta(hours=7))
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
FIELDS: Final = ("ref", "agency", "device", "from", "to")


class AuditQueryError(Exception):
    """What was typed cannot be searched for.

    Attributes:
        field: Of ``FIELDS``.
        reason: Stable: ``"form"`` or ``"order"``.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is searched for; None does not restrict.

    Attributes:
        reference: As printed.
        index: A leaf's index, typed in the place of a reference.
        agency_id: Who asked.
        device_id: With which device.
        from_at: First moment, aware.
        until_at: First moment after the period, aware.
    """

    reference: str | None = None
    index: int | None = None
    agency_id: str | None = None
    device_id: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


def parse_query(typed: Mapping[str, str]) -> AuditQuery:
    """Read a search: ``ref`` (a reference or a leaf's index), ``agency``, ``device``, ``from`` and ``to`` (Thai days).

    Raises:
        AuditQueryError: Something is not what its field takes.
    """
    given = {name: typed.get(name, "").strip() for name in FIELDS}
    named = _named(given["ref"])
    first, last = _day("from", given["from"]), _day("to", given["to"])
    if first and last and last < first:
        raise AuditQueryError("to", "order")
    return AuditQuery(
        named.reference,
        named.index,
        _plain("agency", given["agency"]),
        _plain("device", given["device"]),
        _start_of(first) if first else None,
        _start_of(last + timedelta(days=1)) if last else None,
    )


def _named(text: str) -> Named:
    named = parse_named(text) if text else Named(None, None)
    if named is None:
        raise AuditQueryError("ref", "form")
    return named


def _plain(field: str, text: str) -> str | None:
    if not text:
        return None
    if not _PLAIN.fullmatch(text):
        raise AuditQueryError(field, "form")
    return text


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise AuditQueryError(field, "form") from error
    if not 2000 <= day.year < 3000:  # a Buddhist year typed in, or a slip of the finger
        raise AuditQueryError(field, "form")
    return day


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_THAILAND).astimezone(UTC)

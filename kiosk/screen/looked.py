"""What the screens of a citizen's history show, worked out from it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from contracts.history import DisputeState, EntryKind, HistoryEntry
from kiosk.visit.state import ENTRIES_A_SCREEN, Looked

_BANGKOK: Final = timezone(timedelta(hours=7))
"""Thailand has had no daylight saving since 1920."""
_BUDDHIST_ERA: Final = 543
_MONTHS_TH: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANSWERED: Final = frozenset({DisputeState.ANSWERED, DisputeState.ANSWERED_AGAIN})


@dataclass(frozen=True, slots=True)
class LookRow:
    """One entry in one language; empty texts are not shown."""

    index: int
    own: bool
    date: str
    clock: str
    agency: str
    by_officer: bool
    purpose: str
    service: str
    outcome: str
    basis: tuple[str, ...]
    asked: tuple[str, ...]
    state: str
    answer: str
    answered: bool
    may_object: bool
    due: str
    dispute_reference: str


def show_looked(looked: Looked, language: str) -> dict[str, Any]:
    """Return what the templates need of a citizen's history."""
    shown: dict[str, Any] = {
        "looked": looked,
        "entries": [make_row(entry, language) for entry in looked.shown],
        "several": len(looked.entries) > ENTRIES_A_SCREEN or looked.older is not None,
        "newer": looked.first > 0,
        "older": looked.first + ENTRIES_A_SCREEN < len(looked.entries) or looked.older is not None,
        "place_first": looked.first + 1,
        "place_last": looked.first + len(looked.shown),
    }
    if looked.entry is not None:
        shown["row"] = make_row(looked.entry, language)
    return shown


def make_row(entry: HistoryEntry, language: str) -> LookRow:
    """Put one entry into a language."""
    dispute = entry.dispute
    return LookRow(
        index=entry.leaf.index,
        own=entry.kind is EntryKind.LOOK_UP,
        date=short_date(entry.at, language),
        clock=short_clock(entry.at, language),
        agency=entry.agency.in_language(language),
        by_officer=entry.by_officer,
        purpose=entry.purpose.in_language(language),
        service=entry.service.in_language(language) if entry.service else "",
        outcome=entry.outcome.value if entry.outcome else "",
        basis=tuple(basis.in_language(language) for basis in entry.legal_basis),
        asked=tuple(agency.in_language(language) for agency in entry.asked),
        state=dispute.state.value if dispute else "",
        answer=dispute.answer if dispute else "",
        answered=dispute is not None and dispute.state in _ANSWERED,
        may_object=dispute is not None and dispute.may_object,
        due=short_date(dispute.due_at, language) if dispute and dispute.due_at else "",
        dispute_reference=dispute.reference if dispute else "",
    )


def short_date(moment: datetime, language: str) -> str:
    """Write a day in Bangkok: ``24 พ.ย. 2569`` or ``24 Nov 2026``."""
    local = moment.astimezone(_BANGKOK)
    if language == "en":
        return f"{local.day} {_MONTHS_EN[local.month - 1]} {local.year}"
    return f"{local.day} {_MONTHS_TH[local.month - 1]} {local.year + _BUDDHIST_ERA}"


def short_clock(moment: datetime, language: str) -> str:
    """Write the time of day in Bangkok: ``10:42 น.`` or ``10:42``."""
    clock = moment.astimezone(_BANGKOK).strftime("%H:%M")
    return clock if language == "en" else f"{clock} น."

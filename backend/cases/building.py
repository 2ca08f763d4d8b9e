"""Puts the past cases' parts together."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from backend.cases.recorder import CaseRecorder
from backend.cases.sealing import CaseSealer
from backend.cases.shelf import CaseShelf
from backend.mandates.book import MandateBook
from backend.store import Store

CASES_KEY_FILE: Final = "cases.key"
"""Below the keys' directory. Whoever deletes it makes every kept case unreadable for ever."""
_THAILAND: Final = ZoneInfo("Asia/Bangkok")


def build_shelf(
    store: Store, mandates: MandateBook, key: bytes, now: Callable[[], datetime], random_bytes: Callable[[int], bytes]
) -> CaseShelf:
    """Build the way to the cases that are kept."""

    def today() -> date:
        return now().astimezone(_THAILAND).date()

    return CaseShelf(store, CaseSealer(key, random_bytes), mandates, now, today)


def build_cases(
    store: Store,
    mandates: MandateBook,
    key: bytes,
    kept_days: int,
    now: Callable[[], datetime],
    random_bytes: Callable[[int], bytes],
) -> tuple[CaseRecorder, CaseShelf]:
    """Build what keeps cases, and the way to them.

    Args:
        store: Where they are kept.
        mandates: Whether they may be.
        key: Their secret.
        kept_days: For how many days at most.
        now: The clock, aware UTC.
        random_bytes: Gives so many random bytes.
    """
    shelf = build_shelf(store, mandates, key, now, random_bytes)
    kept = timedelta(days=kept_days)
    return CaseRecorder(store, shelf, shelf.sealer, mandates, now, random_bytes, kept), shelf

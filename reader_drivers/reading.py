"""One card read on request, whichever reader it is in: for the command line and the counter service."""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from contracts.card import CardRead
from reader_drivers.cards.profile import Profile
from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core.errors import AppletAbsentError, CardUnreadableError, ReaderError
from reader_drivers.core.exchange import Card
from reader_drivers.pcsc.transport import find_readers, open_card
from reader_drivers.service import PHOTO_LIMIT_S

_T = TypeVar("_T")
TEXT_LIMIT_S = 10.0  # text at 9600 bit/s, the slowest card, takes under 2 s


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted beside the text: the photo, and other applets of the same card."""

    photo: bool = False
    profiles: tuple[Profile, ...] = ()

    @property
    def limit_s(self) -> float:
        """After so many seconds a card has failed: some leave the service waiting for ever."""
        return PHOTO_LIMIT_S if self.photo else TEXT_LIMIT_S


@dataclass(frozen=True, slots=True)
class Taken:
    """What a card gave.

    Attributes:
        card: Its text.
        photo: Its photo, a JPEG; empty when not wished for.
        extras: By profile key, the fields of the other applets; None where the card lacks one.
    """

    card: CardRead
    photo: bytes = field(default=b"", repr=False)
    extras: Mapping[str, Mapping[str, object] | None] = field(default_factory=dict, repr=False)


def thai_today() -> date:
    """Return today's date where the cards are made."""
    return datetime.now(ZoneInfo("Asia/Bangkok")).date()


def take(card: Card, wishes: Wishes, today: date) -> Taken:
    """Read what is wished for; the chip's serial, which no person needs, is left out.

    Raises:
        ReaderError: See :meth:`ThaiIdSession.read_identity`.
    """
    session = ThaiIdSession(card, today)
    read = session.read_text(chip_serial=False)
    extras = {profile.key: _find(session, profile) for profile in wishes.profiles}
    return Taken(read, session.read_photo() if wishes.photo else b"", extras)


def _find(session: ThaiIdSession, profile: Profile) -> Mapping[str, object] | None:
    try:
        return session.read_profile(profile)
    except AppletAbsentError:
        return None


def with_card(wanted: str | None, work: Callable[[Card], _T], limit_s: float) -> _T:
    """Do ``work`` with the card in the ``wanted`` reader; when none is named, with the first card it succeeds with.

    Raises:
        ReaderError: No reader, no card, or what went wrong with the first of them.
    """
    return _within(lambda: with_first(find_readers(wanted), work), limit_s)


def with_first(
    readers: list[str],
    work: Callable[[Card], _T],
    connect: Callable[[str], AbstractContextManager[Card]] = open_card,
) -> _T:
    """Do ``work`` with the first card it succeeds with.

    Raises:
        ReaderError: What went wrong with the first of them.
    """
    failed: ReaderError | None = None
    for reader in readers:
        try:
            with connect(reader) as card:
                return work(card)
        except ReaderError as error:
            failed = failed or error
    raise failed or CardUnreadableError("power")


def _within(work: Callable[[], _T], limit_s: float) -> _T:
    done: queue.Queue[_T | ReaderError] = queue.Queue()

    def attempt() -> None:
        try:
            done.put(work())
        except ReaderError as error:
            done.put(error)

    threading.Thread(target=attempt, name="card-reading", daemon=True).start()
    try:
        result = done.get(timeout=limit_s)
    except queue.Empty:
        raise CardUnreadableError("timeout") from None
    if isinstance(result, ReaderError):
        raise result
    return result

"""Where a visit stands. Everything personal lives in :class:`Visit`, so that dropping one field forgets the person."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.card import CardRead
from contracts.decision import Answer, Progress, Question, Service
from contracts.fleet import PartHealth, PartState
from contracts.history import HistoryEntry
from contracts.message import Words

Language = Literal["th", "en"]
TextSize = Literal["normal", "large", "largest"]
ENTRIES_A_SCREEN = 4
UNKNOWN_PART = PartState(health=PartHealth.UNKNOWN)


class Place(StrEnum):
    """Where the visit is; also the name of its screen."""

    REST = "rest"
    READING = "reading"
    SERVICES = "services"
    CONSENT = "consent"
    ASKING = "asking"
    ANSWER = "answer"
    PRINTING = "printing"
    TAKE_CARD = "take_card"
    CARD_UNREADABLE = "card_unreadable"
    NOT_THAI_ID = "not_thai_id"
    CARD_VOID = "card_void"
    CARD_MISMATCH = "card_mismatch"
    CENTRE_UNREACHABLE = "centre_unreachable"
    PRINTER_TROUBLE = "printer_trouble"
    LOOK_AT_TRAY = "look_at_tray"
    NOT_OFFERED = "not_offered"
    OUT_OF_ORDER = "out_of_order"
    HISTORY_ASKING = "history_asking"
    HISTORY = "history"
    HISTORY_TROUBLE = "history_trouble"
    DISPUTE = "dispute"


class Farewell(StrEnum):
    """Why the card is to be taken: words on the last screen."""

    PLAIN = "plain"
    WITH_SLIP = "with_slip"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class Paper(StrEnum):
    """How far the printed list is."""

    PRINTING = "printing"
    PRINTED = "printed"
    TROUBLE = "trouble"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a citizen sees of who asked about him.

    Attributes:
        entries: Those fetched, newest first.
        older: Where the next page begins at the centre; None when there is none.
        reference: Of the first look.
        looked_at: When that was.
        first: Which entry is the first on the screen.
        opened: The leaf index of the entry he looks at more closely; None on the list.
        paper: How far the printed list is; None when none was asked for.
        trouble: What is wrong with the printer, in a citizen's words.
    """

    entries: tuple[HistoryEntry, ...] = field(default=(), repr=False)
    older: int | None = None
    reference: str = ""
    looked_at: datetime | None = None
    first: int = 0
    opened: int | None = None
    paper: Paper | None = None
    trouble: Words | None = None

    @property
    def entry(self) -> HistoryEntry | None:
        """The entry he looks at more closely."""
        return next((entry for entry in self.entries if entry.leaf.index == self.opened), None)

    @property
    def shown(self) -> tuple[HistoryEntry, ...]:
        """The entries on the screen."""
        return self.entries[self.first : self.first + ENTRIES_A_SCREEN]


@dataclass(frozen=True, slots=True)
class View:
    """How the screen is shown to this citizen; back to the default when he leaves."""

    language: Language = "th"
    text_size: TextSize = "normal"
    more_contrast: bool = False
    help_open: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit: all that is personal, and nothing else is.

    Attributes:
        visit_id: Drawn at random when the card went in.
        card: The card's text, once read.
        chosen: Service ids chosen, in the list's order.
        question: The question as first sent; a retry sends the very same.
        progress: Last known state of each agency, in the order they first appeared.
        answer: The centre's answer.
        print_asked: Whether a slip was sent to the press, and may have come out or may come yet.
        printer_trouble: What kept the slip from being printed, in a citizen's words.
        record_kept: Whether the masked record was handed on.
        looked: What he sees of who asked about him; None before he wants to.
    """

    visit_id: UUID
    card: CardRead | None = field(default=None, repr=False)
    chosen: tuple[str, ...] = ()
    question: Question | None = field(default=None, repr=False)
    progress: tuple[Progress, ...] = field(default=(), repr=False)
    answer: Answer | None = field(default=None, repr=False)
    print_asked: bool = False
    printer_trouble: Words | None = None
    record_kept: bool = False
    looked: Looked | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """The whole kiosk, as far as a visit is concerned.

    Attributes:
        place: Where the visit is.
        visit: The person's part, or None when nobody is being served.
        view: Language, text size, contrast, help.
        services: What is on offer; None until the centre has said so once.
        reader: The reader's state.
        printer: The printer's state.
        farewell: Which words the last screen says.
        turn: Counts screens; a touch made on an earlier one is dropped.
        due_at_s: When, on the shell's monotonic clock, this place's time is up; None for never.
        warned: Whether the time-out warning is on the screen.
        headphones: Somebody listens: the keypad is explained, and the page speaks where it can.
        felt_at_s: Since when something is in the slot that the reader has not seen; None when nothing is.
        push_card: It has been there for too long: the card is to be pushed in further.
    """

    place: Place = Place.REST
    visit: Visit | None = None
    view: View = View()
    services: tuple[Service, ...] | None = None
    reader: PartState = UNKNOWN_PART
    printer: PartState = UNKNOWN_PART
    farewell: Farewell = Farewell.PLAIN
    turn: int = 0
    due_at_s: float | None = None
    warned: bool = False
    headphones: bool = False
    felt_at_s: float | None = None
    push_card: bool = False

    @property
    def screen(self) -> str:
        """Name of what is on the screen: the place, unless a warning or the help page lies over it."""
        if self.warned:
            return "time_warning"
        return "help" if self.view.help_open else self.place.value


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator sets. Seconds are on the shell's monotonic clock.

    Attributes:
        place: Where the kiosk stands.
        agency: Who runs it.
        default_language: Language of the rest screen.
        idle_s: Without a touch for so long, the citizen is warned.
        warning_s: He then has so long to answer. WCAG 2.2, success criterion 2.2.1: at least 20 s.
        reading_s: A card not read by then is unreadable.
        asking_s: A centre that has not answered by then is unreachable.
        printing_s: A press that has not reported by then leaves us unsure.
        push_card_s: A card felt in the slot and not seen by the reader for so long is not in far enough.
    """

    place: Words
    agency: Words
    default_language: Language = "th"
    idle_s: float = 90.0
    warning_s: float = 30.0
    reading_s: float = 40.0
    asking_s: float = 45.0
    printing_s: float = 90.0
    push_card_s: float = 2.0

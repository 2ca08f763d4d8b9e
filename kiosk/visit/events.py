"""What can happen to a visit. Events from work done for a visit carry its id, so that late ones are known as such."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.card import CardRead
from contracts.decision import Answer, Progress, Service
from contracts.fleet import PartState
from contracts.history import DisputeReason, HistoryEntry, HistoryPage
from contracts.message import Words


class CardFault(StrEnum):
    """Why a card was not read."""

    UNREADABLE = "unreadable"
    NOT_THAI_ID = "not_thai_id"


class AskFault(StrEnum):
    """Why the centre gave no answer."""

    UNREACHABLE = "unreachable"
    NOT_OFFERED = "not_offered"
    CARD_VOID = "card_void"
    CARD_MISMATCH = "card_mismatch"
    REFUSED = "refused"


class PrintResult(StrEnum):
    """What is known after a slip was sent."""

    PRINTED = "printed"
    FAULT = "fault"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card is in the slot. The id is drawn by the shell: randomness is an argument."""

    visit_id: UUID


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The slot is empty."""


@dataclass(frozen=True, slots=True)
class CardWasRead:
    """The card's text is here."""

    visit_id: UUID
    card: CardRead = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardReadFailed:
    """The card could not be read, or is another kind of card."""

    visit_id: UUID
    fault: CardFault


@dataclass(frozen=True, slots=True)
class ServicesCame:
    """The centre's list of services for this device, in the centre's order."""

    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class ProgressCame:
    """One agency's state changed."""

    visit_id: UUID
    progress: Progress


@dataclass(frozen=True, slots=True)
class AnswerCame:
    """The centre decided."""

    visit_id: UUID
    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskFailed:
    """The centre decided nothing."""

    visit_id: UUID
    fault: AskFault


@dataclass(frozen=True, slots=True)
class PrintEnded:
    """The press has finished with a slip, one way or another.

    Attributes:
        visit_id: Whose slip.
        result: What is known.
        trouble: What is wrong with the printer, in a citizen's words.
    """

    visit_id: UUID
    result: PrintResult
    trouble: Words | None = None


@dataclass(frozen=True, slots=True)
class HistoryCame:
    """The centre said who asked about the holder."""

    visit_id: UUID
    page: HistoryPage = field(repr=False)


@dataclass(frozen=True, slots=True)
class DisputeCame:
    """The centre took note of what the citizen disputes: the entry as it is now."""

    visit_id: UUID
    entry: HistoryEntry = field(repr=False)


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """The centre said nothing of who asked, or took no note."""

    visit_id: UUID
    fault: AskFault


@dataclass(frozen=True, slots=True)
class HistoryPrinted:
    """The press has finished with the list (see ``PrintEnded``)."""

    visit_id: UUID
    result: PrintResult
    trouble: Words | None = None


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """The reader's state changed."""

    part: PartState


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """The printer's state changed."""

    part: PartState


@dataclass(frozen=True, slots=True)
class CardFelt:
    """The front panel's switch in the slot: something is in it, or no longer. What it is only the reader knows."""

    inside: bool


@dataclass(frozen=True, slots=True)
class HeadphonesChanged:
    """Headphones were plugged in, or pulled out."""

    plugged: bool


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of the front panel's keypad: ``0`` to ``9``, ``*``, ``#``. It acts on the screen, as a finger does."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed; ``now_s`` is the step's argument."""


@dataclass(frozen=True, slots=True)
class ServiceToggled:
    """The citizen touched a service on the list."""

    service: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """The citizen goes on with the services chosen."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The citizen agrees that the agencies named are asked."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class WentBack:
    """The citizen goes one screen back."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """The citizen asks for the same thing once more."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class SlipWanted:
    """The citizen wants the answer on paper."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryWanted:
    """The citizen wants to know who asked about him."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class PageTurned:
    """The citizen turns to older entries, or back to newer ones."""

    older: bool
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class EntryOpened:
    """The citizen looks at one entry more closely."""

    leaf_index: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class EntryDisputed:
    """The citizen says why an entry is not right."""

    reason: DisputeReason
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class DisputeJudged:
    """The citizen accepts the agency's answer, or objects to it."""

    accepted: bool
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The citizen ends the visit: cancel, or finish without paper."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class TimeExtended:
    """The citizen wants more time."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The citizen chose a language."""

    language: Literal["th", "en"]
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class TextSizeChosen:
    """The citizen chose a text size."""

    size: Literal["normal", "large", "largest"]
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ContrastToggled:
    """The citizen wants more, or ordinary, contrast."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class HelpToggled:
    """The citizen opens or closes the help page."""

    turn: int | None = None


Touch = (
    ServiceToggled
    | ChoiceMade
    | Agreed
    | WentBack
    | TriedAgain
    | SlipWanted
    | HistoryWanted
    | PageTurned
    | EntryOpened
    | EntryDisputed
    | DisputeJudged
    | Finished
    | TimeExtended
    | LanguageChosen
    | TextSizeChosen
    | ContrastToggled
    | HelpToggled
)
"""What a finger or a key does. ``turn`` is the screen it was done on: one meant for an earlier screen is dropped."""

Event = (
    CardInserted
    | CardRemoved
    | CardWasRead
    | CardReadFailed
    | ServicesCame
    | ProgressCame
    | AnswerCame
    | AskFailed
    | PrintEnded
    | HistoryCame
    | DisputeCame
    | HistoryFailed
    | HistoryPrinted
    | ReaderChanged
    | PrinterChanged
    | CardFelt
    | HeadphonesChanged
    | KeyPressed
    | Ticked
    | Touch
)

"""What a visit wants done in the world. The daemon does it and reports back by events."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.decision import Question
from contracts.history import DisputeQuestion, HistoryQuestion, HistoryRecord
from contracts.slip import SlipRecord


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Read the card in the slot; answer with ``CardWasRead`` or ``CardReadFailed``."""

    visit_id: UUID


@dataclass(frozen=True, slots=True)
class FetchServices:
    """Ask the centre for the list of services; answer with ``ServicesCame`` when it comes."""


@dataclass(frozen=True, slots=True)
class AskCentre:
    """Ask; answer with ``ProgressCame`` and one of ``AnswerCame``, ``AskFailed``. Same question, same answer."""

    question: Question = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskHistory:
    """Ask who asked about the holder; answer with ``HistoryCame`` or ``HistoryFailed``."""

    question: HistoryQuestion = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendDispute:
    """Tell the centre what the citizen disputes; answer with ``DisputeCame`` or ``HistoryFailed``."""

    question: DisputeQuestion = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintHistory:
    """Print the list; answer with ``HistoryPrinted``."""

    visit_id: UUID
    record: HistoryRecord = field(repr=False)
    reprint: bool = False


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print once; answer with ``PrintEnded``.

    Attributes:
        visit_id: Whose slip.
        record: What it says.
        reprint: Print although one may have come out: somebody has looked at the tray.
    """

    visit_id: UUID
    record: SlipRecord = field(repr=False)
    reprint: bool = False


@dataclass(frozen=True, slots=True)
class CancelWork:
    """Stop asking, and do not begin to print, for this visit. A slip already moving is let out whole."""

    visit_id: UUID


@dataclass(frozen=True, slots=True)
class KeepRecord:
    """A visit reached its answer: its record (masked) may be kept where the operator asked for it."""

    record: SlipRecord = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget everything shown: the page's content is replaced at once."""


@dataclass(frozen=True, slots=True)
class NoteVisitEnded:
    """Log and count a visit. Nothing of the person is in it."""

    visit_id: UUID
    outcomes: int
    ended_in: str


@dataclass(frozen=True, slots=True)
class PressKey:
    """Hand a key to the screen."""

    key: str = field(repr=False)


Effect = (
    ReadCard
    | FetchServices
    | AskCentre
    | AskHistory
    | SendDispute
    | PrintHistory
    | PrintSlip
    | CancelWork
    | KeepRecord
    | Wipe
    | NoteVisitEnded
    | PressKey
)

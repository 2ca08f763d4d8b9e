"""What the kiosk needs of the world. Real adapters live in ``adapters`` and ``uplink``; tests share the fakes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Protocol

from contracts.card import CardRead
from contracts.decision import Answer, Progress, Question, Service
from contracts.fleet import Heartbeat, HeartbeatReply, PanelState, PartState
from contracts.history import DisputeQuestion, HistoryEntry, HistoryPage, HistoryQuestion, HistoryRecord
from contracts.message import Words
from contracts.slip import SlipRecord
from kiosk.visit.events import Event as VisitEvent
from kiosk.visit.events import PrintResult
from kiosk.visit.state import State


class Presence(StrEnum):
    """What the watcher of the slot says."""

    INSERTED = "inserted"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SlotChange:
    """A change at the slot, or of the reader itself.

    Attributes:
        presence: A card came or went; None when only the reader changed.
        reader: The reader's state after the change.
    """

    presence: Presence | None
    reader: PartState


class CardSource(Protocol):
    """A smart-card reader."""

    def watch(self, stopped: Event) -> Iterator[SlotChange]:
        """Yield every change until ``stopped`` is set, beginning with the reader's state and a card already there.

        Insertions and removals alternate; a reader that is unplugged is reported, never raised.
        """
        ...

    def read(self) -> CardRead:
        """Read the card in the slot: text only, no photo.

        Raises:
            CardUnreadableError: No sense could be had from it.
            NotThaiIdError: It is another kind of card.
            CardGoneError: It left meanwhile.
        """
        ...


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a slip.

    Attributes:
        result: What is known.
        trouble: What is wrong with the printer, in a citizen's words; None when nothing is, or nobody knows.
    """

    result: PrintResult
    trouble: Words | None = None


class Press(Protocol):
    """A slip printer."""

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> Printed:
        """Look at the printer, print one slip, say what is known of it. Never raises for the printer's troubles."""
        ...

    def print_history(self, record: HistoryRecord, *, reprint: bool = False) -> Printed:
        """Print the list of who asked about a citizen, as a slip is printed."""
        ...

    def status(self) -> PartState:
        """Ask the printer how it is. Silence is unknown, never fine."""
        ...


class FrontPanel(Protocol):
    """The lights and switches round the card slot. Its absence or failure never troubles a visit."""

    def start(self, lives: Callable[[], bool], post: Callable[[VisitEvent], None], nudge: Callable[[], None]) -> None:
        """Begin.

        Args:
            lives: Says whether the kiosk does its work: if not, the panel is left without heartbeats.
            post: Takes what the panel feels: the card switch, headphones, keys.
            nudge: Called when the centre should hear of the panel now.
        """
        ...

    def report(self) -> PanelState | None:
        """Say how the panel is, for the centre; None where there is to be none."""
        ...

    def show(self, state: State) -> None:
        """Show where the visit stands. Returns at once."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Centre(Protocol):
    """The linkage centre, as this device sees it."""

    def services(self) -> tuple[Service, ...]:
        """Return what this device may offer now.

        Raises:
            CentreError: It cannot be had.
        """
        ...

    def ask(self, question: Question, on_progress: Callable[[Progress], None], cancelled: Event) -> Answer:
        """Ask, reporting progress from the calling thread until the answer comes.

        Raises:
            CentreRetryableError: Nothing was decided; the same question may be asked again.
            CentrePermanentError: The centre refuses the question.
            AskCancelledError: ``cancelled`` was set meanwhile.
        """
        ...

    def history(self, question: HistoryQuestion) -> HistoryPage:
        """Return who asked about the holder, a page of it.

        Raises:
            CentreError: Refused, or not to be had now.
        """
        ...

    def dispute(self, question: DisputeQuestion) -> HistoryEntry:
        """Tell what the holder disputes; returns the entry as it is then.

        Raises:
            CentreError: Refused, or not to be had now.
        """
        ...

    def beat(self, heartbeat: Heartbeat) -> HeartbeatReply:
        """Send a heartbeat.

        Raises:
            CentreError: It did not arrive, or was refused.
        """
        ...

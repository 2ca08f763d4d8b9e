"""A recorded trace as a fake card: each command gets the answer it got then. Pure."""

from reader_drivers.core.errors import CardRemovedError
from reader_drivers.core.trace import Step, Trace
from reader_drivers.virtual.card import ChipCard

_UNKNOWN = b"\x6f\x00"


class ReplayCard:
    """Answers from a trace. The same command asked again goes on from where the trace was, then from its beginning.

    Attributes:
        commands_until_removal: After so many the recorded card left; None when it stayed.
    """

    def __init__(self, trace: Trace) -> None:
        """Prepare the card."""
        self._atr = trace.atr
        self._steps = [step for step in trace.steps if step.status is not None]
        self._next = 0
        self.commands_until_removal = len(self._steps) if _removed(trace) else None

    @property
    def atr(self) -> bytes:
        """The recorded one."""
        return self._atr

    def reset(self) -> None:
        """Begin the trace anew."""
        self._next = 0

    def respond(self, command: bytes) -> bytes:
        """Answer as recorded; what was never asked is refused."""
        order = [*range(self._next, len(self._steps)), *range(self._next)]
        found = next((number for number in order if self._steps[number].command == command), None)
        if found is None:
            return _UNKNOWN
        self._next = found + 1
        return _answer(self._steps[found])


def _removed(trace: Trace) -> bool:
    return bool(trace.steps) and trace.steps[-1].error == CardRemovedError.code


def _answer(step: Step) -> bytes:
    return step.data + (step.status or 0).to_bytes(2, "big")


class DirectPort:
    """Implements ``core.exchange.Card`` straight over a virtual card, without a reader in between."""

    def __init__(self, card: ChipCard, remove_after_apdus: int | None = None) -> None:
        """Take ``card``; it is gone after so many commands, None: never."""
        self._card = card
        self._left = remove_after_apdus

    @property
    def atr(self) -> bytes:
        """The card's."""
        return self._card.atr

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        """Ask the card. See ``core.exchange.Card.transmit``."""
        if self._left is not None:
            if self._left <= 0:
                raise CardRemovedError
            self._left -= 1
        answer = self._card.respond(command)
        return answer[:-2], answer[-2], answer[-1]

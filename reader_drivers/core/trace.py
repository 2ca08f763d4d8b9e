"""A conversation with a card, written down step by step, and read again. Pure but for the card's port.

The form is JSON lines: one head, then one line a command. See ``docs/cards.md``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from reader_drivers.core.errors import ReaderError, TraceUnreadableError
from reader_drivers.core.exchange import Card

FORM = "baidiao-card-trace-1"


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what came of it.

    Attributes:
        command: The APDU.
        data: What the card answered, without the status word.
        status: Its status word; None when no answer came.
        error: Why none came, as the error's code; empty otherwise.
        took_ms: How long it took.
    """

    command: bytes
    data: bytes = field(default=b"", repr=False)
    status: int | None = None
    error: str = ""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole conversation; ``masked`` when nothing of a person is left in it (``cards.mask``)."""

    atr: bytes
    steps: tuple[Step, ...]
    masked: bool = False


class Recorder:
    """Implements ``Card`` over another one and keeps what passes. What it holds is personal: mask before writing."""

    def __init__(self, card: Card, clock: Callable[[], float]) -> None:
        """Record ``card``; ``clock`` gives seconds from anywhere."""
        self._card = card
        self._clock = clock
        self._steps: list[Step] = []

    @property
    def atr(self) -> bytes:
        """The card's."""
        return self._card.atr

    @property
    def trace(self) -> Trace:
        """What has passed so far, unmasked."""
        return Trace(self._card.atr, tuple(self._steps))

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        """Pass ``command`` on. See ``core.exchange.Card.transmit``."""
        began = self._clock()
        try:
            data, sw1, sw2 = self._card.transmit(command)
        except ReaderError as error:
            self._steps.append(Step(command, error=error.code, took_ms=self._since(began)))
            raise
        self._steps.append(Step(command, data, sw1 << 8 | sw2, took_ms=self._since(began)))
        return data, sw1, sw2

    def _since(self, began: float) -> float:
        return round((self._clock() - began) * 1000, 2)


def encode_trace(trace: Trace) -> str:
    """Return the trace as text, one JSON object a line.

    Raises:
        ValueError: It was not masked: our own mistake, no trace with a person in it is ever written.
    """
    if not trace.masked:
        raise ValueError("only masked traces are written")
    lines: list[dict[str, object]] = [{"trace": FORM, "atr": trace.atr.hex().upper(), "masked": True}]
    for step in trace.steps:
        line: dict[str, object] = {"command": step.command.hex().upper()}
        if step.status is None:
            line["error"] = step.error
        else:
            line |= {"data": step.data.hex().upper(), "status": f"{step.status:04X}"}
        lines.append(line | {"ms": step.took_ms})
    return "".join(json.dumps(line) + "\n" for line in lines)


def parse_trace(text: str) -> Trace:
    """Read what :func:`encode_trace` wrote.

    Raises:
        TraceUnreadableError: It is something else; ``line`` says where.
    """
    number, steps, atr = 0, [], b""
    try:
        for number, line in enumerate(text.splitlines(), 1):
            said = json.loads(line)
            if number == 1:
                if said["trace"] != FORM:
                    raise TraceUnreadableError(number)
                atr = bytes.fromhex(said["atr"])
            else:
                steps.append(_parse_step(said))
    except (ValueError, KeyError, TypeError) as error:
        raise TraceUnreadableError(number) from error
    if not number:
        raise TraceUnreadableError(1)
    return Trace(atr, tuple(steps), masked=True)


def _parse_step(said: dict[str, str]) -> Step:
    command, took_ms = bytes.fromhex(said["command"]), float(said.get("ms", 0))
    if "error" in said:
        return Step(command, error=str(said["error"]), took_ms=took_ms)
    return Step(command, bytes.fromhex(said["data"]), int(said["status"], 16) & 0xFFFF, took_ms=took_ms)

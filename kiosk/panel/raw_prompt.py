"""MicroPython's raw prompt, from the host's side: a program goes in, what it printed comes back."""

import time
from collections.abc import Callable
from typing import Protocol

from kiosk.errors import KioskError

ENTER = b"\r\x03\x03\r\x01"
"""Interrupt whatever runs, then Ctrl-A (MicroPython's reference, section "Raw mode and raw-paste mode")."""
BANNER = b"raw REPL; CTRL-B to exit\r\n>"
END = b"\x04"
CHUNK_BYTES = 256
PAUSE_S = 0.005
"""The board's buffer for typed bytes is small, and the raw prompt has no flow control."""
ANSWER_S = 10.0
"""Erasing and writing a few kilobytes of flash takes a second or two."""
ENTER_S = 2.0


class PromptError(KioskError):
    """The board's prompt did not do as it was told.

    Attributes:
        reason: ``no_prompt``, ``no_answer`` or ``failed``.
        said: What the board said of it, for ``failed``.
    """

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(f"{reason}: {said}" if said else reason)
        self.reason = reason
        self.said = said


class Port(Protocol):
    """A serial port; ``read`` waits a moment at most."""

    def read(self, size: int = 1, /) -> bytes:
        """Return up to ``size`` bytes, or none."""
        ...

    def write(self, data: bytes, /) -> int | None:
        """Send bytes."""
        ...


class RawPrompt:
    """The prompt of one board.

    Args:
        port: Its serial port.
        clock_s: A monotonic clock.
        rest: Waits so many seconds.
    """

    def __init__(
        self, port: Port, clock_s: Callable[[], float] = time.monotonic, rest: Callable[[float], None] = time.sleep
    ) -> None:
        self._port = port
        self._clock_s = clock_s
        self._rest = rest
        self._held = b""

    def enter(self, tries: int = 4) -> None:
        """Interrupt what runs and get to the prompt.

        Raises:
            PromptError: It never showed.
            SerialException: The port failed.
        """
        for _ in range(tries):
            self._held = b""
            self._port.write(ENTER)
            if self._until(BANNER, ENTER_S) is not None:
                return
        raise PromptError("no_prompt")

    def run(self, program: str) -> str:
        """Run a program; return what it printed.

        Raises:
            PromptError: It raised, or no answer came.
            SerialException: The port failed.
        """
        self._held = b""
        self._type(program)
        if self._until(b"OK", ANSWER_S) is None:
            raise PromptError("no_answer")
        printed, raised = self._until(END, ANSWER_S), self._until(END, ANSWER_S)
        if printed is None or raised is None or self._until(b">", ANSWER_S) is None:
            raise PromptError("no_answer")
        if raised:
            raise PromptError("failed", raised.decode("utf-8", "replace").strip().splitlines()[-1][:200])
        return printed.decode("utf-8", "replace").strip()

    def leave(self, program: str) -> None:
        """Run a program that never answers, such as a reset."""
        self._type(program)

    def _type(self, program: str) -> None:
        typed = program.encode()
        for at in range(0, len(typed), CHUNK_BYTES):
            self._port.write(typed[at : at + CHUNK_BYTES])
            self._rest(PAUSE_S)
        self._port.write(END)

    def _until(self, ending: bytes, within_s: float) -> bytes | None:
        """Return what came before ``ending``; None when it did not come in time."""
        until_s = self._clock_s() + within_s
        while (at := self._held.find(ending)) < 0:
            if self._clock_s() >= until_s:
                return None
            self._held += self._port.read(4_096)
        before, self._held = self._held[:at], self._held[at + len(ending) :]
        return before

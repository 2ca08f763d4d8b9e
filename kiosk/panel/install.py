"""Copies a firmware onto a board that waits at its prompt: into the slot not in use, every file proved by its hash."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.errors import KioskError
from kiosk.panel.image import FIRMWARE, BoardFile, Image
from kiosk.panel.raw_prompt import RawPrompt

PIECE_BYTES = 512
NEW_BOARD = "-"
SPARE_BYTES = 64 * 1024
"""Room for the log's segments and for LittleFS to move blocks."""


class InstallError(KioskError):
    """The board cannot take this firmware; the one it had is untouched.

    Attributes:
        reason: ``no_room``, ``damaged`` or ``strange_answer``.
        about: A file, or the answer.
    """

    def __init__(self, reason: str, about: str) -> None:
        super().__init__(f"{reason}: {about}")
        self.reason = reason
        self.about = about


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """What the board says of itself.

    Attributes:
        good: The slot it starts, or ``-`` on a new board.
        mpy_form: Form of .mpy files it loads, ``6.3``.
        free_bytes: Room on its flash.
    """

    good: str
    mpy_form: str
    free_bytes: int

    @property
    def target(self) -> str:
        """The slot that the new firmware goes to."""
        return "b" if self.good == "a" else "a"


def greet(prompt: RawPrompt) -> BoardFacts:
    """Enter the prompt, hand over the receiver, and ask how things are.

    Raises:
        PromptError: There is no prompt, or it fails.
        InstallError: The answer is none of ours.
    """
    prompt.enter()
    prompt.run((FIRMWARE / "receiver.py").read_text())
    said = prompt.run("print(look())")
    match said.split():
        case [good, mpy_form, free] if good in ("a", "b", NEW_BOARD) and free.isdigit():
            return BoardFacts(good, mpy_form, int(free))
    raise InstallError("strange_answer", said[:80])


def install(prompt: RawPrompt, facts: BoardFacts, image: Image, tell: Callable[[int, int, str], None]) -> None:
    """Copy, prove, and have the new firmware tried at the next start; then reset the board.

    Args:
        prompt: Of the board, after :func:`greet`.
        facts: What :func:`greet` returned.
        image: The firmware.
        tell: Called before each file with its number, how many there are, and its path.

    Raises:
        InstallError: No room, or a file arrived damaged.
        PromptError: The board failed or fell silent.
        SerialException: The port failed.
    """
    new_board = facts.good == NEW_BOARD
    files = [BoardFile(f"{facts.target}/{file.path}", file.data) for file in image.slot]
    total = len(files) + (len(image.start) if new_board else 0)
    needed = sum(len(file.data) for file in files)
    if needed + SPARE_BYTES > facts.free_bytes:
        raise InstallError("no_room", f"{needed} bytes")
    prompt.run(f"clear({facts.target!r})")
    for number, file in enumerate(files, 1):
        tell(number, total, file.path)
        _copy(prompt, file)
    _prove(prompt, files)
    if prompt.run(f"print(count({facts.target!r}))") != str(len(files)):
        raise InstallError("damaged", facts.target)
    if new_board:
        for number, file in enumerate(image.start, len(files) + 1):  # slots.py comes last: with it the board is whole
            tell(number, total, file.path)
            fresh = BoardFile(f"{file.path}.new", file.data)
            _copy(prompt, fresh)
            _prove(prompt, [fresh])
            prompt.run(f"adopt({fresh.path!r}, {file.path!r})")
    prompt.run(f"finish({facts.target!r}, {not new_board})")
    prompt.leave("import machine\nmachine.reset()")


def _copy(prompt: RawPrompt, file: BoardFile) -> None:
    for at in range(0, max(1, len(file.data)), PIECE_BYTES):
        text = base64.b64encode(file.data[at : at + PIECE_BYTES]).decode()
        prompt.run(f"put({file.path!r}, {at}, {text!r})")


def _prove(prompt: RawPrompt, files: list[BoardFile]) -> None:
    """Read back what stands on the flash, not what was sent."""
    for file in files:
        if prompt.run(f"print(digest({file.path!r}))") != file.sha256:
            raise InstallError("damaged", file.path)

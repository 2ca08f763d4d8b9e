"""Which firmware to start: two slots, ``a`` and ``b``, each a folder with ``app`` and ``wire``.

The good one runs. A new one goes into the other slot and is tried a few times; unless the host confirms it, the good
one runs again. This file and ``main.py`` stay on the board for good and are kept small for it.
"""

import os
import sys

STATE = "/slots.txt"
LOADER = "/loader.txt"
TRIES = 2
"""A trial gets so many starts: one may be lost to a power cut."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def choose(state: str) -> "tuple[str, bool, str]":
    """Say what to start. Pure.

    Args:
        state: ``"<good> <trial> <tries left>"``, e.g. ``"a b 2"``; ``"a - 0"`` when nothing is being tried.

    Returns:
        The slot to start, whether it is on trial, and the state to keep.
    """
    parts = state.split()
    good = parts[0] if parts and parts[0] in ("a", "b") else "a"
    trial, tries = (parts[1], parts[2]) if len(parts) == 3 else ("-", "0")
    if trial in ("a", "b") and trial != good and tries.isdigit() and int(tries) > 0:
        return trial, True, good + " " + trial + " " + str(int(tries) - 1)
    return good, False, good + " - 0"


def find_good(root: str) -> str:
    """Return the slot that runs when nothing is being tried."""
    parts = read_state(root).split()
    return parts[0] if parts and parts[0] in ("a", "b") else "a"


def try_out(root: str, slot: str) -> None:
    """Have ``slot`` tried at the next starts; the good one stays the good one until :func:`commit`."""
    write_state(root, find_good(root) + " " + slot + " " + str(TRIES))


def read_state(root: str) -> str:
    """Return the kept state; empty when there is none."""
    try:
        with open(root + STATE) as file:
            return str(file.read())
    except OSError:
        return ""


def write_state(root: str, state: str) -> None:
    """Keep the state: the old or the new one survives a power cut, never half of either."""
    with open(root + STATE + ".new", "w") as file:
        file.write(state)  # LittleFS: whole on the flash once closed, and a rename replaces in one step
    os.rename(root + STATE + ".new", root + STATE)


def commit(root: str, slot: str) -> None:
    """Make ``slot`` the good one."""
    write_state(root, slot + " - 0")


def ask_for_loader(root: str) -> None:
    """Have the next start end at MicroPython's prompt, once."""
    with open(root + LOADER, "w"):
        pass


def start(root: str, run: "Callable[[str, bool], Any]") -> bool:
    """Start a slot's firmware.

    Args:
        root: Folder of the slots, empty on the board.
        run: Called with the slot and whether it is on trial, once the slot's modules can be imported.

    Returns:
        False at once when the loader was asked for; True when the firmware has ended: the board is to be reset.
    """
    try:
        os.remove(root + LOADER)
    except OSError:
        pass
    else:
        return False
    before = read_state(root)
    slot, trial, after = choose(before)
    if after != before:
        write_state(root, after)
    sys.path.insert(0, root + "/" + slot)
    try:
        run(slot, trial)
    except Exception as error:  # whatever it is, the board must not stay where it cannot be reached
        sys.print_exception(error)
    return True

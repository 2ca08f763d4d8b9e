"""Starts a simulated board: ``micropython main.py FLASH_FOLDER LINE_FD``. Standard output shows its state."""

import os
import sys

root, line = ".", int(sys.argv[2])
here = __file__.rsplit("/", 1)[0]
os.chdir(sys.argv[1])
sys.path[0] = here
sys.path.insert(0, root)

import slots  # noqa: E402


def _run(slot: str, trial: bool) -> None:
    from app.loop import run
    from simulated_board import SimulatedBoard

    run(SimulatedBoard(root, line, slot, trial))


if slots.start(root, _run):
    sys.exit(75)
from raw_prompt import serve  # noqa: E402

serve(line, {"__name__": "__main__"})

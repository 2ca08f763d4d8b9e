"""Starts a simulated board: ``micropython main.py FLASH_FOLDER LINE_FD``. Standard output shows its state."""

import os
import sys

root, line = ".", int(sys.argv[2])
here = __file__.rsplit("/", 1)[0]
os.chdir(sys.argv[1])
sys.path[0] = here
sys.path.insert(0, root)

from raw_prompt import serve  # noqa: E402

try:
    import slots
except ImportError:
    serve(line, {"__name__": "__main__"})  # a new board


def _run(slot: str, trial: bool) -> None:
    print("fed")  # as on the board, the watchdog begins before anything new is imported
    from app import loop
    from app.panel import Panel
    from simulated_board import SimulatedBoard

    class WatchedPanel(Panel):
        """The firmware's own, but its board may look at it: onlookers see what it thinks."""

        def __init__(self, board: SimulatedBoard) -> None:
            Panel.__init__(self, board)
            board.panel = self

    loop.Panel = WatchedPanel
    loop.run(SimulatedBoard(root, line, slot, trial))


if slots.start(root, _run):
    sys.exit(75)
serve(line, {"__name__": "__main__"})

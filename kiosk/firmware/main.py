"""The board's start. Beside ``app.board_rp2040`` only this knows ``machine``: it has to leave a broken slot."""

import machine
import slots

LOADER_MS = 600_000
"""A loader nobody uses ends by itself: the kiosk gets its panel back."""


def _run(slot: str, trial: bool) -> None:
    # Only now can the slot's modules be found.
    from app.board_rp2040 import Rp2040Board
    from app.loop import run

    run(Rp2040Board(slot, trial))


if slots.start("", _run):
    machine.reset()
else:
    machine.Timer(-1, period=LOADER_MS, mode=machine.Timer.ONE_SHOT, callback=lambda _: machine.reset())

"""The board's start. Beside ``app.board_rp2040`` only this knows ``machine``: it has to leave a broken slot."""

import machine
import slots

LOADER_MS = 600_000
"""A loader nobody uses ends by itself: the kiosk gets its panel back."""
TRIAL_MS = 200_000
"""A new firmware gives up after 180 s by itself; this one ends it even if it does not know how."""
WATCHDOG_MS = 8_388
"""The most the RP2040's watchdog counts to (data sheet, section 4.7). It begins before anything new is imported."""


def _run(slot: str, trial: bool) -> None:
    def end_trial(_: object) -> None:
        if slots.find_good("") != slot:
            machine.reset()

    machine.WDT(timeout=WATCHDOG_MS)
    if trial:
        machine.Timer(-1, period=TRIAL_MS, mode=machine.Timer.ONE_SHOT, callback=end_trial)
    # Only now can the slot's modules be found.
    from app.board_rp2040 import Rp2040Board
    from app.loop import run

    run(Rp2040Board(slot, trial))


if slots.start("", _run):
    machine.reset()
else:
    machine.Timer(-1, period=LOADER_MS, mode=machine.Timer.ONE_SHOT, callback=lambda _: machine.reset())

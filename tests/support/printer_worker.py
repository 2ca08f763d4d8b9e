"""Prints slips in children of its own, made to be killed: ``python -m tests.support.printer_worker``.

A line of JSON in is an order; a line out is the child's process id, the next its exit status (negative: the signal).
"""

import json
import os
import sys
from pathlib import Path

from contracts.slip import SlipRecord
from printer.devices.address import open_printer
from printer.journal import Journal
from printer.line_break import load_words
from printer.press import Press, PrintOutcome, Timing
from tests.support.printer_fakes import FACE, now

TIMING = Timing(rows_per_s=4000, margin_s=0.5, poll_s=0.02, answer_timeout_s=0.5, settle_s=2.0)
EXITS = {PrintOutcome.PRINTED: 0, PrintOutcome.NOT_PRINTED: 6, PrintOutcome.UNSURE: 7}


def carry_out(order: dict) -> int:
    press = Press(open_printer(order["url"]), Journal(Path(order["journal"]), now), FACE, timing=TIMING)
    if order.get("recover"):
        press.recover()
    if "record" not in order:
        return 0
    return EXITS[
        press.print_slip(SlipRecord.model_validate(order["record"]), reprint=order.get("reprint", False)).outcome
    ]


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    load_words()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                status = carry_out(json.loads(line))
            finally:
                os._exit(status)
        say(child)
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()

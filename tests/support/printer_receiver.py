"""A virtual printer in a process of its own: ``python -m tests.support.printer_receiver FOLDER ROWS_PER_S``.

Says its port on standard output and runs until standard input ends.
"""

import sys
from pathlib import Path

from printer.virtual.server import VirtualPrinter


def main() -> None:
    machine = VirtualPrinter("127.0.0.1", 0, Path(sys.argv[1]), rows_per_s=float(sys.argv[2]))
    machine.start()
    sys.stdout.write(f"{machine.port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    machine.stop()


if __name__ == "__main__":
    main()

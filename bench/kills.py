"""Kill a printing process at random moments: slips doubled, lost, printed for the next person, of a thousand kills."""

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.printer_kills import count_kills

KILLS = 1000


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = count_kills(Path(folder), kills, seed=20_260_115)
    figures = asdict(tally) | {"outcomes": {str(status): count for status, count in tally.outcomes.items()}}
    print(json.dumps({"kills": figures | {"took_s": round(time.monotonic() - started)}}, indent=2))


if __name__ == "__main__":
    main()

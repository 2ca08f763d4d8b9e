"""Kill processes amid their work and count what came of it.

``printing``: a printing process, at random moments: slips doubled, lost, printed for the next person.
``sqlite``, ``postgresql``: a whole centre's workers, the one that leads, the centre itself, its database, under load:
decisions lost or doubled in the log, checkpoints that contradict each other.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.evidence_kills import besiege
from tests.support.printer_kills import count_kills

KILLS = {"printing": 1000, "sqlite": 200, "postgresql": 50}
_SEED = 20_260_115


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "printing"
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else KILLS[what]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if what == "printing":
            tally = count_kills(Path(folder), kills, _SEED)
            figures = asdict(tally) | {"outcomes": {str(status): count for status, count in tally.outcomes.items()}}
        else:
            siege = besiege(Path(folder), what, kills, _SEED)
            figures = {name: dict(value) if isinstance(value, dict) else value for name, value in vars(siege).items()}
    print(json.dumps({"kills": figures | {"took_s": round(time.monotonic() - started)}}, indent=2))


if __name__ == "__main__":
    main()

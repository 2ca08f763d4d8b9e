"""``make bench``: runs every benchmark in a process of its own and prints one JSON object. Prints; judges nothing."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

BENCHMARKS = ("card", "slip", "decisions", "mandates", "kiosk", "rules_bulk", "panel", "evidence")
SHORTER = {"evidence": ("--leaves", "500000", "--seconds", "3")}
"""What takes long by itself: ten million leaves are half an hour, ``python -m bench.evidence``."""
_PATIENCE_S = 1800


def run(name: str) -> object:
    """Run one benchmark; return its figures, or why there are none."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *SHORTER.get(name, ())],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
        cwd=Path(__file__).resolve().parents[1],
    )
    if done.returncode != 0:
        return {"failed": done.stderr.strip().splitlines()[-3:]}
    # A library may say a line of its own first (python-escpos does): the figures begin with the first brace.
    start = done.stdout.find("{\n")
    return json.loads(done.stdout[max(start, 0) :])


def main() -> None:
    """Run all, or those named on the command line."""
    wanted = sys.argv[1:] or BENCHMARKS
    figures: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures[name] = run(name)
    print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""``docs/tour.md`` does what it says: its commands are run as they stand, in one shell, and must say what it says."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "docs" / "tour.md"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MARK = "--- end of step {}"


@pytest.mark.e2e
def test_the_tour_is_true():
    blocks = _BLOCK.findall(TOUR.read_text("utf-8"))
    script, wanted = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"], {}
    for kind, content in blocks:
        if kind == "sh":
            step = len(script) - 2
            script.append(f"{content}echo '{_MARK.format(step)}'")
        else:
            wanted[step] = content.splitlines()
    assert len(wanted) >= 6
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("BAIDIAO_")},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    at = 0
    for step in range(len(script) - 2):
        mark = done.stdout.index(_MARK.format(step))
        here, at = done.stdout[at:mark], mark
        for line in wanted.get(step, ()):
            assert line in here or line in done.stderr, (step, line, here)

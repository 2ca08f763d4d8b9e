"""What the README promises of ``make demo ONCE=1``."""

import fcntl
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from contracts.slip import SlipRecord
from tests.support.e2e_demo import BAIDIAO

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.browser]


@dataclass(frozen=True)
class Done:
    """A demo that has ended."""

    root: Path
    said: str
    record: SlipRecord


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Done:
    root = tmp_path_factory.mktemp("once") / "demo"
    command = [BAIDIAO, "demo", "run", "--once", "--dir", str(root), "--population", "200"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Done(root, done.stdout, SlipRecord.model_validate_json((root / "visit.json").read_text()))


def test_one_visit_is_decided_and_says_where_to_look(once: Done) -> None:
    decisions = {decision.service: decision for decision in once.record.answer.decisions}
    assert decisions["old_age_allowance"].outcome.value == "eligible"
    assert decisions["disability_allowance"].outcome.value == "not_eligible"
    assert once.record.answer.assurance == "confirmed"
    assert decisions["old_age_allowance"].amount is not None
    assert decisions["old_age_allowance"].amount.baht == 700
    for part in ("The stage", "Kiosk's screen", "Console", "The slip", "The visit"):
        assert part in once.said


def test_the_slip_s_code_verifies_offline(once: Done) -> None:
    (code,) = zxingcpp.read_barcodes(Image.open(once.root / "slip.png"))
    assert code.text == once.record.answer.slip_token
    keys = ["--keys", str(once.root / "kiosk" / "keys.json")]
    verify = [BAIDIAO, "slip", "verify", "--image", str(once.root / "slip.png"), *keys]
    assert subprocess.run(verify, capture_output=True, text=True, check=False).returncode == 0


def test_a_slip_is_valid_for_days_not_for_ever(once: Done) -> None:
    answer = once.record.answer
    assert timedelta(days=1) < answer.expires_at - answer.decided_at < timedelta(days=60)


def test_nothing_the_demo_writes_names_the_visitor(once: Done) -> None:
    # The agencies' own stores hold their people: that is what an agency is.
    every = (path for path in once.root.rglob("*") if path.is_file())
    files = [path for path in every if path.relative_to(once.root).parts[0] != "agencies"]
    assert any(path.parent.name == "logs" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in ("3550100123457", "บุญเรือน", "แสงทองดี", "Bunruean"):
            assert secret.encode() not in content, f"{path.relative_to(once.root)} holds the visitor's number or name"


def test_a_second_demo_in_the_same_folder_is_refused_and_harms_nothing(once: Done) -> None:
    with (once.root.with_name(".demo.lock")).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [BAIDIAO, "demo", "run", "--once", "--dir", str(once.root)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert (once.root / "visit.json").exists()

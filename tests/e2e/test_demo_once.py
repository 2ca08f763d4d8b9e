"""What the README promises of ``make demo ONCE=1``."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from contracts.slip import SlipRecord
from tests.support.e2e_demo import BAIDIAO

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.browser]


def test_one_visit_leaves_a_slip_whose_code_verifies_offline(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    command = [BAIDIAO, "demo", "run", "--once", "--dir", str(root), "--population", "200"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    record = SlipRecord.model_validate_json((root / "visit.json").read_text())
    outcomes = {decision.service: decision.outcome.value for decision in record.answer.decisions}
    assert outcomes["old_age_allowance"] == "eligible"
    assert outcomes["disability_allowance"] == "not_eligible"
    assert record.answer.assurance == "confirmed"
    amounts = {decision.service: decision.amount for decision in record.answer.decisions}
    assert amounts["old_age_allowance"] is not None
    assert amounts["old_age_allowance"].baht == 700

    (code,) = zxingcpp.read_barcodes(Image.open(root / "slip.png"))
    assert code.text == record.answer.slip_token

    verify = [BAIDIAO, "slip", "verify", "--image", str(root / "slip.png"), "--keys", str(root / "kiosk" / "keys.json")]
    assert subprocess.run(verify, capture_output=True, text=True, check=False).returncode == 0

    for part in ("The stage", "Console", "The slip", "The visit"):
        assert part in done.stdout


def test_nothing_the_demo_writes_names_the_visitor(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    command = [BAIDIAO, "demo", "run", "--once", "--dir", str(root), "--population", "50"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # The agencies' own stores hold their people: that is what an agency is.
    files = [path for path in root.rglob("*") if path.is_file() and "agencies" not in path.relative_to(root).parts[:1]]
    assert any(path.parent.name == "logs" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in ("3550100123457", "บุญเรือน", "แสงทองดี", "Bunruean"):
            assert secret.encode() not in content, f"{path.relative_to(root)} holds the visitor's number or name"


def test_a_slip_is_valid_for_days_not_for_ever(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    command = [BAIDIAO, "demo", "run", "--once", "--dir", str(root), "--population", "50"]
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    answer = json.loads((root / "visit.json").read_text())["answer"]
    expires = datetime.fromisoformat(answer["expires_at"])
    assert 1 <= (expires - datetime.now(UTC)).days <= 60

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from contracts.slip import SlipRecord
from printer.read_qr import find_token
from printer.virtual.server import Fault
from tests.support.printer_fakes import running_printer
from tests.support.printer_samples import OLD_AGE, claims_of, one_service, public_keys, sign

pytestmark = pytest.mark.enable_socket


def baidiao(*arguments):
    command = [sys.executable, "-m", "baidiao", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def visit(tmp_path):
    path = tmp_path / "visit.json"
    path.write_text(one_service().model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(public_keys()))
    return path


def test_print_and_verify_what_came_out(tmp_path, visit, keys):
    with running_printer(tmp_path) as machine:
        printed = baidiao("slip", "print", visit, "--printer", f"tcp://127.0.0.1:{machine.port}")
        assert printed.returncode == 0, printed.stderr
        verified = baidiao("slip", "verify", "--image", machine.slips[0], "--keys", keys, "--json")
    assert json.loads(verified.stdout)["verdict"] == "expired"
    assert verified.returncode == 1


@pytest.mark.parametrize(("fault", "code"), [(Fault.PAPER_OUT, 6), (Fault.SILENT, 7)])
def test_print_exit_codes(tmp_path, visit, fault, code):
    with running_printer(tmp_path) as machine:
        machine.set_fault(fault)
        printed = baidiao("slip", "print", visit, "--printer", f"tcp://127.0.0.1:{machine.port}")
    assert printed.returncode == code
    assert fault.value in printed.stderr
    assert "ส.ร." not in printed.stderr


def test_preview_is_the_slip(tmp_path, visit):
    assert baidiao("slip", "preview", visit, "--out", tmp_path / "p.png").returncode == 0
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.width == 576
        assert find_token(picture) == one_service().answer.slip_token


def test_verify_current_slip(keys):
    now = datetime.now(UTC)
    token = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE], now.replace(microsecond=0) + timedelta(days=1)))
    good = baidiao("slip", "verify", "--text", token, "--keys", keys)
    assert good.returncode == 0
    assert "ใบนี้เป็นของจริง" in good.stdout
    bad = baidiao("slip", "verify", "--text", token[:-1] + ("0" if token[-1] != "0" else "1"), "--keys", keys)
    assert bad.returncode == 1


def test_broken_record_names_the_field_and_not_the_citizen(tmp_path, visit):
    record = json.loads(visit.read_text(encoding="utf-8"))
    del record["holder"]["initials"]
    visit.write_text(json.dumps(record), encoding="utf-8")
    failed = baidiao("slip", "preview", visit, "--out", tmp_path / "p.png")
    assert failed.returncode == 2
    assert "holder.initials" in failed.stderr
    assert "xxxxx" not in failed.stderr


def test_status_of_a_printer(tmp_path):
    with running_printer(tmp_path) as machine:
        url = f"tcp://127.0.0.1:{machine.port}"
        assert baidiao("printer", "status", "--printer", url).returncode == 0
        machine.set_fault(Fault.COVER_OPEN)
        open_cover = baidiao("printer", "status", "--printer", url, "--json")
    assert open_cover.returncode == 6
    assert json.loads(open_cover.stdout) == {"fine": False, "conditions": ["cover_open", "offline"]}


def test_bad_address_and_missing_picture(tmp_path, visit, keys):
    assert "tcp://host:9100" in baidiao("slip", "print", visit, "--printer", "lpt1").stderr
    missing = baidiao("slip", "verify", "--image", tmp_path / "no.png", "--keys", keys)
    assert missing.returncode == 1
    assert "Traceback" not in missing.stderr


def test_record_round_trips(visit):
    assert SlipRecord.model_validate_json(visit.read_bytes()) == one_service()

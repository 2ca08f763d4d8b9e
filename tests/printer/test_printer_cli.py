import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image

from contracts.slip import SlipRecord
from contracts.slip_messages import RevocationList
from printer.read_qr import find_token
from printer.test_page import CODE_TEXT
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


def test_preview_in_large_print_and_thai_numerals(tmp_path, visit):
    sizes = {}
    for name, options in {"plain": (), "large": ("--large",), "thai": ("--thai-numerals", "--width", "384")}.items():
        out = tmp_path / f"{name}.png"
        assert baidiao("slip", "preview", visit, "--out", out, *options).returncode == 0
        with Image.open(out) as picture:
            sizes[name] = picture.size
    assert sizes["large"][1] > sizes["plain"][1]
    assert sizes["thai"][0] == 384


def test_verify_knows_slips_taken_back(tmp_path, keys):
    token = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE], datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)))
    revocations = tmp_path / "revocations.json"
    listed = RevocationList(issuer="centre.baidiao.example", as_of=datetime.now(UTC), references=("AAAA-BBBB-CC",))
    revocations.write_text(listed.model_dump_json())
    found = baidiao("slip", "verify", "--text", token, "--keys", keys, "--revocations", revocations, "--json")
    assert (found.returncode, json.loads(found.stdout)["verdict"]) == (1, "revoked")
    assert baidiao("slip", "verify", "--text", token, "--keys", keys, "--revocations", keys).returncode == 1


def test_the_width_comes_from_the_address(tmp_path, visit):
    assert baidiao("slip", "print", visit, "--printer", f"png:{tmp_path}/p?width=384").returncode == 0
    with Image.open(tmp_path / "p" / "7K3M-Q9XA-2T.png") as picture:
        assert picture.width == 384


def test_the_test_page_is_printed_and_its_codes_are_read(tmp_path):
    with running_printer(tmp_path) as machine:
        done = baidiao("printer", "test", "--printer", f"tcp://127.0.0.1:{machine.port}")
        assert done.returncode == 0, done.stderr
        with Image.open(machine.slips[0]) as picture:
            found = zxingcpp.read_barcodes(picture.convert("L"))
    assert [code.text for code in found] == [CODE_TEXT] * 3


def test_doctor_tells_well_from_ill(tmp_path):
    with running_printer(tmp_path) as machine:
        url = f"tcp://127.0.0.1:{machine.port}"
        well = baidiao("printer", "doctor", "--printer", url)
        machine.set_fault(Fault.PAPER_OUT)
        machine.set_fault(Fault.NO_END_ANSWER)
        ill = baidiao("printer", "doctor", "--printer", url, "--json")
        assert machine.slips == []
    assert well.returncode == 0, well.stdout
    assert "✓ DLE EOT 3 (error)" in well.stdout
    findings = {found["name"]: found["well"] for found in json.loads(ill.stdout)}
    assert ill.returncode == 6
    assert (findings["drawing"], findings["paper_out"], findings["GS r 1 (end of a slip)"]) == (True, False, None)


def test_doctor_of_a_printer_that_is_not_there_and_of_a_file(tmp_path):
    gone = baidiao("printer", "doctor", "--printer", "tcp://127.0.0.1:9")
    assert gone.returncode == 6
    assert "✗ line" in gone.stdout
    store = baidiao("printer", "doctor", "--printer", f"file:{tmp_path}/slips.bin")
    assert store.returncode == 0
    assert "? line" in store.stdout

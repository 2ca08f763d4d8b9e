"""The real chain: pcscd, vpcd's virtual reader, pyscard, the command line."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from PIL import Image

from reader_drivers.cards.thai_id import read_photo, read_text
from reader_drivers.core.errors import CardRemovedError, ReaderAbsentError
from reader_drivers.events import CardReadDone, CardRemoved, IdentityRead, PhotoRead, ReadFailed
from reader_drivers.pcsc.context import PRESENT
from reader_drivers.pcsc.transport import find_readers, list_readers, open_card
from reader_drivers.service import ThaiIdReader
from reader_drivers.virtual.card import ChipCard
from reader_drivers.virtual.people import load_people
from reader_drivers.virtual.vpcd import VirtualReader
from reader_drivers.virtual.wallet import find_card
from tests.support.reader_cards import plain_card
from tests.support.reader_pcscd import PORT, READER
from tests.support.reader_service import Heard

pytestmark = pytest.mark.device
PUBLIC = [
    *(
        "citizen_number",
        "name_th",
        "name_en",
        "birth",
        "sex",
        "issuer",
        "issued",
        "expires",
        "expires_never",
        "address",
    ),
    *("request_number", "photo_number", "laser_number", "card_type", "layout", "atr", "exchanges"),
]


def card_of(key: str) -> ChipCard:
    card = find_card(key)
    assert card is not None
    return card


def put_in(slot: VirtualReader, card: ChipCard, remove_after_apdus: int | None = None) -> None:
    slot.insert(card, remove_after_apdus)
    _wait(present=True)


def take_out(slot: VirtualReader) -> None:
    slot.remove()
    _wait(present=False)


def _wait(*, present: bool) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        state = next((slot.state for slot in list_readers() if slot.reader == READER), 0)
        if bool(state & PRESENT) == present:
            return
        time.sleep(0.02)
    raise AssertionError("the virtual reader did not notice")


def run_card(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "baidiao", "card", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        env=os.environ | environment,
        check=False,
    )


def test_text_and_photo_through_pcscd(slot: VirtualReader) -> None:
    put_in(slot, card_of("grandmother"))
    with open_card(READER) as card:
        read = read_text(card)
        progress: list[float] = []
        photo = read_photo(card, progress.append)
    assert read.name_th == load_people()["grandmother"].name_th
    assert read.exchanges == 10
    assert progress[-1] == 1.0
    assert photo.endswith(b"\xff\xd9")
    take_out(slot)


def test_json_is_the_documented_object(slot: VirtualReader, tmp_path: Path) -> None:
    put_in(slot, card_of("mother"))
    done = run_card(
        "read",
        "--reader",
        READER,
        "--json",
        "--photo",
        str(tmp_path / "face.jpg"),
        LC_ALL="C",
        PYTHONIOENCODING="ascii",
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert list(told) == PUBLIC
    assert told["birth"] == {"year": 1999, "month": 9, "day": 30}
    assert told["address"]["province"] == "ขอนแก่น"
    with Image.open(tmp_path / "face.jpg") as face:
        assert face.size == (297, 355)
    assert "ปู่ทิพย์" in run_card("read", "--reader", READER).stdout
    take_out(slot)


def test_exit_codes_and_one_line(slot: VirtualReader) -> None:
    take_out(slot)
    cases = [(run_card("read", "--reader", READER, "--json"), 3), (run_card("read", "--reader", "Nobody's"), 2)]
    put_in(slot, card_of("bank_card"))
    cases.append((run_card("read", "--reader", READER, "--json"), 4))
    take_out(slot)
    put_in(slot, card_of("mute_card"))
    cases.append((run_card("read", "--reader", READER, "--json"), 5))
    take_out(slot)
    put_in(slot, card_of("mother"), remove_after_apdus=3)
    cases.append((run_card("read", "--reader", READER, "--json"), 5))
    take_out(slot)
    for done, code in cases:
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr


def test_a_service_that_does_not_run_is_no_reader(slot: VirtualReader, tmp_path: Path) -> None:
    done = run_card("read", "--reader", READER, "--json", PCSCLITE_CSOCK_NAME=str(tmp_path / "nobody.comm"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "pcscd is not running" in done.stderr


def test_the_named_reader_is_used(slot: VirtualReader) -> None:
    put_in(slot, card_of("mother"))
    assert find_readers(READER) == [READER]
    assert READER in find_readers("Virtual")
    with pytest.raises(ReaderAbsentError):
        find_readers("Real")
    take_out(slot)


def test_removal_in_the_middle_is_typed_at_once(slot: VirtualReader) -> None:
    put_in(slot, plain_card(), remove_after_apdus=4)
    began = time.monotonic()
    with pytest.raises(CardRemovedError), open_card(READER) as card:
        read_text(card)
    assert time.monotonic() - began < 2.0
    take_out(slot)


def test_service_events_over_the_real_service(slot: VirtualReader) -> None:
    heard = Heard(READER)
    with ThaiIdReader(heard, with_photo=True):
        slot.insert(card_of("earner"))
        heard.wait_for(IdentityRead)
        heard.wait_for(CardReadDone)
        heard.wait_for(PhotoRead)
        began = time.monotonic()
        slot.remove()
        heard.wait_for(CardRemoved)
        # pcscd looks at this driver every 400 ms; USB readers report by interrupt
        assert time.monotonic() - began < 3.0
        slot.insert(plain_card(), remove_after_apdus=2)
        failed = heard.wait_for(ReadFailed)
        assert isinstance(failed, ReadFailed)
        assert isinstance(failed.error, CardRemovedError)
        heard.wait_for(CardRemoved)


def test_virtual_command_plugs_in_and_takes_out(slot: VirtualReader) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "baidiao", "card", "virtual", "stateless", "--port", str(PORT)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "stateless" in process.stdout.readline()
        _wait(present=True)
        assert json.loads(run_card("read", "--reader", READER, "--json").stdout)["citizen_number"].startswith("0")
    finally:
        process.terminate()
        assert process.wait(5) == 0
        process.stdout.close()
    _wait(present=False)


def test_a_trace_is_recorded_masked_and_played_back(slot: VirtualReader, tmp_path: Path) -> None:
    trace = tmp_path / "card.trace"
    put_in(slot, card_of("earner"))
    assert run_card("read", "--reader", READER, "--trace", str(trace)).returncode == 0
    take_out(slot)
    assert b"1101400890125".hex() not in trace.read_text().lower()
    assert json.loads(run_card("replay", str(trace), "--json").stdout)["citizen_number"] == "0000000000001"
    process = subprocess.Popen(
        [sys.executable, "-m", "baidiao", "card", "virtual", "--trace", str(trace), "--port", str(PORT)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(present=True)
        played = json.loads(run_card("read", "--reader", READER, "--json").stdout)
        assert played["name_th"]["prefix"] == "กกก"
    finally:
        process.terminate()
        assert process.wait(5) == 0
        process.communicate()
    _wait(present=False)
    put_in(slot, plain_card(), remove_after_apdus=4)
    assert run_card("read", "--reader", READER, "--trace", str(trace)).returncode == 5
    assert "card_removed" in trace.read_text().splitlines()[-1]
    take_out(slot)


def test_photo_health_insurance_and_single_applets(slot: VirtualReader, tmp_path: Path) -> None:
    put_in(slot, card_of("mother"))
    assert run_card("photo", str(tmp_path / "face.jpg"), "--reader", READER).returncode == 0
    with Image.open(tmp_path / "face.jpg") as face:
        assert face.size == (297, 355)
    assert (tmp_path / "face.jpg").stat().st_mode & 0o077 == 0
    told = json.loads(run_card("read", "--reader", READER, "--json", "--nhso").stdout)
    assert told["nhso"]["main_hospital"] == "โรงพยาบาลตัวอย่างขอนแก่น"
    alone = json.loads(run_card("read", "--reader", READER, "--json", "--as", "nhso").stdout)
    assert alone == {"nhso": told["nhso"]}
    take_out(slot)
    put_in(slot, card_of("bank_card"))
    assert run_card("photo", str(tmp_path / "face.jpg"), "--reader", READER).returncode == 4
    take_out(slot)


def test_watch_tells_lines_without_anything_personal(slot: VirtualReader) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "baidiao", "card", "watch", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = []
    try:
        for line in process.stdout:
            told.append(json.loads(line))
            if told[-1]["event"] == "reader_added" and told[-1]["reader"] == READER:
                slot.insert(card_of("mother"))
            elif told[-1]["event"] == "card_read":
                slot.remove()
            elif told[-1]["event"] == "card_removed":
                break
    finally:
        process.terminate()
        assert process.wait(5) == 0
        process.stdout.close()
    names = [event["event"] for event in told if event.get("reader", READER) == READER]
    assert names[-7:] == [
        *("card_inserted", "read_progress", "read_progress", "identity_read", "read_progress", "card_read"),
        "card_removed",
    ]
    assert "2400100789016" not in json.dumps(told)


def test_counter_mode_reads_the_card_for_its_caller(slot: VirtualReader, tmp_path: Path) -> None:
    put_in(slot, card_of("mother"))
    token = tmp_path / "token"
    process = subprocess.Popen(
        [sys.executable, "-m", "baidiao", "card", "serve", "--port", "0", "--token-file", str(token)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        bearer = {"Authorization": f"Bearer {token.read_text().strip()}"}
        read = requests.get(f"{url}v1/card", params={"reader": READER, "photo": "1"}, headers=bearer, timeout=15).json()
        assert read["card"]["name_th"]["first"] == "ปู่ทิพย์"
        assert read["photo"].startswith("/9j")
        take_out(slot)
        gone = requests.get(f"{url}v1/card", params={"reader": READER}, headers=bearer, timeout=15)
        assert (gone.status_code, gone.json()["code"]) == (404, "no_card")
    finally:
        process.terminate()
        assert process.wait(5) == 0
        process.communicate()
    assert run_card("serve", "--origin", "agency.example").returncode == 2


def test_doctor_finds_the_card_well_and_the_bank_card_odd(slot: VirtualReader) -> None:
    take_out(slot)
    empty = json.loads(run_card("doctor", "--json").stdout)
    assert (empty["healthy"], "no_card" in {finding["code"] for finding in empty["findings"]}) == (True, True)
    put_in(slot, card_of("mute_card"))
    ill = run_card("doctor")
    assert ill.returncode == 1
    assert "the card inside does not answer well" in ill.stdout
    take_out(slot)


def test_virtual_command_lists_and_refuses() -> None:
    listed = run_card("virtual", "--list").stdout
    assert all(key in listed for key in (*load_people(), "bank_card", "mute_card"))
    assert run_card("virtual", "nobody").returncode == 2
    assert run_card("virtual", "mother", "--port", "9").returncode == 2

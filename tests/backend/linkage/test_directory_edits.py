"""The directory edited by command: whole or not at all, with what changed; and the evidence directory over it."""

import json
import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli import centre
from backend.linkage.editing import differences, put_entries, remove_entry
from backend.linkage.errors import DirectoryError
from backend.linkage.evidence import find_proofs, parse_evidence, parse_processes, requirements_of
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.running import RunningCentre
from backend.settings import read_settings

OLD = DEFAULT_DIRECTORY.read_text("utf-8")
AGENCY = {
    "id": "land_transport",
    "name": {"th": "กรมการขนส่งทางบก", "en": "Department of Land Transport"},
    "adapter": "rest",
    "base_url": "http://127.0.0.1:8198",
    "requests": [
        {
            "send": {"citizen_number": "citizen_number"},
            "facts": {"transport.licence_valid": {"at": "valid", "as": "bool"}},
            "absent": {"transport.licence_valid": False},
        }
    ],
}


def seed(name: str) -> str:
    return files("backend.linkage.seed").joinpath(name).read_text("utf-8")


def test_entries_are_added_replaced_and_removed() -> None:
    added = put_entries(OLD, json.dumps({"agencies": [AGENCY]}))
    assert differences(OLD, added) == ("added    agency land_transport",)
    replaced = put_entries(added, json.dumps({"agencies": [{**AGENCY, "deadline_ms": 900}]}))
    assert differences(added, replaced) == ("changed  agency land_transport: deadline_ms",)
    assert differences(added, remove_entry(added, "land_transport")) == ("removed  agency land_transport",)
    assert json.loads(remove_entry(added, "land_transport")) == json.loads(OLD)


@pytest.mark.parametrize("piece", ["{", "[]", "{}", '{"agencies": {}}', '{"agencies": [], "mandates": []}'])
def test_pieces_of_another_form_are_refused(piece: str) -> None:
    with pytest.raises(DirectoryError):
        put_entries(OLD, piece)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    shutil.copy(DEFAULT_DIRECTORY, tmp_path / "agencies.json")
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BAIDIAO_CENTRE_AGENCIES_FILE", str(tmp_path / "agencies.json"))

    def invoke(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(centre, ["directory", *words])
        return done.exit_code, done.output

    return invoke


def test_the_commands_edit_the_file_or_leave_it(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    piece = tmp_path / "piece.json"
    piece.write_text(json.dumps({"agencies": [{**AGENCY, "base_url": "ftp://nowhere"}]}), encoding="utf-8")
    code, said = run("put", str(piece))
    assert code == 1
    assert "not an http or https address" in said
    assert (tmp_path / "agencies.json").read_text("utf-8") == OLD
    piece.write_text(json.dumps({"agencies": [AGENCY]}), encoding="utf-8")
    assert run("put", str(piece))[1].startswith("added    agency land_transport\n")
    assert "land_transport" in run("show")[1]
    RunningCentre(tmp_path / "state").note_start(OLD)
    (tmp_path / "state" / "centre.pid").write_text("0\n", encoding="ascii")
    code, said = run("reload")
    assert (code, said.splitlines()[0]) == (0, "added    agency land_transport")
    assert "no centre is running" in said
    assert run("remove", "land_transport")[0] == 0
    assert run("remove", "land_transport")[0] == 1


def test_the_catalogue_tells_type_freshness_and_source(run: Callable[..., tuple[int, str]]) -> None:
    line = next(line for line in run("facts")[1].splitlines() if line.startswith("revenue.farm_land_rai"))
    assert line == "revenue.farm_land_rai  int rai  30 d  sensitive  revenue  ที่ดินเกษตร / farm land"


def test_health_tells_who_listens(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        file.write_text(json.dumps({"version": 1, "agencies": [{**AGENCY, "base_url": address}]}), encoding="utf-8")
        assert "  reachable  " in run("show", str(file), "--health")[1]
    assert "  UNREACHABLE  " in run("show", str(file), "--health")[1]


def test_health_tells_how_old_a_kept_file_is(
    run: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path / "state"))
    file = tmp_path / "one.json"
    facts = {"comptroller.state_pension": {"at": "p", "as": "bool"}}
    kept = {"id": "fund", "name": AGENCY["name"], "adapter": "hosted", "hosted": {"max_age_days": 40}}
    requests = [{"send": {"number": "citizen_number"}, "facts": facts}]
    file.write_text(json.dumps({"version": 1, "agencies": [kept | {"requests": requests}]}), encoding="utf-8")
    assert "  NO FILE YET  " in run("show", str(file), "--health")[1]
    now = datetime.now(UTC)
    for days, said in ((40, ""), (41, ", TOO OLD")):
        day = (now - timedelta(days=days)).date()
        with RegisterShelf(read_settings(os.environ).registers_dir, bytes(32)).draft(
            "fund", now - timedelta(seconds=days)
        ) as draft:
            draft.publish({"current": {"as_of": day.isoformat()}})
        assert f"  file of {day}{said}  " in run("show", str(file), "--health")[1]


def test_every_process_of_the_plan_can_ask_for_what_its_copies_proved() -> None:
    evidence, processes = parse_evidence(seed("evidence.json"), "seed"), seed("service_processes.csv").splitlines()
    wanted = requirements_of(evidence, parse_processes(processes))
    proofs = find_proofs(evidence, wanted, load_directory(DEFAULT_DIRECTORY))
    of_plan = [proof for proof in proofs if proof.requirement.service.startswith("P")]
    assert len({proof.requirement.service for proof in of_plan}) == 24
    assert all(proof.can_be_asked for proof in of_plan)
    assert not any(proof.is_needless_copy for proof in proofs)


def test_a_service_that_lists_a_copy_it_could_ask_for_is_found(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    said = run("evidence", "--service", "driving_licence")
    assert said[0] == 0
    assert "not yet  สำเนาใบอนุญาตขับรถ / copy of the driving licence: transport.licence_valid (nobody linked)" in said[1]
    tree = json.loads(seed("evidence.json"))
    tree["requirements"].append({"service": "P2-101", "document": "id_card_copy", "as_copy": True})
    tree["requirements"].append({"service": "driving_licence", "document": "driving_licence_copy", "as_copy": True})
    other = tmp_path / "evidence.json"
    other.write_text(json.dumps(tree), encoding="utf-8")
    code, said = run("evidence", "--evidence", str(other))
    assert code == 1
    assert said.splitlines()[-1].endswith("copies are listed that could be asked for: P2-101: copy of the ID card")
    assert run("evidence", "--service", "nothing")[0] == 1

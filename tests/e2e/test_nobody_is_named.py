"""After everything that a centre does, no test number and no name is in its database, files, logs and exports.

Real processes: a centre that logs at ``debug``, on SQLite and on PostgreSQL, and the demo agencies behind it. Visits,
histories, disputes, extracts, batches, replays, statistics, audits, exports, registers that it keeps for agencies, and
whatever goes wrong.
"""

import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from sqlalchemy import text

from backend.eligibility.loading import TABLES
from backend.mandates.file import DEMO_MANDATES
from backend.settings import read_settings
from backend.store import opened_store
from bench.centre_processes import (
    PEOPLE,
    TOWN,
    RunningCentre,
    baidiao,
    centre_environment,
    demo_agencies,
    enrol,
    served_centre,
    write_directory,
)
from contracts.extract import SOURCE_EXTRACT_PATH
from contracts.fleet import QUESTION_PATH
from contracts.history import DISPUTE_PATH, HISTORY_EXPORT_PATH, HISTORY_PATH
from tests.support.centre_app import csrf_token
from tests.support.centre_postgres import DURABLE_OPTIONS, start_cluster
from tests.support.e2e_demo import BAIDIAO
from tests.support.hosted_files import (
    INCOMES,
    PENSIONS,
    keep_registers_of,
    write_faulty_registers,
    write_incomes,
    write_long_register,
    write_pensions,
)
from tests.support.traces import files_below, find_traces, spellings

pytestmark = pytest.mark.e2e

HOLDERS = {one["key"]: one for one in json.loads(PEOPLE.read_text("utf-8"))["people"]}
ASKED = ("grandmother", "disabled", "mother", "lost_card")
PUPIL_CODE = "G550100000019"
NOT_A_PERSON = "3550100123458"
"""A holder's number with a wrong check digit: what is refused must not be quoted either."""
SERVICES = ["state_welfare", "old_age_allowance", "disability_allowance", "newborn_grant"]
PASSWORD = "correct horse battery"


def secrets():
    numbers = [HOLDERS[key]["citizen_number"] for key in ASKED]
    names = [HOLDERS[key][name][part] for key in ASKED for name in ("name_th", "name_en") for part in ("first", "last")]
    return [*numbers, NOT_A_PERSON, *(name for name in names if len(name) > 4)]


def subject(key, **changes):
    person = HOLDERS[key]
    card = {name: person[name] for name in ("name_th", "birth", "request_number", "laser_number", "chip_serial")}
    return {"citizen_number": person["citizen_number"], "card": card | changes}


@dataclass
class Scene:
    """A running centre with a device and an agency's system."""

    folder: Path
    environment: dict[str, str]
    device: RunningCentre
    agencies: dict[str, str]
    database_folder: Path | None
    said: list[str] = field(default_factory=list)

    def post(self, path, message, wanted=200):
        body = json.dumps(message).encode()
        reply = requests.post(self.device.url + path, body, headers=self.device.signed(path, body), timeout=30)
        assert reply.status_code == wanted, reply.text
        if not reply.ok:
            self.said.append(reply.text)  # what a device is refused with may end in its own logs
        return reply

    def ask(self, key, wanted=200, **changes):
        question = {"question_id": str(uuid4()), "visit_id": str(uuid4()), "services": SERVICES}
        return self.post(QUESTION_PATH, question | {"subject": subject(key)} | changes, wanted)

    def run(self, *command, wanted=0, typed=None):
        done = subprocess.run(
            [BAIDIAO, *command],
            env={**os.environ, **self.environment},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == wanted, done.stdout + done.stderr
        return done.stdout

    def make_stubborn(self, **how):
        for url in self.agencies.values():
            requests.put(f"{url}/control", json=how, timeout=5).raise_for_status()


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request, tmp_path):
    with ExitStack() as stack:
        agencies = stack.enter_context(demo_agencies(tmp_path))
        (tmp_path / "directory").mkdir()
        directory = write_directory(tmp_path / "directory", agencies)
        keep_registers_of(directory)
        cluster = start_cluster(stack, DURABLE_OPTIONS) if request.param == "postgresql" else None
        url = f"{cluster.url}/postgres" if cluster else ""
        state, temporary = tmp_path / "state", tmp_path / "temporary"
        temporary.mkdir()
        environment = centre_environment(state, directory, url) | {
            "BAIDIAO_CENTRE_LOG_LEVEL": "debug",
            "BAIDIAO_CENTRE_MANDATES_FILE": str(_mandates(tmp_path / "directory")),
            "TMPDIR": str(temporary),
        }
        baidiao("centre", "init", **environment)
        place = ("--place-th", "ห้องวัด", "--place-en", "Measuring room", "--area-code", "5501")
        claim = baidiao("fleet", "claim", "--agency", TOWN, *place, **environment).split()[-1]
        address, pid = stack.enter_context(served_centre(state, environment, 4))
        yield Scene(tmp_path, environment, enrol(address, claim, pid), agencies, cluster.folder if cluster else None)


def _mandates(folder):
    """Let the municipality keep cases for replays too."""
    told = json.loads(DEMO_MANDATES.read_text("utf-8"))
    own = next(one for one in told["mandates"] if one["service_id"] == "old_age_allowance")
    told["mandates"].append({**own, "purpose": "replay"})
    file = folder / "mandates.json"
    file.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return file


def test_nobody_is_named_wherever_one_looks(scene):
    take_registers_in(scene)
    visit(scene)
    look_and_dispute(scene)
    go_wrong(scene)
    ask_as_an_agency(scene)
    officers_work(scene)
    auditors_work(scene)
    break_the_database(scene)
    assert_nothing_is_found(scene)


def take_registers_in(scene):
    """Upload both kinds of file, good and faulty, one killed half way; afterwards they are deleted."""
    folder = scene.folder / "uploads"
    folder.mkdir()
    people = [HOLDERS[key] for key in ASKED]
    upload = ("centre", "register", "upload", "--as-of", "2026-11-01")
    kill_an_upload(scene, [*upload, PENSIONS, str(write_long_register(folder, people))])
    for wrong in write_faulty_registers(folder, people, NOT_A_PERSON):
        scene.run(*upload, PENSIONS, str(wrong), wanted=4 if wrong.suffix == ".csv" else 1)
    scene.run(*upload, PENSIONS, str(write_pensions(folder, people)))
    scene.run(*upload, "--json", INCOMES, str(write_incomes(folder, people)))
    for agency in (PENSIONS, INCOMES):
        scene.run("centre", "register", "report", agency)
    scene.run("centre", "register", "list")
    shutil.rmtree(folder)


def kill_an_upload(scene, command):
    process = subprocess.Popen([BAIDIAO, *command], env={**os.environ, **scene.environment}, stderr=subprocess.PIPE)
    told = process.stderr.readline()
    process.kill()
    scene.said.append((told + process.communicate()[1]).decode())
    assert b"lines checked" in told, told
    assert list((scene.folder / "state").rglob(".*.new")), "nothing was left behind: the kill came too late"


def visit(scene):
    for key in ASKED:
        scene.ask(key, 422 if key == "lost_card" else 200)
    decided = {one["service"]: one["outcome"] for one in scene.ask("grandmother").json()["decisions"]}
    assert decided["old_age_allowance"] == "eligible", "the register was not asked"
    scene.ask("grandmother", 422, subject=subject("grandmother", request_number="00000000000000"))
    extract = {"service": "disability_allowance", "source": "disability_register", "officer": "no-17"}
    scene.post(SOURCE_EXTRACT_PATH, extract | {"subject": subject("disabled")}, 201)


def look_and_dispute(scene):
    about = {"visit_id": str(uuid4()), "subject": subject("grandmother")}
    first = scene.post(HISTORY_PATH, about).json()["entries"][0]["leaf"]["index"]
    dispute = scene.post(DISPUTE_PATH, about | {"leaf_index": first, "reason": "not_me"}).json()["dispute"]["reference"]
    scene.run("history", "disputes", "take", dispute, "--officer", "no-17")
    scene.run("history", "disputes", "answer", dispute, "--officer", "no-17", "--text", "ตรวจแล้ว")
    scene.post(DISPUTE_PATH, about | {"leaf_index": first, "act": "object"})
    for form in ("csv", "json"):
        scene.post(HISTORY_EXPORT_PATH, about | {"officer": "no-17", "format": form})


def go_wrong(scene):
    about = {"visit_id": str(uuid4()), "subject": subject("grandmother")}
    number = HOLDERS["grandmother"]["citizen_number"]
    scene.ask("grandmother", 400, subject={"citizen_number": NOT_A_PERSON})
    scene.ask("grandmother", 400, services=[number])
    scene.ask("grandmother", 400, purpose=number)
    scene.post(DISPUTE_PATH, about | {"leaf_index": 99_999}, 404)
    scene.post(HISTORY_EXPORT_PATH, about | {"officer": number, "format": "csv"}, 400)
    body = json.dumps({"subject": subject("mother")}).encode()
    torn = requests.post(
        scene.device.url + QUESTION_PATH, body, headers={"Content-Type": "application/json"}, timeout=5
    )
    assert torn.status_code == 401
    cut_off = requests.post(
        scene.device.url + QUESTION_PATH, body[:-9], headers=scene.device.signed(QUESTION_PATH, body[:-9]), timeout=5
    )
    assert cut_off.status_code == 400
    for path in (f"/slip?q={number}", f"/log/proof/inclusion?index={number}", f"/nowhere/{number}"):
        scene.said.append(str(requests.get(scene.device.url + path, timeout=5).status_code))
    for failure in ("error", "close", "garbage", "oversized", "redirect", "half", "lie", "wrong_type", "busy"):
        scene.make_stubborn(failure=failure)
        scene.ask("mother")
        scene.ask("disabled")
    scene.make_stubborn(failure="none")


def ask_as_an_agency(scene):
    told = scene.run("centre", "clients", "add", "--agency", TOWN, "--name", "Town hall")
    lines = dict(line.split(None, 1) for line in told.splitlines())
    client = {"BAIDIAO_ASK_CENTRE": scene.device.url}
    client |= {"BAIDIAO_ASK_CLIENT": lines["client"], "BAIDIAO_ASK_SECRET": lines["secret"]}
    scene.environment |= client
    number = HOLDERS["disabled"]["citizen_number"]
    service = ("--service", "old_age_allowance", "--officer", "T-1042")
    scene.run("ask", "one", *service, typed=number)
    batch = scene.folder / "input.csv"
    batch.write_text(
        "reference,citizen_number\n"
        + "".join(f"case-{at},{HOLDERS[key]['citizen_number']}\n" for at, key in enumerate(ASKED))
        + f"case-wrong,{NOT_A_PERSON}\n"
    )
    scene.run("ask", "many", *service, "--out", str(scene.folder / "state" / "results.csv"), str(batch))
    batch.unlink()


def officers_work(scene):
    known = scene.folder / "known"
    known.write_text("\n".join(HOLDERS[key]["citizen_number"] for key in ASKED))
    scene.run("centre", "directory", "references", "load", "revenue", str(known))
    known.write_text(f"{HOLDERS['mother']['citizen_number']}\n{NOT_A_PERSON}\n")
    scene.run("centre", "directory", "references", "load", "revenue", str(known), wanted=1)
    known.unlink()
    scene.ask("mother")
    number = HOLDERS["mother"]["citizen_number"]
    scene.run("centre", "subjects", "link", "--by", "no-17", typed=f"{PUPIL_CODE}\n{number}\n")
    scene.run("evidence", "keys", "rotate", "--officer", "no-17")
    scene.ask("grandmother")
    time.sleep(1.5)  # past cases are kept a moment after the answer
    kept = scene.run("rules", "cases", "list")
    assert "old_age_allowance" in kept, kept
    replay(scene)
    statistics = requests.get(f"{scene.device.url}/api/v1/statistics", timeout=10)
    assert statistics.ok
    scene.said += [statistics.text, requests.get(f"{scene.device.url}/metrics", timeout=10).text]


def replay(scene):
    """Try a table of tomorrow on the past cases."""
    table = scene.folder / "directory" / "old_age_allowance.dmn"
    table.write_bytes(
        (TABLES / table.name).read_bytes().replace(b"2560.1", b"2570.1").replace(b"2016-10-01", b"2030-01-01")
    )
    words = TABLES / "old_age_allowance.words.json"
    number = scene.run("rules", "submit", str(table), str(words), "--author", "somying").strip()
    scene.run("rules", "check", number)
    scene.run("rules", "try", number, str(TABLES / "old_age_allowance.examples.json"))
    scene.run("rules", "replay", number, "--cases")


def auditors_work(scene):
    scene.run(
        "centre", "user", "add", "a@centre.example", "--role", "auditor", "--password-stdin", typed=PASSWORD + "\n"
    )
    export = scene.folder / "export"
    told = scene.run("evidence", "export", str(export))
    scene.run("evidence", "verify", str(export), "--key", told.split("--key ")[1].strip())
    with requests.Session() as session:
        login = f"{scene.device.url}/console/login"
        form = {"email": "a@centre.example", "password": PASSWORD, "csrf_token": csrf_token(session.get(login).text)}
        assert session.post(login, data=form).url.startswith(f"{scene.device.url}/console/")
        for path in ("evidence", "evidence/0", "evidence/export/csv", "evidence/export/json", "disputes", "rules"):
            page = session.get(f"{scene.device.url}/console/{path}")
            assert page.ok, path
            scene.said.append(page.text)
        number = HOLDERS["grandmother"]["citizen_number"]
        assert session.get(f"{scene.device.url}/console/evidence?ref={number}").status_code == 400


def break_the_database(scene):
    """Let statements fail amid a question and a command: what is said of it must not quote what they were given."""
    with opened_store(read_settings(scene.environment).database_url) as store, store.transaction() as session:
        for table in ("answered_questions", "history_place", "linkage_subject_links"):
            session.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
    about = {"visit_id": str(uuid4()), "subject": subject("grandmother")}
    question = {"question_id": str(uuid4()), "services": SERVICES}
    for path, message in ((QUESTION_PATH, about | question), (HISTORY_PATH, about)):
        body = json.dumps(message).encode()
        url, signed = scene.device.url + path, scene.device.signed(path, body)
        broken = requests.post(url, body, headers=signed, timeout=30)
        assert broken.status_code in {500, 503}
        scene.said.append(broken.text)
    number = HOLDERS["disabled"]["citizen_number"]
    scene.run("centre", "subjects", "link", "--by", "no-17", typed=f"G550100000027\n{number}\n", wanted=1)


def assert_nothing_is_found(scene):
    url = scene.environment["BAIDIAO_CENTRE_DATABASE_URL"]
    if url:
        said = subprocess.run(["pg_dump", "--inserts", url], capture_output=True, check=True).stdout
        assert b"history_read" in said or b"\\x7b" in said
    else:
        said = b""
    places = dict(files_below(scene.folder, but=("agencies",)))
    if scene.database_folder:
        places |= {f"database/{name}": content for name, content in files_below(scene.database_folder)}
    places |= {"a dump": said, "what was said": "\n".join(scene.said).encode()}
    log = places["state/centre.err"]
    assert b'"event": "request_answered"' in log
    assert len([name for name in places if name.startswith("state/registers/") and name.endswith(".sqlite3")]) == 2
    assert places["export/tile/entries/000.p/" + _width(places)].count(b"decided_at") > 10
    own = list(find_traces(files_below(scene.folder / "agencies"), secrets()))
    assert own, "the agencies' own registers name them: the search would find it"
    found = list(find_traces(places.items(), secrets()))
    assert not found, "\n".join(found[:40])


def _width(places):
    return next(name.rpartition("/")[2] for name in places if name.startswith("export/tile/entries/000.p/"))


def test_the_search_finds_what_is_there():
    for secret in ("3550100123457", "แสงทองดี"):
        for how, written in spellings(secret).items():
            around = b'{"x": "' + written + b'"}'
            assert any(f"as {how} in" in one for one in find_traces([("a file", around)], [secret])), how

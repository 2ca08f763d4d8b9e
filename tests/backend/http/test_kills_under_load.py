"""kill -9 of an agency, a worker and the whole centre while agencies' systems ask: clear answers, nothing lost."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from backend.clients.register import ClientRegister
from backend.linkage.file import DEFAULT_DIRECTORY
from backend.settings import read_settings
from backend.store import opened_store
from contracts.agency import BULK_PATH, DECISIONS_PATH, TOKEN_PATH
from contracts.problems import ProblemCode
from tests.support.agency_servers import build_small_stores

TOWN = "tuayang_municipality"
AGENCIES = ("civil_registry", "comptroller_general")
LINES = 60
ASKERS = 3
CLEAR_CAUSES = {None, "unreachable", "breaker_open", "timeout", "no_record", "overloaded"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Scene:
    """Two agencies and a centre with two workers, each a process of its own."""

    folder: Path
    stack: ExitStack
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in (*AGENCIES, "centre")})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['centre']}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"STATE_DIR": str(self.folder / "state"), "AGENCIES_FILE": str(self.folder / "agencies.json")}
        own |= {"CLIENT_RATE_PER_MINUTE": "0", "BULK_THREADS": "2"}
        return {f"BAIDIAO_CENTRE_{name}": value for name, value in own.items()}

    def start(self, name: str, *command: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.stack.enter_context((self.folder / f"{name}.log").open("ab")),
            start_new_session=True,
        )
        self.processes[name] = process
        self.stack.callback(self.kill, process)

    def start_agency(self, name: str) -> None:
        address = ("--dir", str(self.folder / "stores"), "--port", str(self.ports[name]))
        self.start(name, "backend.demo.cli", "serve", name, *address)

    def start_centre(self) -> None:
        self.start("centre", "baidiao", "centre", "serve", "--port", str(self.ports["centre"]), "--workers", "2")
        end = time.monotonic() + 20
        while True:
            try:
                if requests.get(f"{self.url}/readyz", timeout=1).ok:
                    return
            except requests.RequestException:
                pass
            assert time.monotonic() < end, (self.folder / "centre.log").read_text()
            time.sleep(0.05)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def kill_worker(self) -> None:
        pid = self.processes["centre"].pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(workers) == 2
        os.kill(int(workers[0]), signal.SIGKILL)

    def prepare(self) -> list[str]:
        people = build_small_stores(self.folder / "stores", size=LINES)
        directory = json.loads(DEFAULT_DIRECTORY.read_text("utf-8"))
        for agency in directory["agencies"]:
            agency["base_url"] = f"http://127.0.0.1:{self.ports.get(agency['id'], 1)}"
        (self.folder / "agencies.json").write_text(json.dumps(directory), "utf-8")
        init = [sys.executable, "-m", "baidiao", "centre", "init"]
        subprocess.run(init, env=os.environ | self.environment, check=True, stdout=subprocess.DEVNULL)
        with opened_store(read_settings(self.environment).database_url) as store:
            login = ClientRegister(store).add(TOWN, "Town hall", datetime.now(UTC))
        for name in AGENCIES:
            self.start_agency(name)
        self.start_centre()
        form = {"grant_type": "client_credentials"}
        self.token = requests.post(self.url + TOKEN_PATH, data=form, auth=login, timeout=10).json()["access_token"]
        return [person.citizen_number for person in people]

    def post(self, path: str, body: object, key: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return requests.post(self.url + path, json=body, headers=headers, timeout=20)

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(self.url + path, headers=headers, timeout=20).json()

    def rows(self, statement: str) -> list[Any]:
        with opened_store(read_settings(self.environment).database_url) as store, store.glancing() as connection:
            return list(connection.execute(text(statement)).all())

    def end_leases(self) -> None:
        """Stand in for half a minute going by: a dead worker's hold on a batch lasts that long."""
        with opened_store(read_settings(self.environment).database_url) as store, store.transaction() as session:
            session.execute(text("UPDATE bulk_jobs SET lease_until = NULL"))


@dataclass
class Asker:
    """One agency's system, asking one question after another; writes down what it was told."""

    scene: Scene
    name: str
    numbers: list[str]
    ending: threading.Event
    told: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    cut_off: int = 0

    def run(self) -> None:
        turn = 0
        while not self.ending.is_set():
            turn += 1
            number, key = self.numbers[turn % len(self.numbers)], f"{self.name}-question-{turn}"
            subject = {"type": "citizen_number", "citizen_number": number}
            body = {"services": ["old_age_allowance"], "officer": "T-1", "subject": subject}
            try:
                answer = self.scene.post(DECISIONS_PATH, body, key)
            except requests.RequestException:
                self.cut_off += 1
                time.sleep(0.1)
                continue
            if answer.status_code == 200:
                self.told[key] = (body, answer.json())
            elif answer.headers.get("Content-Type") == "application/problem+json":
                self.refused.append(answer.json())
            else:
                self.unclear.append(f"{answer.status_code} {answer.headers.get('Content-Type')}")


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    with ExitStack() as stack:
        yield Scene(tmp_path, stack)


def run_batch(scene: Scene, numbers: list[str]) -> str:
    items = [
        {"reference": f"case-{at}", "subject": {"type": "citizen_number", "citizen_number": one}}
        for at, one in enumerate(numbers)
    ]
    asked = {"services": ["old_age_allowance"], "officer": "T-1", "items": items}
    taken = scene.post(BULK_PATH, asked, "the-batch-itself")
    assert taken.status_code == 202, taken.text
    return str(taken.headers["Location"])


def test_whoever_is_killed_nothing_acknowledged_is_lost_and_every_answer_is_clear(scene: Scene) -> None:
    numbers = scene.prepare()
    batch = run_batch(scene, numbers)
    ending = threading.Event()
    askers = [Asker(scene, f"asker-{n}", numbers, ending) for n in range(ASKERS)]
    threads = [threading.Thread(target=asker.run) for asker in askers]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    scene.kill_worker()
    time.sleep(1.5)
    scene.kill(scene.processes["comptroller_general"])
    time.sleep(1.0)
    scene.start_agency("comptroller_general")
    scene.kill(scene.processes["centre"])
    scene.start_centre()
    scene.end_leases()
    time.sleep(1.5)
    ending.set()
    for thread in threads:
        thread.join(30)

    told = {key: answer for asker in askers for key, answer in asker.told.items()}
    assert len(told) > 20
    assert [one for asker in askers for one in asker.unclear] == []
    assert {one["code"] for asker in askers for one in asker.refused} <= {ProblemCode.UNAVAILABLE.value}
    causes = {source.get("cause") for _body, answer in told.values() for source in answer["sources"]}
    assert causes <= CLEAR_CAUSES
    assert causes & {"unreachable", "breaker_open"}, "the dead agency was told of"
    leaves = {row[0]: bytes(row[1]) for row in scene.rows("SELECT leaf_index, content FROM evidence_leaf")}
    for _body, answer in told.values():
        leaf = answer["decisions"][0]["leaf"]
        assert answer["reference"].encode() in leaves[leaf["index"]]
    for key, (body, answer) in list(told.items())[:: max(1, len(told) // 10)]:
        again = scene.post(DECISIONS_PATH, body, key)
        assert (again.status_code, again.json()["reference"]) == (200, answer["reference"])

    end = time.monotonic() + 20
    while (job := scene.get(batch))["state"] != "done":
        assert time.monotonic() < end, job
        time.sleep(0.2)
    assert job["finished"] == job["total"] == len(numbers)
    results = scene.get(f"{batch}/results?limit=500")["results"]
    assert [one["reference"] for one in results] == [f"case-{at}" for at in range(len(numbers))]
    references = [one["answer"]["reference"] for one in results if one.get("answer")]
    contents = b"\n".join(bytes(row[0]) for row in scene.rows("SELECT content FROM evidence_leaf"))
    assert all(contents.count(one.encode()) == 1 for one in references), "each decided once"

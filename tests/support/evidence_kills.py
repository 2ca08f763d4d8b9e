"""Kills the parts of a real centre under load, one after another, and then asks whether the log kept its word."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import requests
from sqlalchemy import select

from backend.bootstrap import initialise
from backend.evidence.keys import load_or_create_keys
from backend.evidence.merkle import tree_root
from backend.evidence.models import EvidenceLeaf, EvidenceLease
from backend.evidence.records import parse_record
from backend.evidence.witness.installation import make_witness
from backend.fleet.building import build_fleet
from backend.settings import Settings, read_settings
from backend.store import opened_store
from bench.centre_processes import TOWN, RunningCentre, enrol, free_port, wait_until_ready, write_directory
from contracts.checkpoint import Checkpoint, open_checkpoint, verifier_key
from contracts.decision import Answer
from contracts.fleet import QUESTION_PATH
from contracts.log_proof import leaf_hash, verify_consistency
from contracts.message import Words
from contracts.signed_note import decode_base64
from tests.support.centre_postgres import DURABLE_OPTIONS, crash_cluster, start_cluster
from tests.support.linkage_decisions import body_of, question

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
PATIENCE_S = 60.0
_DEVICE_PAUSE_S = 0.01
_PLACE = Words(th="ห้องวัด", en="Measuring room")
_WITNESS = "witness.example/kills"


@dataclass
class Tally:
    """What happened.

    Attributes:
        kills: By what was killed.
        acknowledged: Decisions that a client had an answer to.
        leaves: In the log at the end.
        lost: Acknowledged, and not at the place the answer named.
        doubled: Decisions that the log has more than once.
        checkpoints: Seen on the way, each consistent with the last.
        tries: What clients met, by HTTP status; 0 when the connection broke.
        leaders: Processes that have had the witnesses' lease.
        slowest_s: Longest silence after a kill until a client was answered again, in seconds.
    """

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    leaves: int = 0
    lost: int = 0
    doubled: int = 0
    checkpoints: int = 0
    tries: Counter[int] = field(default_factory=Counter)
    leaders: int = 0
    slowest_s: float = 0.0


class Siege:
    """A centre, clients who ask it without pause, and someone who kills it.

    Args:
        folder: Its place.
        kind: ``sqlite`` or ``postgresql``.
        seed: Of what is killed when.
    """

    def __init__(self, folder: Path, kind: str, seed: int, stack: ExitStack) -> None:
        self._folder, self._kind, self._stack = folder, kind, stack
        self._chance = random.Random(seed)
        self._answers: list[Answer] = []
        self._stopped = threading.Event()
        self._points: list[Checkpoint] = []
        self._leaders: set[str] = set()
        self.tally = Tally()
        self._prepare()

    def _prepare(self) -> None:
        state = self._folder / "state"
        directory = write_directory(self._folder, {})
        self._environment = {
            "BAIDIAO_CENTRE_STATE_DIR": str(state),
            "BAIDIAO_CENTRE_AGENCIES_FILE": str(_nobody(directory)),
            "BAIDIAO_CENTRE_LOG_LEVEL": "critical",
            "BAIDIAO_CENTRE_DEVICE_RATE_PER_MINUTE": "0",
            "BAIDIAO_CENTRE_WITNESSES_FILE": str(self._folder / "witnesses"),
        }
        if self._kind == "postgresql":
            self._cluster = start_cluster(self._stack, DURABLE_OPTIONS)
            self._environment["BAIDIAO_CENTRE_DATABASE_URL"] = self._cluster.url + "/postgres"
        settings = read_settings(self._environment)
        self._database_url = settings.database_url
        state.mkdir(mode=0o700)
        key = load_or_create_keys(settings.keys_dir).checkpoint.public_key()
        self._origin, self._log_key = settings.log_origin, key
        self._start_witness(verifier_key(self._origin, key))
        initialise(settings)
        self._port = free_port()
        self._url = f"http://127.0.0.1:{self._port}"
        self._start_centre()
        self._stack.callback(self._kill_centre)
        self._device: RunningCentre = enrol(self._url, _claim(settings), self._centre.pid)

    def _start_witness(self, log_key: str) -> None:
        folder, port = self._folder / "witness", free_port()
        made = make_witness(folder, _WITNESS, [log_key])
        (self._folder / "witnesses").write_text(f"{made.verifier_key} http://127.0.0.1:{port}\n")
        command = [sys.executable, "-m", "baidiao", "witness", "run", str(folder), "--port", str(port)]
        quiet = subprocess.DEVNULL
        witness = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
        self._stack.callback(witness.wait, 10)
        self._stack.callback(witness.kill)

    def _start_centre(self) -> None:
        serve = ("centre", "serve", "--port", str(self._port), "--workers", "2", "--threads", "4")
        errors = self._folder / "centre.err"
        with errors.open("ab") as told:
            self._centre = subprocess.Popen(
                [sys.executable, "-m", "baidiao", *serve],
                env={**os.environ, **self._environment},
                cwd=ROOT,
                stderr=told,
                start_new_session=True,
            )
        wait_until_ready(f"{self._url}/readyz", self._centre, errors)

    def _kill_centre(self) -> None:
        os.killpg(self._centre.pid, signal.SIGKILL)
        self._centre.wait(10)

    @contextmanager
    def asked_without_pause(self) -> Iterator[None]:
        """Let the clients ask."""
        clients = [threading.Thread(target=self._ask_on) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._stopped.set()
            for client in clients:
                client.join()

    def _ask_on(self) -> None:
        while not self._stopped.is_set():
            body = body_of(question("old_age_allowance", question_id=uuid4()))
            answer = None
            while answer is None and not self._stopped.is_set():  # as a kiosk does: the same question until answered
                answer = self._ask(body)
            if answer is not None:
                self._answers.append(answer)

    def _ask(self, body: bytes) -> Answer | None:
        headers = self._device.signed(QUESTION_PATH, body)
        try:
            # No session: what a broken connection leaves behind must not speak for the next.
            reply = requests.post(self._url + QUESTION_PATH, body, headers=headers, timeout=20)
        except requests.RequestException:
            self.tally.tries[0] += 1
            time.sleep(0.05)
            return None
        self.tally.tries[reply.status_code] += 1
        time.sleep(_DEVICE_PAUSE_S)
        return Answer.model_validate_json(reply.content) if reply.ok else None

    def kill(self, what: str) -> None:
        """Kill one part amid the work, and wait until the centre answers again by itself."""
        time.sleep(self._chance.uniform(0, 0.3))
        if what == "centre":
            self._kill_centre()
        elif what == "database":
            crash_cluster(self._cluster)
        elif what == "both":  # the next worker starts while there is no database
            os.kill(self._chance.choice(self._workers()), signal.SIGKILL)
            crash_cluster(self._cluster)
        elif what == "leader":
            self._wait(lambda: self._leader() in self._workers(), "nobody took the lease")
            os.kill(self._leader(), signal.SIGKILL)
        else:
            os.kill(self._chance.choice(self._workers()), signal.SIGKILL)
        self.tally.kills[what] += 1
        killed_s, answered = time.monotonic(), len(self._answers)
        if what == "centre":
            self._start_centre()  # as the service manager would
        self._wait(lambda: len(self._answers) >= answered + 2 * CLIENTS, f"no answers after the {what}'s death")
        self.tally.slowest_s = max(self.tally.slowest_s, round(time.monotonic() - killed_s, 2))
        self._wait(lambda: len(self._workers()) == 2, "a worker did not come back")
        self._look()

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self._centre.pid}/task/{self._centre.pid}/children").read_text("ascii").split()
        return [int(pid) for pid in children if _lives(pid)]

    def _leader(self) -> int:
        """Return who has the witnesses' lease, by the name it gave itself."""
        with opened_store(self._database_url) as store, store.reading() as session:
            holder = session.scalar(select(EvidenceLease.holder)) or "0-"
        self._leaders.add(holder)
        return int(holder.split("-")[0])

    def _look(self) -> None:
        """Keep the present checkpoint, proven to add to the one before."""
        point = self._checkpoint("/log/checkpoint/newest")
        if self._points and self._points[-1].size:
            self._prove(self._points[-1], point)
        self._points.append(point)

    def _checkpoint(self, path: str) -> Checkpoint:
        return open_checkpoint(self._get(path).text, self._origin, self._log_key)

    def _prove(self, older: Checkpoint, newer: Checkpoint) -> None:
        told = self._get(f"/log/proof/consistency?first={older.size}&second={newer.size}").json()
        path = [decode_base64(one) for one in told["hashes"]]
        verify_consistency(older.size, newer.size, older.root, newer.root, path)

    def _get(self, path: str) -> requests.Response:
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                reply = requests.get(self._url + path, timeout=10)
                reply.raise_for_status()
            except requests.RequestException:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.1)
            else:
                return reply

    def wait_for_leader(self) -> None:
        """Wait until witnesses have cosigned what is newer than every kill: somebody leads again."""
        size = self._points[-1].size
        self._wait(lambda: self._checkpoint("/log/checkpoint").size >= size, "nobody took the lease")
        self._leader()

    def judge(self) -> Tally:
        """Compare what clients were told with what the log has."""
        self._look()
        last = self._points[-1]
        for point in self._points[:-1]:
            if point.size:
                self._prove(point, last)
        with opened_store(self._database_url) as store, store.reading() as session:
            contents = list(session.scalars(select(EvidenceLeaf.content).order_by(EvidenceLeaf.index)))
        if tree_root(contents[: last.size]) != last.root:
            raise AssertionError("the leaves do not give the signed root")
        identities = Counter(parse_record(content).identity for content in contents)
        told = [decision.leaf for answer in self._answers for decision in answer.decisions]
        self.tally.leaves, self.tally.acknowledged = len(contents), len(told)
        self.tally.doubled = sum(count - 1 for count in identities.values())
        self.tally.lost = sum(
            leaf.index >= len(contents) or leaf_hash(contents[leaf.index]).hex() != leaf.hash for leaf in told
        )
        self.tally.checkpoints, self.tally.leaders = len(self._points), len(self._leaders)
        return self.tally

    def _wait(self, until: Callable[[], bool], otherwise: str) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > until_s:
                errors = (self._folder / "centre.err").read_text("utf-8", "replace")[-800:]
                raise AssertionError(f"{otherwise}; met {dict(self.tally.tries)}; {errors}")
            time.sleep(0.02)


def _claim(settings: Settings) -> str:
    with opened_store(settings.database_url) as store:
        fleet = build_fleet(settings, store)
        try:
            return fleet.create_claim(TOWN, _PLACE, datetime.now(UTC), timedelta(hours=1), "")
        finally:
            fleet.close()


def _lives(pid: str) -> bool:
    try:
        return not Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return False


def _nobody(directory: Path) -> Path:
    """Point every agency where nobody listens: decisions are made, cheaply, on nothing known."""
    told = json.loads(directory.read_text("utf-8"))
    for agency in told["agencies"]:
        if agency.get("base_url"):
            agency["base_url"] = f"http://127.0.0.1:{free_port()}"
    directory.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return directory


def choose_kills(kind: str, count: int) -> list[str]:
    """Return what to kill: mostly workers, the store in its own way, and now and then who leads."""
    if kind == "sqlite":
        turn = ["leader", "worker", "centre", *["worker", "worker", "worker", "centre"] * 4, "worker"]
    else:
        turn = ["database", "worker", "both", "leader", *["worker", "worker", "worker", "database"] * 4]
    return [turn[number % len(turn)] for number in range(count)]


def besiege(folder: Path, kind: str, kills: int, seed: int) -> Tally:
    """Kill so many parts under load and judge.

    Args:
        folder: An empty one.
        kind: ``sqlite`` or ``postgresql``.
        kills: How many.
        seed: Of the moments.
    """
    with ExitStack() as stack:
        siege = Siege(folder, kind, seed, stack)
        with siege.asked_without_pause():
            wanted = choose_kills(kind, kills)
            for what in wanted:
                siege.kill(what)
            if "leader" in wanted:
                siege.wait_for_leader()
        return siege.judge()

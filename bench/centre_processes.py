"""Real processes for measuring the centre: demo agencies that take their time, and a centre under gunicorn."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.demo.flock import Flock
from backend.demo.registers import AGENCY_IDS
from backend.linkage.file import DEFAULT_DIRECTORY
from contracts.fleet import ENROL_PATH, EnrolRequest
from contracts.signature import NONCE_BYTES
from kiosk.agent.identity import key_thumbprint
from kiosk.uplink.signing import sign_request
from tests.support.centre_postgres import DURABLE_OPTIONS, start_cluster

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = ROOT / "reader_drivers" / "virtual" / "people.json"
TOWN = "tuayang_municipality"
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def demo_agencies(folder: Path) -> Iterator[dict[str, str]]:
    """Run the demo agencies on free ports; give where each listens."""
    stores = folder / "agencies"
    baidiao("demo-agencies", "build", "--dir", str(stores), "--people", str(PEOPLE), "--size", "500")
    with Flock() as flock:
        lines = flock.start([(agency, 0) for agency in AGENCY_IDS], stores, "127.0.0.1")
        yield {line.split()[0]: line.split()[-1] for line in lines}


@contextmanager
def echo_agencies(
    folder: Path, real: Mapping[str, str], latency_ms: int, others_ms: Mapping[str, int], dead: Collection[str]
) -> Iterator[Path]:
    """Run cheap stand-ins that repeat what the real agencies say; give the directory file that names them."""
    asked = [(agency, url) for agency, url in real.items() if agency not in dead]
    wanted = json.dumps([(url, others_ms.get(agency, latency_ms) / 1000) for agency, url in asked])
    command = [sys.executable, "-m", "bench.echo_agencies", wanted]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        ports = json.loads(process.stdout.readline() if process.stdout else "[]")
        urls = {agency: f"http://127.0.0.1:{port}" for (agency, _url), port in zip(asked, ports, strict=True)}
        yield write_directory(folder, urls | {agency: f"http://127.0.0.1:{free_port()}" for agency in dead})
    finally:
        process.terminate()
        process.communicate(timeout=10)


def write_directory(folder: Path, urls: Mapping[str, str]) -> Path:
    """Write the seed's directory with other addresses into a folder."""
    directory = json.loads(DEFAULT_DIRECTORY.read_text(encoding="utf-8"))
    for agency in directory["agencies"]:
        agency["base_url"] = urls.get(agency["id"], agency.get("base_url"))
    path = folder / "agencies.json"
    path.write_text(json.dumps(directory, ensure_ascii=False), encoding="utf-8")
    return path


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL server that commits durably; give the address of an empty database."""
    with ExitStack() as stack:
        yield start_cluster(stack, DURABLE_OPTIONS).url + "/postgres"


@contextmanager
def rival(folder: Path, agencies: Path) -> Iterator["RunningCentre"]:
    """Serve the rival with two workers; it looks at no signature."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    urls = {agency["id"]: agency["base_url"] for agency in json.loads(agencies.read_text(encoding="utf-8"))["agencies"]}
    environment = {
        "BAIDIAO_BENCH_RIVAL_DATABASE": f"sqlite:///{folder / 'rival.sqlite3'}",
        "BAIDIAO_BENCH_RIVAL_AGENCIES": json.dumps(urls),
    }
    options = ("--workers", "2", "--no-access-log", "--log-level", "warning")
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "bench.rival:app", "--port", str(port), *options],
        env={**os.environ, **environment},
        cwd=ROOT,
        stderr=(folder / "rival.err").open("wb"),
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/openapi.json", process, folder / "rival.err")
        key = Ed25519PrivateKey.generate()
        yield RunningCentre(url, process.pid, key, key_thumbprint(key.public_key()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def baidiao(*arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "baidiao", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


@dataclass(frozen=True)
class RunningCentre:
    """A centre with one enrolled device."""

    url: str
    pid: int
    key: Ed25519PrivateKey
    key_id: str

    def signed(self, path: str, body: bytes) -> dict[str, str]:
        """Return the headers of one signed POST."""
        return signed_headers(self.url + path, body, self.key, self.key_id)

    def cpu_s(self) -> float:
        """Return the processor time that the centre's processes have used so far."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return sum(_cpu_s(pid) for pid in (str(self.pid), *children))


def signed_headers(url: str, body: bytes, key: Ed25519PrivateKey, key_id: str) -> dict[str, str]:
    nonce = urlsafe_b64encode(secrets.token_bytes(NONCE_BYTES)).rstrip(b"=").decode()
    headers = sign_request("POST", url, body, key, key_id, int(time.time()), nonce)
    return {**headers, "Content-Type": "application/json", "Accept": "application/json"}


def centre_environment(folder: Path, agencies: Path, database_url: str = "") -> dict[str, str]:
    """Return the settings of a centre that is to be measured."""
    return {
        "BAIDIAO_CENTRE_STATE_DIR": str(folder),
        "BAIDIAO_CENTRE_AGENCIES_FILE": str(agencies),
        "BAIDIAO_CENTRE_LOG_LEVEL": "error",
        "BAIDIAO_CENTRE_DATABASE_URL": database_url,
        "BAIDIAO_CENTRE_DEVICE_RATE_PER_MINUTE": "0",  # one device stands for thousands here
    }


@contextmanager
def centre(folder: Path, agencies: Path, threads: int, database_url: str = "") -> Iterator[RunningCentre]:
    """Serve a fresh centre with two workers and enrol a device."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = centre_environment(folder, agencies, database_url)
    baidiao("centre", "init", **environment)
    place = ("--place-th", "ห้องวัด", "--place-en", "Measuring room")
    claim = baidiao("fleet", "claim", "--agency", TOWN, *place, **environment).split()[-1]
    with served_centre(folder, environment, threads) as (url, pid):
        yield enrol(url, claim, pid)


@contextmanager
def served_centre(folder: Path, environment: Mapping[str, str], threads: int) -> Iterator[tuple[str, int]]:
    """Serve a prepared centre with two workers; give its address and process."""
    port = free_port()
    serve = ("centre", "serve", "--port", str(port), "--workers", "2", "--threads", str(threads))
    with (folder / "centre.err").open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "baidiao", *serve],
            env={**os.environ, **environment},
            cwd=ROOT,
            stderr=told,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/readyz", process, folder / "centre.err")
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def enrol(url: str, claim: str, pid: int) -> RunningCentre:
    """Enrol a device with a centre's claim code."""
    key = Ed25519PrivateKey.generate()
    public = urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    wanted = EnrolRequest(claim_code=claim, public_key=public, serial="bench", model="bench", software_version="0")
    body, key_id = wanted.model_dump_json().encode(), key_thumbprint(key.public_key())
    headers = signed_headers(url + ENROL_PATH, body, key, key_id)
    requests.post(url + ENROL_PATH, body, headers=headers, timeout=10).raise_for_status()
    return RunningCentre(url, pid, key, key_id)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", errors: Path) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise SystemExit("the centre did not start: " + errors.read_text(encoding="utf-8")[-500:])


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu_s(pid: str) -> float:
    # Fields 14 and 15 of proc(5) stat, counted after the process's name, which may hold spaces.
    fields: list[Any] = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS

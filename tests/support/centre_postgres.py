"""A private PostgreSQL cluster for the test session: started where the tests run, gone when they end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

QUICK_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=16MB"
DURABLE_OPTIONS = "-c shared_buffers=128MB"
_names = count(1)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        pytest.fail("PostgreSQL's server programs are not installed: apt-get install postgresql")
    return Path(elsewhere).parent


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom to run the server as: it refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster.

    Attributes:
        url: Its address, without a database's name.
        folder: What it keeps, and its log.
    """

    url: str
    folder: Path


def start_cluster(stack: ExitStack, cluster_options: str = QUICK_OPTIONS) -> Cluster:
    """Start a cluster in a folder of its own; both go when the stack unwinds.

    Not in a test's own folder: the way there is closed to the user that PostgreSQL runs as when the tests run as root.
    """
    folder = Path(tempfile.mkdtemp(prefix="baidiao-pg-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    programs, user, port = _programs(), _unprivileged(), _free_port()
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", folder / "server.log"

    def run(*command: str) -> None:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            **who,
        )
        if done.returncode != 0:
            pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")

    run(str(programs / "initdb"), "-D", str(data), "-U", "baidiao", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"{cluster_options} -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    # pg_ctl's own output goes to a file: a pipe would stay open as long as the server lives.
    started = subprocess.run(
        [str(programs / "pg_ctl"), "-D", str(data), "-l", str(log), "-w", "-t", "60", "-o", options, "start"],
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=90,
        **who,
    )
    if started.returncode != 0:
        pytest.fail("the PostgreSQL server did not start: " + (log.read_text() if log.exists() else "no log"))
    stack.callback(run, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    return Cluster(f"postgresql://baidiao@127.0.0.1:{port}", folder)


def crash_cluster(cluster: Cluster) -> None:
    """Stop a cluster as a crash would, under whoever uses it, and start it again."""
    user, control = _unprivileged(), str(_programs() / "pg_ctl")
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    crash = [control, "-D", str(cluster.folder / "data"), "-m", "immediate", "-w", "-t", "60"]
    crash += ["-l", str(cluster.folder / "server.log")]
    subprocess.run([*crash, "restart"], check=True, cwd=cluster.folder, stdout=subprocess.DEVNULL, timeout=90, **who)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a running cluster, without a database's name."""
    with ExitStack() as stack:
        yield start_cluster(stack).url


@pytest.fixture
def make_postgres_database(postgres_server: str) -> Callable[[], str]:
    """Give a function that makes one more empty database and returns its URL."""

    def make() -> str:
        name = f"test_{os.getpid()}_{next(_names)}"
        with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"{postgres_server}/{name}"

    return make


@pytest.fixture
def postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """Give the URL of a fresh, empty database of the test's own."""
    return make_postgres_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Run the test once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))

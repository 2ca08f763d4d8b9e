import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from backend.demo.cli import demo_agencies
from backend.demo.errors import StoreError
from backend.demo.registers import AGENCY_IDS
from backend.demo.stores import Store, store_path
from tests.support.agency_servers import PEOPLE_FILE, build_small_stores

ROOT = Path(__file__).parents[3]


def build(directory, *more):
    arguments = ["build", "--dir", str(directory), "--people", str(PEOPLE_FILE), "--today", "2026-11-23", *more]
    return CliRunner().invoke(demo_agencies, arguments, catch_exceptions=False)


def rows(directory, agency):
    connection = sqlite3.connect(store_path(directory, agency))
    try:
        return connection.execute("SELECT * FROM person ORDER BY number").fetchall()
    finally:
        connection.close()


def test_build_writes_every_store_the_same_from_the_same_seed(tmp_path):
    result = build(tmp_path / "a", "--size", "50", "--seed", "7")
    assert result.exit_code == 0
    assert re.search(r"civil_registry +50 people", result.stdout)
    build(tmp_path / "b", "--size", "50", "--seed", "7")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(f"{name}.sqlite3" for name in AGENCY_IDS)
    for agency in AGENCY_IDS:
        assert rows(tmp_path / "a", agency) == rows(tmp_path / "b", agency)


def test_building_again_replaces(tmp_path):
    build(tmp_path, "--size", "50")
    build(tmp_path, "--size", "20")
    assert len(rows(tmp_path, "civil_registry")) == 20


def test_agencies_agree_on_who_there_is(tmp_path):
    build(tmp_path, "--size", "300")
    registered = {row[0] for row in rows(tmp_path, "civil_registry")}
    for agency in AGENCY_IDS[1:]:
        known = {row[0] for row in rows(tmp_path, agency)}
        assert known
        assert known <= registered


def test_too_small_is_said(tmp_path):
    result = build(tmp_path, "--size", "3")
    assert result.exit_code == 1
    assert "9 to 10000000" in result.output


def test_store_is_only_read(tmp_path):
    build_small_stores(tmp_path, size=9)
    store = Store(store_path(tmp_path, "revenue"))
    assert store.find("3550100123457")["income_baht"] == 24_000
    assert store.find("1101700207030") is None
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store._connection.execute("DELETE FROM person")
    store.close()
    with pytest.raises(StoreError):
        Store(tmp_path / "nothing.sqlite3")


@contextmanager
def all_serving(directory):
    command = [sys.executable, "-m", "backend.demo.cli", "serve-all", "--dir", str(directory), "--base-port", "0"]
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        lines = [keeper.stdout.readline() for _ in AGENCY_IDS]
        yield keeper, {line.split()[0]: line.split()[-1] for line in lines}
    finally:
        keeper.kill()
        keeper.wait()
        keeper.stdout.close()
        keeper.stderr.close()


def wait_until_silent(urls, within_s=5.0):
    ends = time.monotonic() + within_s
    for url in urls:
        while time.monotonic() < ends:
            try:
                requests.get(url + "/healthz", timeout=1)
            except requests.ConnectionError:
                break
            time.sleep(0.05)
        else:
            pytest.fail("an agency outlived its keeper")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_agencies_run_and_end_with_their_keeper(tmp_path, number):
    build_small_stores(tmp_path, size=20)
    with all_serving(tmp_path) as (keeper, urls):
        assert set(urls) == set(AGENCY_IDS)
        for agency, url in urls.items():
            assert requests.get(url + "/healthz", timeout=5).json()["agency"] == agency
        hanging = urls["revenue"]
        requests.put(hanging + "/control", json={"failure": "hang"}, timeout=5).raise_for_status()
        with pytest.raises(requests.ReadTimeout):
            requests.post(hanging + "/v1/assessment", data=b"{}", timeout=0.1)
        os.kill(keeper.pid, number)
        assert keeper.wait(8) == (-signal.SIGKILL if number is signal.SIGKILL else 0)
        wait_until_silent(urls.values())


def test_missing_stores_are_said_at_once(tmp_path):
    command = [sys.executable, "-m", "backend.demo.cli", "serve-all", "--dir", str(tmp_path), "--base-port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 1
    assert "demo-agencies build" in done.stderr


def test_taken_port_is_said(tmp_path):
    build_small_stores(tmp_path, size=9)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "backend.demo.cli", "serve", "revenue", "--dir", str(tmp_path), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr

"""A whole demo as tests use it: started as a user starts it, played through its stage and its real screen."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

BAIDIAO = str(Path(sys.executable).with_name("baidiao"))
_START_PATIENCE_S = 90


@dataclass(frozen=True)
class RunningDemo:
    """One demo that is up."""

    root: Path
    stage: str
    kiosk: str
    centre: str
    reader: str

    def put(self, path: str, **body: object) -> None:
        requests.put(f"{self.stage}{path}", json=body, timeout=30).raise_for_status()

    def insert(self, key: str) -> None:
        self.put("card", key=key)

    def remove(self) -> None:
        self.put("card", key=None)

    def screen(self) -> str:
        return str(requests.get(f"{self.kiosk}state", timeout=5).json()["screen"])

    def mend_everything(self) -> None:
        self.remove()
        self.put("printer", fault="none")
        self.put("line", whole=True)
        self.put("centre", running=True)
        for agency in requests.get(f"{self.stage}state", timeout=10).json()["agencies"]:
            self.put(f"agencies/{agency['id']}", latency_ms=0, failure="none")
        eventually(lambda: self.screen() == "rest")


def eventually(holds: Callable[[], bool], patience_s: float = 15.0) -> None:
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


@contextmanager
def running_demo(root: Path, **environment: str) -> Iterator[RunningDemo]:
    command = [BAIDIAO, "demo", "run", "--no-visit", "--dir", str(root), "--population", "200"]
    log = root.with_suffix(".log")
    with log.open("wb") as output:
        told = {**os.environ, **environment}
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=told)
    try:
        addresses = root / "demo.json"
        end = time.monotonic() + _START_PATIENCE_S
        while not addresses.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield RunningDemo(root=root, **json.loads(addresses.read_text()))
    finally:
        process.terminate()  # not SIGINT: a shell starts background jobs deaf to it
        process.wait(30)


def press(page: Page, action: str) -> None:
    page.locator(f"[data-act='{action}']").first.click()


def choose(page: Page, service: str) -> None:
    page.locator(f"[data-act='toggle'][data-value='{service}']").click()
    page.locator(f"[data-act='toggle'][data-value='{service}'][aria-checked='true']").wait_for()
    press(page, "choose")


def see(page: Page, screen: str, patience_s: float = 20.0) -> None:
    expect(page.locator(f"[data-screen='{screen}']")).to_be_visible(timeout=patience_s * 1000)


def environment_without_baidiao() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BAIDIAO_")}

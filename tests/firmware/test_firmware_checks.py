"""The firmware's checks, each under CPython and all of them again under a real MicroPython with the board's heap."""

import importlib
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from kiosk.panel.simulator import HEAP, find_micropython

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MODULES = sorted(path.stem for path in (HERE / "checks").glob("check_*.py"))


def checks() -> list[tuple[str, str]]:
    found = [(module, importlib.import_module(f"checks.{module}")) for module in MODULES]
    return [(module, name) for module, code in found for name in dir(code) if name.startswith("check_")]


@pytest.mark.parametrize(("module", "name"), checks())
def test_under_cpython(module: str, name: str) -> None:
    check: Callable[[], None] = getattr(importlib.import_module(f"checks.{module}"), name)
    check()


@cache
def micropython_outcomes(module: str) -> str:
    program = find_micropython()
    assert program is not None, "MicroPython is not installed"
    paths = [str(ROOT / "kiosk" / "firmware"), str(ROOT / "kiosk" / "panel"), str(HERE)]
    command = [program, "-X", f"heapsize={HEAP}", HERE / "run_checks.py", module, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("module", "name"), checks())
def test_under_micropython(module: str, name: str) -> None:
    outcomes = micropython_outcomes(module)
    assert f"{name} held" in outcomes.splitlines(), outcomes

"""Officers' and stewards' commands."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend import bootstrap
from backend.evidence.keys import load_or_create_keys
from backend.evidence.log import EvidenceLog
from backend.history.acting import Acting
from backend.history.cli import history
from backend.history.disputes import DisputedEntry, Disputes
from backend.settings import read_settings
from backend.store import opened_store
from contracts.history import DisputeReason


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    bootstrap.initialise(read_settings(os.environ))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(history, arguments)


def test_a_delay_from_proposal_to_withdrawal(centre: Path) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    what = ("--agency", "tuayang_municipality", "--until", until, "--basis-th", "ก", "--basis-en", "an act")
    reference = run("delays", "propose", *what, "--officer", "no-1").output.strip()
    assert "proposed   tuayang_municipality/*/*" in run("delays", "list").output
    alone = run("delays", "approve", reference, "--officer", "no-1")
    assert (alone.exit_code, alone.output) == (1, "Error: who proposed it may not approve it\n")
    assert run("delays", "approve", reference, "--officer", "no-2").output == f"{reference} is in force\n"
    assert "in force" in run("delays", "list").output
    assert run("delays", "withdraw", reference, "--officer", "no-2").exit_code == 0
    assert "withdrawn" in run("delays", "list").output


def test_a_dispute_that_is_overdue_is_named_until_it_is_answered(centre: Path) -> None:
    settings = read_settings(os.environ)
    with opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, load_or_create_keys(settings.keys_dir).checkpoint)
        long_ago = datetime.now(UTC) - timedelta(days=40)
        acting = Acting(log, lambda: long_ago, lambda count: b"\x01" * count)
        row = Disputes(store, acting).open(DisputedEntry(0, "tuayang_municipality", "x"), DisputeReason.NOT_ME)
        log.close()
    due = run("disputes", "list", "--due")
    assert due.exit_code == 1
    assert due.output.rstrip().endswith("OVERDUE")
    assert run("disputes", "take", row.reference, "--officer", "s-1").exit_code == 0
    assert run("disputes", "answer", row.reference, "--text", "คำตอบ", "--officer", "s-1").exit_code == 0
    assert run("disputes", "list", "--due").output == ""
    again = run("disputes", "answer", row.reference, "--text", "คำตอบ", "--officer", "s-1")
    assert (again.exit_code, again.output) == (1, "Error: the dispute is not in a state for this\n")

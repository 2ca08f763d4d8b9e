import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from backend.cli import centre
from backend.linkage.facts import Fact
from backend.linkage.file import DEFAULT_DIRECTORY
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.maintenance import Window, is_under_way
from contracts.decision import NotKnownCause
from contracts.message import Words
from tests.support.linkage_agencies import subject
from tests.support.linkage_fakes import FakeProvider

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WINDOW = Window(starts_at=NOON, ends_at=NOON + timedelta(hours=1))


@pytest.mark.parametrize(("minutes", "closed"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_window_holds_its_first_moment_and_not_its_last(minutes: int, closed: bool) -> None:
    assert is_under_way([WINDOW], NOON + timedelta(minutes=minutes)) is closed


def test_a_window_must_end_after_it_begins() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Window(starts_at=NOON, ends_at=NOON)


@pytest.mark.parametrize(("begins_in_h", "asked"), [(-1, 0), (1, 1)])
def test_an_agency_in_its_window_is_not_asked(begins_in_h: int, asked: int) -> None:
    begin = datetime.now(UTC) + timedelta(hours=begins_in_h)
    provider = FakeProvider({Fact.ALIVE: True})
    window = Window(starts_at=begin, ends_at=begin + timedelta(hours=2))
    agency = LinkedAgency("registry", Words(th="ก", en="R"), 1.0, 8, (provider,), (window,))
    gatherer = FactGatherer([agency], AgencyLoop())
    last = list(gatherer.gather(subject(), frozenset({Fact.ALIVE})))[-1]
    gatherer.close()
    assert isinstance(last, Gathered)
    assert provider.asked == asked
    assert last.causes == ({} if asked else {Fact.ALIVE: NotKnownCause.MAINTENANCE})
    assert agency.breaker.failures == 0


def test_a_directory_is_shown_and_checked(tmp_path: Path) -> None:
    shown = CliRunner().invoke(centre, ["directory", "show", str(DEFAULT_DIRECTORY)])
    assert "disability_register  soap  2500 ms" in shown.output
    assert "    registry.alive  from person.alive" in shown.output
    good = CliRunner().invoke(centre, ["directory", "check", str(DEFAULT_DIRECTORY)])
    assert (good.exit_code, good.output) == (0, "good: 6 agencies, 18 facts\n")
    content = json.loads(DEFAULT_DIRECTORY.read_text("utf-8"))
    content["agencies"][0]["deadline_ms"] = 1
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(content), "utf-8")
    bad = CliRunner().invoke(centre, ["directory", "check", str(wrong)])
    assert bad.exit_code == 1
    assert "agencies.0.deadline_ms" in bad.output

"""An agency with a complete list is not asked about strangers; nothing that identifies anybody is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from backend.bootstrap import migrate_store
from backend.cli import centre
from backend.linkage import models
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.reference_lines import WrongLine, hash_person, read_lines
from backend.linkage.references import ReferenceDirectory
from backend.settings import read_settings
from backend.store import Base, Store, opened_store
from contracts.decision import AskState, NotKnownCause, Progress
from contracts.message import Words
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_fakes import FakeProvider

KEY = b"k" * 32
OTHER = "3999900000023"
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def known(store_url: str) -> Iterator[ReferenceDirectory]:
    store = Store(store_url)
    Base.metadata.create_all(store.engine, tables=[m.__table__ for m in (models.ReferenceList, models.Reference)])
    yield ReferenceDirectory(store, KEY, lambda: NOW)
    store.close()


def load(known: ReferenceDirectory, agency: str, *numbers: str, days: int = 1) -> int:
    return known.load(agency, [hash_person(KEY, n) for n in numbers], NOW + timedelta(days=days)).persons


def test_silence_of_a_current_list_means_not_known_there(known: ReferenceDirectory) -> None:
    asked = ["revenue", "health", "pensions"]
    assert known.not_known_at(subject(), asked) == {}
    assert load(known, "revenue", OTHER, OTHER) == 1
    assert load(known, "health", NUMBER, OTHER) == 2
    assert known.not_known_at(subject(), asked) == {"revenue": NOW}
    load(known, "pensions", OTHER, days=-1)
    assert known.not_known_at(subject(), asked) == {"revenue": NOW}, "a list that is over says nothing"


def test_a_new_list_replaces_the_former_one(known: ReferenceDirectory) -> None:
    for numbers in ((NUMBER,), (OTHER,), (NUMBER, OTHER)):
        load(known, "revenue", *numbers)
        expected = {} if NUMBER in numbers else {"revenue": NOW}
        assert known.not_known_at(subject(), ["revenue"]) == expected
    assert known.drop("revenue")
    assert not known.drop("revenue")
    assert known.not_known_at(subject(), ["revenue"]) == {}


def test_lines_are_told_by_place_and_never_by_content() -> None:
    lines = ["number,name", NUMBER, "", f"{OTHER[:12]}9,x", "12345", "G990000000001"]
    found = list(read_lines(lines, KEY))
    assert found == [
        hash_person(KEY, NUMBER),
        WrongLine(4, "check_digit"),
        WrongLine(5, "form"),
        hash_person(KEY, "G990000000001"),
    ]
    assert hash_person(b"x" * 32, NUMBER) != hash_person(KEY, NUMBER)


def linked(name: str, provider: FakeProvider, absent: dict[Fact, bool]) -> LinkedAgency:
    return LinkedAgency(name, Words(th=name, en=name), 1.0, 8, (provider,), absent=absent)


def test_the_agency_is_not_asked_and_the_fact_has_its_agreed_meaning(known: ReferenceDirectory) -> None:
    pensions, health = FakeProvider({Fact.STATE_PENSION: True}), FakeProvider({Fact.HOSPITAL_REGISTERED: True})
    registry = FakeProvider({Fact.ALIVE: True})
    agencies = [
        linked("pensions", pensions, {Fact.STATE_PENSION: False}),
        linked("health", health, {}),
        linked("registry", registry, {Fact.ALIVE: False}),
    ]
    load(known, "pensions", OTHER)
    load(known, "health", OTHER)
    load(known, "registry", NUMBER)
    gatherer = FactGatherer(agencies, AgencyLoop(), references=known)
    try:
        wanted = frozenset({Fact.STATE_PENSION, Fact.HOSPITAL_REGISTERED, Fact.ALIVE})
        *told, last = gatherer.gather(subject(), wanted)
        alone = list(gatherer.gather(subject(), frozenset({Fact.STATE_PENSION}), tell_progress=False))
    finally:
        gatherer.close()
    assert isinstance(last, Gathered)
    assert (pensions.asked, health.asked, registry.asked) == (0, 0, 1)
    assert {fact: known_fact.value for fact, known_fact in last.facts.items()} == {
        Fact.STATE_PENSION: False,
        Fact.ALIVE: True,
    }
    assert last.facts[Fact.STATE_PENSION].as_of == NOW, "a list's silence is as old as the list"
    assert last.causes == {Fact.HOSPITAL_REGISTERED: NotKnownCause.NO_RECORD}
    states = {source.agency_id: (source.state, source.cause) for source in last.sources}
    assert states == {
        "registry": (AskState.ANSWERED, None),
        "pensions": (AskState.ANSWERED, None),
        "health": (AskState.NOT_KNOWN, NotKnownCause.NO_RECORD),
    }
    assert last.times.keys() == {"registry"}, "the others were not asked"
    assert {item.agency_id for item in told if isinstance(item, Progress)} == set(states)
    assert [item.facts[Fact.STATE_PENSION].value for item in alone if isinstance(item, Gathered)] == [False]


def test_the_commands_load_a_file_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    settings = read_settings({"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path)})
    migrate_store(settings)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(centre, ["directory", "references", *words])
        return done.exit_code, done.output

    file = tmp_path / "persons.csv"
    file.write_text(f"{NUMBER}\nnonsense 1\n", encoding="utf-8")
    code, said = run("load", "revenue", str(file))
    assert code == 1
    assert "line 2: form" in said
    assert "nonsense" not in said
    assert run("list") == (0, "")
    assert "knows 1 persons" in run("load", "revenue", str(file), "--skip-wrong")[1]
    assert run("load", "nobody", str(file))[0] == 1
    assert run("list")[1].startswith("revenue  1  until ")
    with opened_store(settings.database_url) as store, store.reading() as session:
        kept = session.scalars(select(models.Reference.person)).all()
    assert [len(person) for person in kept] == [16]
    assert NUMBER.encode() not in (tmp_path / "centre.sqlite3").read_bytes()
    assert run("drop", "revenue")[0] == 0
    assert run("drop", "revenue")[0] == 1

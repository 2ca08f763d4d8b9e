"""A fact that no code knows: declared in the directory, read from an answer, permitted by a mandate, decided on."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from backend.eligibility.loading import TABLES, load_rulebook
from backend.linkage import facts as fact_room
from backend.linkage.directory import Directory, parse_directory
from backend.linkage.errors import DirectoryError
from backend.linkage.facts import FACT_TYPES, Fact, declare_fact
from backend.linkage.file import DEFAULT_DIRECTORY, read_seed_facts
from backend.linkage.reading import read_facts
from backend.mandates.file import load_mandates
from contracts.decision import Outcome

NAME = "fisheries.boat_licence_valid"
FACT = {
    "name": NAME,
    "type": "bool",
    "label": {"th": "ใบอนุญาตเรือประมง", "en": "fishing-boat licence"},
    "source": "fisheries",
    "fresh_for_days": 7,
    "sensitivity": "restricted",
}
AGENCY = {
    "id": "fisheries",
    "name": {"th": "กรมประมง", "en": "Department of Fisheries"},
    "adapter": "rest",
    "base_url": "http://127.0.0.1:8199",
    "requests": [{"send": {"citizen_number": "citizen_number"}, "facts": {NAME: {"at": "valid", "as": "bool"}}}],
}


@pytest.fixture(autouse=True)
def undeclared() -> Iterator[None]:
    """What a test declares is forgotten after it."""
    yield
    for name in list(fact_room._DECLARED):
        del FACT_TYPES[fact_room._DECLARED.pop(name)]


def directory(**changes: object) -> Directory:
    return parse_directory(json.dumps({"version": 1, "facts": [FACT], "agencies": [AGENCY], **changes}))


def test_the_seed_of_facts_says_what_the_code_says() -> None:
    entries = {entry.name: entry for entry in read_seed_facts()}
    assert entries.keys() == {fact.value for fact in Fact}


def test_it_is_unknown_until_it_is_declared() -> None:
    with pytest.raises(ValueError, match="not a valid Fact"):
        Fact(NAME)
    with pytest.raises(DirectoryError):
        directory(facts=[])
    fact = directory().agencies[0].requests[0].facts
    assert list(fact) == [Fact(NAME)]
    assert FACT_TYPES[Fact(NAME)] is bool


def test_it_is_read_permitted_and_decided_on(tmp_path: Path) -> None:
    linked = directory()
    fact = Fact(NAME)
    assert linked.restricted_facts() == {fact}
    request = linked.agencies[0].requests[0]
    said = {"found": True, "valid": True}
    assert read_facts(request, said, frozenset({fact}), lexical=False, about="") == {fact: True}
    file = tmp_path / "mandates.json"
    mandate = {
        "agency_id": "town",
        "service_id": "groundwater_permit",
        "purpose": "eligibility",
        "facts": [NAME],
        "legal_basis": {"th": "กฎหมาย", "en": "A law"},
        "valid_from": "2026-01-01",
    }
    file.write_text(json.dumps({"version": 1, "mandates": [mandate]}), encoding="utf-8")
    assert load_mandates(file)[0].facts == {fact}
    tables = tmp_path / "tables"
    shutil.copytree(TABLES, tables)
    table = tables / "groundwater_permit.dmn"
    table.write_text(table.read_text("utf-8").replace("groundwater.permit_valid", NAME), encoding="utf-8")
    rules = load_rulebook(tables, linked)
    assert fact in rules.needed_facts("groundwater_permit")
    assert "fishing-boat licence" in [asked.fact.en for asked in rules.service("groundwater_permit").facts]
    known = {Fact.ALIVE: True, Fact.THAI_NATIONAL: True, Fact.CARD_STATUS: "normal", fact: True}
    outcomes = {
        value: rules.decide("groundwater_permit", {**known, fact: value}, date(2026, 11, 23)).outcome
        for value in (True, False)
    }
    assert outcomes == {True: Outcome.ELIGIBLE, False: Outcome.NOT_ELIGIBLE}


@pytest.mark.parametrize(
    "wrong",
    [
        {**FACT, "type": "text"},
        {**FACT, "unit": "baht"},
        {**FACT, "name": "Fisheries"},
        {**FACT, "name": "registry.alive", "type": "int"},
        {**FACT, "type": "text", "one_of": ["yes"]},
    ],
)
def test_entries_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DirectoryError):
        directory(facts=[wrong])


def test_a_fact_keeps_its_type() -> None:
    assert declare_fact(NAME, bool) is declare_fact(NAME, bool)
    with pytest.raises(ValueError, match="is a bool"):
        declare_fact(NAME, int)


def test_a_text_may_not_be_what_the_catalogue_does_not_allow() -> None:
    text = {**FACT, "type": "text", "one_of": ["valid", "expired"]}
    reading = {"at": "state", "as": "text", "one_of": ["valid", "lost"]}
    request = {"send": {"citizen_number": "citizen_number"}, "facts": {NAME: reading}}
    with pytest.raises(DirectoryError, match="does not allow lost"):
        directory(facts=[text], agencies=[{**AGENCY, "requests": [request]}])


def test_the_demo_directory_is_as_before() -> None:
    assert parse_directory(DEFAULT_DIRECTORY.read_text("utf-8")).facts == ()

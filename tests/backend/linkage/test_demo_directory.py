"""The directory that comes with the project, against the demo agencies themselves: every fact of every card holder."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from backend.linkage.directory import parse_directory
from backend.linkage.facts import FACT_TYPES, Fact
from backend.linkage.file import DEFAULT_DIRECTORY
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from contracts.card import Birth, Name
from contracts.decision import AskState, CardEvidence, NotKnownCause, Subject
from tests.support.agency_servers import PEOPLE_FILE, build_small_stores, running_agency
from tests.support.linkage_agencies import subject

PEOPLE: dict[str, Any] = {person["key"]: person for person in json.loads(PEOPLE_FILE.read_bytes())["people"]}


def holder(key: str) -> Subject:
    person = PEOPLE[key]
    card = CardEvidence(
        name_th=Name.model_validate(person["name_th"]),
        birth=Birth.model_validate(person["birth"]),
        request_number=person["request_number"],
        laser_number=person["laser_number"],
        chip_serial=person["chip_serial"],
    )
    return Subject(citizen_number=person["citizen_number"], card=card)


@pytest.fixture(scope="module")
def gatherer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactGatherer]:
    stores = tmp_path_factory.mktemp("agencies")
    build_small_stores(stores)
    content = json.loads(DEFAULT_DIRECTORY.read_text(encoding="utf-8"))
    with ExitStack() as running:
        for agency in content["agencies"]:
            agency["base_url"] = running.enter_context(running_agency(agency["id"], stores))
        gatherer = FactGatherer.from_directory(parse_directory(json.dumps(content)))
        running.callback(gatherer.close)
        yield gatherer


def gather(gatherer: FactGatherer, asked: Subject) -> Gathered:
    last = list(gatherer.gather(asked, frozenset(FACT_TYPES)))[-1]
    assert isinstance(last, Gathered)
    return last


# Their agencies are not in the demo: a rule that needs one says that it is not known.
NOT_LINKED_YET = {
    Fact.SOCIAL_SECURITY_INSURED,
    Fact.DRIVING_LICENCE_VALID,
    Fact.STUDENT_ENROLLED,
    Fact.STUDENT_HOUSEHOLD_INCOME_YEAR_BAHT,
    Fact.DIRECTORSHIPS,
    Fact.GROUNDWATER_PERMIT_VALID,
}


@pytest.mark.parametrize("key", PEOPLE)
def test_every_agency_answers_about_every_holder(gatherer: FactGatherer, key: str) -> None:
    got = gather(gatherer, holder(key))
    assert {source.agency_id: source.state for source in got.sources if source.state is not AskState.ANSWERED} == {}
    missing = FACT_TYPES.keys() - got.facts.keys() - NOT_LINKED_YET
    assert missing <= {Fact.NEWBORN_BIRTH, Fact.HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT}
    assert all(type(known.value) is FACT_TYPES[fact] for fact, known in got.facts.items())
    expected = "void" if key == "lost_card" else "normal"
    assert got.facts[Fact.CARD_STATUS].value == expected


@pytest.mark.parametrize(
    ("key", "fact", "value"),
    [
        ("grandmother", Fact.BIRTH, Birth(year=1953)),
        ("pensioner", Fact.STATE_PENSION, True),
        ("disabled", Fact.DISABILITY_CARD_VALID, True),
        ("grandmother", Fact.DISABILITY_CARD_VALID, False),
        ("mother", Fact.NEWBORN_REGISTERED, True),
        ("stateless", Fact.THAI_NATIONAL, False),
    ],
)
def test_what_they_say(gatherer: FactGatherer, key: str, fact: Fact, value: object) -> None:
    assert gather(gatherer, holder(key)).facts[fact].value == value


def test_a_card_that_says_other_things_than_the_register(gatherer: FactGatherer) -> None:
    asked = holder("disabled")
    card = asked.card.model_copy(update={"request_number": "00000000000/00000000"})
    got = gather(gatherer, asked.model_copy(update={"card": card}))
    assert got.facts[Fact.CARD_STATUS].value == "mismatch"


def test_somebody_nobody_knows(gatherer: FactGatherer) -> None:
    got = gather(gatherer, subject("1000000000009"))
    assert got.causes[Fact.BIRTH] is NotKnownCause.NO_RECORD
    assert got.facts[Fact.STATE_PENSION].value is False
    assert got.facts[Fact.HEALTH_SCHEME].value == "NONE"

"""Persons of every category, pupils by G code, companies and who acts for them: typed, permitted, pseudonymous."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from backend.decisions.errors import QuestionRefusedError
from backend.evidence.leaf import Pseudonymiser, parse_leaf
from backend.evidence.models import EvidenceLeaf
from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.directory import Request
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.mandates.file import DEMO_MANDATES, load_mandates
from contracts.citizen_number import check_digit
from contracts.decision import CardEvidence, Subject
from contracts.message import Words
from contracts.problems import ProblemCode
from contracts.subject import SubjectKind
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import Centre, TestDevice, body_of, question
from tests.support.linkage_fakes import FakeProvider

G_CODE = "G990012345678"
COMPANY = "099000000001" + check_digit("099000000001")
PUPIL = Subject(type=SubjectKind.PUPIL, g_code=G_CODE)
FIRM = Subject(type=SubjectKind.COMPANY, juristic_number=COMPANY)


def acted_for(card: CardEvidence | None = None) -> Subject:
    return FIRM.model_copy(update={"citizen_number": NUMBER, "card": card or subject().card})


def test_old_peers_are_understood() -> None:
    old = {"citizen_number": NUMBER, "card": None}
    read = Subject.model_validate(old)
    assert (read.kind, read.number) == (SubjectKind.PERSON, NUMBER)
    assert json.loads(read.model_dump_json())["type"] == "citizen_number"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"type": "g_code", "citizen_number": NUMBER},
        {"type": "g_code", "g_code": G_CODE, "citizen_number": NUMBER},
        {"type": "g_code", "g_code": "G12"},
        {"type": "juristic_number", "citizen_number": NUMBER},
        {"citizen_number": NUMBER, "g_code": G_CODE},
        {"type": "passport", "citizen_number": NUMBER},
        {"type": "juristic_number", "juristic_number": COMPANY, "card": subject().model_dump()["card"]},
    ],
)
def test_a_subject_has_the_number_its_type_says(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Subject.model_validate(wrong)


def test_numbers_are_not_shown() -> None:
    said = repr(PUPIL) + repr(acted_for())
    assert G_CODE not in said
    assert COMPANY not in said
    assert NUMBER not in said


def covering(*kinds: SubjectKind, folder: Path) -> Centre:
    held = load_mandates(DEMO_MANDATES)
    return Centre(folder, tuple(replace(m, subjects=frozenset(kinds)) for m in held))


def ask(centre: Centre, about: Subject) -> bytes:
    asked = question(subject=about)
    centre.service.ask(TestDevice(), asked, body_of(asked))
    with centre.store.reading() as session:
        return session.scalars(select(EvidenceLeaf.content)).one()


@pytest.mark.parametrize("category", range(10))
def test_persons_of_every_category_are_answered(tmp_path: Path, category: int) -> None:
    first = f"{category}99990000001"
    centre = covering(SubjectKind.PERSON, folder=tmp_path)
    ask(centre, subject().model_copy(update={"citizen_number": first + check_digit(first)}))
    centre.close()


@pytest.mark.parametrize("about", [PUPIL, FIRM])
def test_others_are_asked_about_under_a_mandate_that_covers_them(tmp_path: Path, about: Subject) -> None:
    persons = covering(SubjectKind.PERSON, folder=tmp_path)
    with pytest.raises(QuestionRefusedError) as caught:
        ask(persons, about)
    assert caught.value.rule == "subject_not_covered"
    persons.close()
    (tmp_path / "other").mkdir()
    centre = covering(SubjectKind.PUPIL, SubjectKind.COMPANY, folder=tmp_path / "other")
    content = ask(centre, about)
    assert parse_leaf(content).pseudonym == Pseudonymiser(b"p" * 32).subject(about.kind, about.number)
    assert about.number.encode() not in content
    centre.close()


def test_a_company_has_another_pseudonym_than_a_person_of_the_same_digits() -> None:
    key = Pseudonymiser(b"p" * 32)
    assert key.subject(SubjectKind.COMPANY, COMPANY) != key.subject(SubjectKind.PERSON, COMPANY)


@pytest.mark.parametrize("field", ["citizen_number", "juristic_number"])
def test_every_number_is_checked(tmp_path: Path, field: str) -> None:
    centre = covering(SubjectKind.COMPANY, folder=tmp_path)
    right = getattr(acted_for(), field)
    wrong = right[:12] + str((int(right[12]) + 1) % 10)
    with pytest.raises(QuestionRefusedError) as caught:
        ask(centre, acted_for().model_copy(update={field: wrong}))
    assert caught.value.code is ProblemCode.NUMBER_INVALID
    centre.close()


def test_a_request_sends_the_number_it_is_about() -> None:
    of_firms = Request.model_validate(
        {"send": {"reg": "juristic_number"}, "facts": {"business.directorships": {"at": "n", "as": "int"}}}
    )
    of_pupils = Request.model_validate(
        {
            "send": {"id": "citizen_number", "g": "g_code"},
            "facts": {"student_loan.enrolled": {"at": "enrolled", "as": "bool"}},
        }
    )
    of_cards = Request.model_validate(
        {
            "send": {"id": "citizen_number"},
            "facts": {"registry.card_status": {"at": "s", "as": "text", "one_of": ["normal"]}},
        }
    )
    assert of_firms.kinds == {SubjectKind.COMPANY}
    assert of_pupils.kinds == {SubjectKind.PERSON, SubjectKind.PUPIL}
    assert of_cards.kinds == {SubjectKind.PERSON, SubjectKind.COMPANY}
    assert number_sent(acted_for(), of_firms) == COMPANY
    assert number_sent(acted_for(), of_cards) == NUMBER
    assert number_sent(PUPIL, of_pupils) == G_CODE
    assert subject_value(PUPIL, "citizen_number") is None
    assert subject_value(acted_for(), "request_number") == subject().card.request_number  # type: ignore[union-attr]


def test_an_agency_is_asked_about_its_own_kinds_alone() -> None:
    persons, firms = FakeProvider({Fact.ALIVE: True}), FakeProvider({Fact.DIRECTORSHIPS: 2})
    name = Words(th="ก", en="A")
    agencies = [
        LinkedAgency("registry", name, 1.0, 8, (persons,)),
        LinkedAgency("companies", name, 1.0, 8, (firms,), kinds=(frozenset({SubjectKind.COMPANY}),)),
    ]
    gatherer = FactGatherer(agencies, AgencyLoop())
    try:
        last = list(gatherer.gather(acted_for(), frozenset({Fact.ALIVE, Fact.DIRECTORSHIPS})))[-1]
    finally:
        gatherer.close()
    assert isinstance(last, Gathered)
    assert last.facts.keys() == {Fact.DIRECTORSHIPS}
    assert (persons.asked, firms.asked) == (0, 1)

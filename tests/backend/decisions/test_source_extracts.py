"""An officer's extract says what the source says, under a mandate of its own, logged before anybody sees it."""

import json
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from backend.decisions.errors import QuestionRefusedError
from backend.decisions.extracts import ExtractService
from backend.decisions.fact_words import write_value
from backend.eligibility.loading import load_rulebook
from backend.evidence.extracts import ExtractRegister, load_paper_laws
from backend.evidence.models import EvidenceLeaf
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook
from contracts.card import Birth
from contracts.citizen_number import CitizenNumber
from contracts.decision import NotKnownCause
from contracts.extract import ExtractQuestion, SourcedExtract, hash_facts
from contracts.message import Words
from contracts.problems import ProblemCode
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import KEYRING, Centre, TestDevice

TOWN_NAME = Words(th="เทศบาลตัวอย่าง", en="Municipality of Tuayang")


@dataclass(frozen=True)
class Counter(TestDevice):
    agency: Words = TOWN_NAME


def make(centre: Centre, device: Counter | None = None, **changes: object) -> SourcedExtract:
    rules = load_rulebook()
    register = ExtractRegister(centre.log, load_paper_laws(), lambda: centre.now, lambda count: bytes(range(count)))
    service = ExtractService(
        rules=rules,
        mandates=MandateBook(centre.store),
        gatherer=centre.gatherer,
        register=register,
        agencies=rules.agencies(),
        now=lambda: centre.now,
        random_bytes=lambda count: b"s" * count,
        keyring=KEYRING,
    )
    parts = {"service": "disability_allowance", "source": "disability_register", "officer": "officer 7"}
    question = ExtractQuestion.model_validate({**parts, "subject": subject(), **changes})
    return service.make(device or Counter(), question)


def refusal(centre: Centre, **changes: object) -> QuestionRefusedError:
    with pytest.raises(QuestionRefusedError) as caught:
        make(centre, **changes)
    assert centre.log.size() == 0
    return caught.value


def test_it_says_what_the_source_says_and_nothing_of_others(centre: Centre) -> None:
    made = make(centre)
    assert [(fact.label.en, fact.value.en) for fact in made.facts] == [("disability card", "no")]
    assert made.source.en == "Department of Empowerment of Persons with Disabilities"
    assert made.receipt.authority == TOWN_NAME
    assert centre.gatherer.asked == [frozenset({Fact.CARD_STATUS, Fact.DISABILITY_CARD_VALID})]


def test_the_log_has_its_salted_hash_and_nobody_s_number(centre: Centre) -> None:
    made = make(centre)
    with centre.store.reading() as session:
        content = session.scalar(select(EvidenceLeaf.content).where(EvidenceLeaf.index == made.receipt.leaf.index))
    leaf = json.loads(content)
    assert leaf["facts_hash"] == hash_facts(made.facts, bytes.fromhex(made.salt))
    assert (leaf["kind"], leaf["officer"], leaf["source"]) == ("extract", "officer 7", "disability_register")
    assert leaf["pseudonym"] == KEYRING.present().number(CitizenNumber.parse(NUMBER))
    assert NUMBER.encode() not in content


def test_without_a_law_a_mandate_a_number_or_a_source_nobody_is_asked(centre: Centre) -> None:
    assert refusal(centre, service="old_age_allowance").code is ProblemCode.MANDATE_MISSING
    assert refusal(centre, device=Counter(agency_id="dopa")).detail == "disability_allowance: agency_has_none"
    wrong = subject().model_copy(update={"citizen_number": "1234567890123"})
    assert refusal(centre, subject=wrong).code is ProblemCode.NUMBER_INVALID
    assert refusal(centre, source="nobody").code is ProblemCode.SERVICE_UNKNOWN
    assert centre.gatherer.asked == []


def test_a_silent_source_makes_no_paper(centre: Centre) -> None:
    centre.gatherer.silent["disability_register"] = NotKnownCause.TIMEOUT
    assert refusal(centre).code is ProblemCode.UNAVAILABLE


@pytest.mark.parametrize(("status", "code"), [("void", ProblemCode.CARD_VOID), ("mismatch", ProblemCode.CARD_MISMATCH)])
def test_a_card_the_registry_refuses_gets_no_paper(centre: Centre, status: str, code: ProblemCode) -> None:
    centre.gatherer.known = {**centre.gatherer.known, Fact.CARD_STATUS: status}
    assert refusal(centre).code is code


@pytest.mark.parametrize(
    ("value", "thai", "english"),
    [
        (True, "ใช่", "yes"),
        (False, "ไม่ใช่", "no"),
        (36_000, "36,000", "36,000"),
        (date(2026, 2, 3), "3/2/2569", "2026-02-03"),
        (Birth(year=1953), "2496", "1953"),
        (Birth(year=1953, month=5), "5/2496", "1953-05"),
        ("UCS", "UCS", "UCS"),
    ],
)
def test_values_in_words(value: object, thai: str, english: str) -> None:
    assert write_value(value) == Words(th=thai, en=english)  # type: ignore[arg-type]  # every kind of fact

"""A citizen sees who asked about him, and nobody else does."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from backend.decisions.errors import QuestionRefusedError
from backend.evidence.keyring import FixedKeyring
from backend.evidence.leaf import Pseudonymiser
from backend.evidence.models import EvidenceLeaf
from backend.history.entries import write_agencys_csv, write_citizens_csv
from backend.linkage.facts import Fact
from contracts.citizen_number import CitizenNumber
from contracts.decision import NotKnownCause, Outcome
from contracts.history import EntryKind, HistoryExportQuestion
from contracts.problems import ProblemCode
from tests.support.history import DEVICE, TOWN_NAME, ask, history_of, look
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import KEYRING, Centre

OTHER = "3100600123450"


def test_everything_asked_newest_first_in_plain_words(centre: Centre) -> None:
    first = ask(centre, "old_age_allowance", "disability_allowance")
    centre.now += timedelta(days=1)
    ask(centre, "health_coverage", officer="no-17")
    entries = look(centre).entries
    assert [entry.service.en for entry in entries] == [
        "Universal health coverage",
        "Disability allowance",
        "Old-age allowance",
    ]
    assert [entry.by_officer for entry in entries] == [True, False, False]
    oldest = entries[-1]
    assert (oldest.agency, oldest.outcome, oldest.reference) == (TOWN_NAME, Outcome.ELIGIBLE, first.reference)
    assert oldest.purpose.en == "To see whether you qualify for this service"
    assert "Act on the Elderly" in oldest.legal_basis[0].en
    assert "Comptroller General's Department" in [agency.en for agency in oldest.asked]
    assert oldest.leaf == first.decisions[0].leaf


def test_the_look_itself_becomes_an_entry_and_a_leaf_without_the_number(centre: Centre) -> None:
    assert look(centre).entries == ()
    (entry,) = look(centre).entries
    assert (entry.kind, entry.service, entry.outcome) == (EntryKind.LOOK_UP, None, None)
    assert entry.purpose.en == "You looked at this list with your card"
    with centre.store.reading() as session:
        content = session.scalars(select(EvidenceLeaf.content)).all()
    assert json.loads(content[0])["kind"] == "history_read"
    assert not any(NUMBER.encode() in leaf for leaf in content)


def test_pages_continue_where_the_last_one_ended(centre: Centre) -> None:
    for _ in range(3):
        ask(centre, "old_age_allowance")
        ask(centre, "old_age_allowance", subject=subject().model_copy(update={"citizen_number": OTHER}))
    first = look(centre, limit=2)
    second = look(centre, limit=2, before=first.next)
    assert [entry.leaf.index for entry in first.entries + second.entries] == [4, 2, 0]
    assert second.next is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("void", ProblemCode.CARD_VOID),
        ("mismatch", ProblemCode.CARD_MISMATCH),
        (None, ProblemCode.CARD_MISMATCH),
    ],
)
def test_a_card_that_the_registry_does_not_confirm_shows_nothing(
    centre: Centre, status: str | None, code: ProblemCode
) -> None:
    ask(centre, "old_age_allowance")
    known = {fact: value for fact, value in centre.gatherer.known.items() if fact is not Fact.CARD_STATUS}
    centre.gatherer.known = known if status is None else {**known, Fact.CARD_STATUS: status}
    with pytest.raises(QuestionRefusedError) as caught:
        look(centre)
    assert caught.value.code is code
    assert centre.log.size() == 1


def test_while_the_registry_is_silent_nothing_is_shown(centre: Centre) -> None:
    centre.gatherer.silent = {"civil_registry": NotKnownCause.TIMEOUT}
    with pytest.raises(QuestionRefusedError) as caught:
        look(centre)
    assert caught.value.code is ProblemCode.UNAVAILABLE


def test_rotation_loses_no_history_and_destruction_ends_it(centre: Centre) -> None:
    older, newer = KEYRING.present(), Pseudonymiser(b"q" * 32)
    ask(centre, "old_age_allowance")
    centre.restart(FixedKeyring((newer, older)))
    ask(centre, "health_coverage")
    both = history_of(centre, FixedKeyring((newer, older)))
    assert [entry.leaf.index for entry in look(centre, both).entries] == [1, 0]
    destroyed = history_of(centre, FixedKeyring((newer,)))
    assert [entry.leaf.index for entry in look(centre, destroyed).entries] == [2, 1]


def test_an_officers_export_needs_a_mandate_and_is_seen_by_the_citizen(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    asked = HistoryExportQuestion(subject=subject(), officer="no-17")
    entries = history_of(centre).service.export(DEVICE, asked)
    rows = list(csv.DictReader(StringIO(write_citizens_csv(entries))))
    assert [(row["service_en"], row["outcome"]) for row in rows] == [("Old-age allowance", "eligible")]
    seen = look(centre).entries[0]
    assert (seen.kind, seen.by_officer, seen.purpose.en) == (
        EntryKind.LOOK_UP,
        True,
        "An officer made you a copy of this whole list",
    )
    assert "section 30" in seen.legal_basis[0].en
    with pytest.raises(QuestionRefusedError) as caught:
        history_of(centre).service.export(replace(DEVICE, agency_id="dopa"), asked)
    assert caught.value.code is ProblemCode.MANDATE_MISSING


def test_an_agency_sees_its_own_questions_only_and_nobody_in_them(centre: Centre) -> None:
    for _ in range(3):
        ask(centre, "old_age_allowance", officer="no-17")
    service = history_of(centre).service
    page = service.access_log(DEVICE.agency_id, None, 2)
    rest = service.access_log(DEVICE.agency_id, page.next, 2)
    entries = page.entries + rest.entries
    assert [entry.leaf.index for entry in entries] == [2, 1, 0]
    assert {(entry.officer, entry.device_id) for entry in entries} == {("no-17", DEVICE.device_id)}
    assert rest.next is None
    assert service.access_log("dopa", None, 2).entries == ()
    text = write_agencys_csv(entries)
    assert text.count("\r\n") == 4
    assert NUMBER not in text
    assert KEYRING.present().number(CitizenNumber.parse(NUMBER)) not in text

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import cwt
import pytest
from sqlalchemy import func, select, text

from backend.decisions.errors import QuestionRefusedError
from backend.decisions.models import AnsweredQuestion
from backend.evidence.keyring import FixedKeyring
from backend.evidence.leaf import LeafMandate, Pseudonymiser, encode_told, parse_leaf, salted_hash
from backend.evidence.models import EvidenceLeaf
from backend.linkage.errors import LoopStoppedError
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook
from backend.mandates.check import Mandate
from backend.mandates.file import DEMO_MANDATES, load_mandates
from contracts.card import Assurance, Birth
from contracts.citizen_number import CitizenNumber
from contracts.decision import Answer, AskState, NotKnownCause, Outcome, Progress, Question
from contracts.message import Words
from contracts.problems import ProblemCode
from contracts.slip import parse_claims, parse_token_text
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import ORIGIN, SLIP_KEY, TOWN, Centre, TestDevice, body_of, question

DEVICE = TestDevice()


def ask(centre: Centre, asked: Question, device: TestDevice = DEVICE) -> Answer:
    return centre.service.ask(device, asked, body_of(asked))


def refusal(centre: Centre, asked: Question, device: TestDevice = DEVICE) -> QuestionRefusedError:
    with pytest.raises(QuestionRefusedError) as caught:
        ask(centre, asked, device)
    return caught.value


def leaves(centre: Centre) -> list[bytes]:
    with centre.store.reading() as session:
        return list(session.scalars(select(EvidenceLeaf.content).order_by(EvidenceLeaf.index)))


def test_a_decision_from_mandate_to_slip(centre: Centre) -> None:
    asked = question("old_age_allowance", "disability_allowance")
    answer = ask(centre, asked)
    assert [(d.service, d.outcome) for d in answer.decisions] == [
        ("old_age_allowance", Outcome.ELIGIBLE),
        ("disability_allowance", Outcome.NOT_ELIGIBLE),
    ]
    amount = answer.decisions[0].amount
    assert amount is not None
    assert (amount.baht, amount.period) == (700, "month")
    assert answer.assurance is Assurance.CONFIRMED
    assert answer.expires_at - answer.decided_at == timedelta(days=30)
    assert [source.agency_id for source in answer.sources] == [
        "civil_registry",
        "comptroller_general",
        "disability_register",
    ]
    assert [d.leaf.index for d in answer.decisions] == [0, 1]


def test_the_slip_verifies_and_says_what_the_answer_says(centre: Centre) -> None:
    answer = ask(centre, question())
    key = cwt.COSEKey.new({1: 1, -1: 6, -2: SLIP_KEY.public_key().public_bytes_raw(), 3: -8, 2: b"slip-test"})
    decoded = cwt.decode(parse_token_text(answer.slip_token), key)
    assert isinstance(decoded, dict)
    claims = parse_claims(decoded, ORIGIN)
    assert claims.reference == answer.reference
    assert (claims.issued_at, claims.expires_at) == (answer.decided_at, answer.expires_at)
    assert (claims.holder_number, claims.holder_initials) == ("3-XXXX-XXXXX-45-7", "บ. ส.")
    assert [(d.service, d.outcome, d.amount_baht, d.leaf_index) for d in claims.decisions] == [
        ("old_age_allowance", Outcome.ELIGIBLE, 700, 0)
    ]


@pytest.mark.parametrize(
    ("allowed", "name", "birth"),
    [
        ((), "บ. ส.", None),
        (("old_age_allowance",), "บ. ส.", None),
        (("old_age_allowance", "health_coverage"), "นางบุญเรือน แสงทองดี", "1953"),
    ],
)
def test_the_code_names_its_holder_only_where_every_mandate_says_so(
    tmp_path: Path, allowed: tuple[str, ...], name: str, birth: str | None
) -> None:
    law = Words(th="กฎหมายตัวอย่าง", en="An example of a law")
    mandates = list(load_mandates(DEMO_MANDATES))
    mandates += [
        Mandate(mandates[0].agency_id, service, "slip_identity", frozenset({Fact.BIRTH}), law, date(2020, 1, 1))
        for service in allowed
    ]
    centre = Centre(tmp_path, tuple(mandates))
    try:
        answer = ask(centre, question("old_age_allowance", "health_coverage"))
    finally:
        centre.close()
    key = cwt.COSEKey.new({1: 1, -1: 6, -2: SLIP_KEY.public_key().public_bytes_raw(), 3: -8, 2: b"slip-test"})
    decoded = cwt.decode(parse_token_text(answer.slip_token), key)
    assert isinstance(decoded, dict)
    claims = parse_claims(decoded)
    assert (claims.holder_initials, claims.holder_birth) == (name, birth)


def test_each_leaf_tells_of_its_decision_and_of_nobody(centre: Centre) -> None:
    answer = ask(centre, question("old_age_allowance", "health_coverage"))
    stored = leaves(centre)
    parsed = [parse_leaf(content) for content in stored]
    assert [(leaf.service, leaf.outcome) for leaf in parsed] == [(d.service, d.outcome) for d in answer.decisions]
    assert {leaf.device_id for leaf in parsed} == {DEVICE.device_id}
    assert {(leaf.version, leaf.purpose, leaf.reference) for leaf in parsed} == {(3, "eligibility", answer.reference)}
    assert [leaf.reasons for leaf in parsed] == [tuple(r.code for r in d.reasons) for d in answer.decisions]
    assert all(NUMBER.encode() not in content for content in stored)


def test_a_leaf_names_officer_mandate_and_times_and_is_proved_by_its_salts(centre: Centre) -> None:
    asked = question("old_age_allowance", officer="no-17")
    answer, key = ask(centre, asked), Pseudonymiser(b"p" * 32)
    leaf = parse_leaf(leaves(centre)[0])
    held = next(m for m in MandateBook(centre.store).of_agency(TOWN).mandates if m.service_id == leaf.service)
    assert (leaf.officer, leaf.key) == ("no-17", key.id)
    assert leaf.mandates == (LeafMandate(id=held.id, version="2017-01-01"),)
    assert leaf.pseudonym == key.number(CitizenNumber.parse(NUMBER))
    assert leaf.question_hash == salted_hash(key.question_salt(body_of(asked)), body_of(asked))
    salt = key.answer_salt(answer.reference, leaf.service)
    assert leaf.answer_hash == salted_hash(salt, encode_told(answer.reference, answer.decisions[0]))
    assert [(source.out_ms, source.in_ms) for source in leaf.sources] == [(0, 40)] * len(leaf.sources)


def test_an_answer_is_repeated_also_after_its_key_was_rotated(centre: Centre) -> None:
    asked = question("old_age_allowance")
    first = ask(centre, asked)
    older, newer = Pseudonymiser(b"p" * 32), Pseudonymiser(b"q" * 32)
    assert ask_with(centre, FixedKeyring((newer, older)), asked).decisions == first.decisions
    with pytest.raises(QuestionRefusedError) as caught:
        ask_with(centre, FixedKeyring((newer,)), asked)
    assert caught.value.code is ProblemCode.IDEMPOTENCY_CONFLICT


def ask_with(centre: Centre, keyring: FixedKeyring, asked: Question) -> Answer:
    return centre.restart(keyring).ask(DEVICE, asked, body_of(asked))


def test_nothing_about_the_citizen_is_stored(centre: Centre, tmp_path: Path) -> None:
    ask(centre, question())
    centre.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (NUMBER, "บุญเรือน", "แสงทองดี", "1953", "03121437", "X-XX"):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("silent", "outcome"),
    [("comptroller_general", Outcome.UNDECIDED), ("civil_registry", Outcome.UNDECIDED)],
)
def test_a_silent_agency_is_never_a_no(centre: Centre, silent: str, outcome: Outcome) -> None:
    centre.gatherer.silent[silent] = NotKnownCause.TIMEOUT
    answer = ask(centre, question())
    assert answer.decisions[0].outcome is outcome
    assert any(silent in reason.code for reason in answer.decisions[0].reasons)
    assert {s.agency_id: s.cause for s in answer.sources}[silent] is NotKnownCause.TIMEOUT


def test_without_the_registry_a_card_is_merely_presented(centre: Centre) -> None:
    centre.gatherer.silent["civil_registry"] = NotKnownCause.UNREACHABLE
    assert ask(centre, question()).assurance is Assurance.PRESENTED


@pytest.mark.parametrize(("status", "code"), [("void", ProblemCode.CARD_VOID), ("mismatch", ProblemCode.CARD_MISMATCH)])
def test_a_card_the_registry_refuses_gets_no_answer(centre: Centre, status: str, code: ProblemCode) -> None:
    centre.gatherer.known = {**centre.gatherer.known, Fact.CARD_STATUS: status}
    assert refusal(centre, question()).code is code
    assert leaves(centre) == []


def test_a_wrong_check_digit_is_refused_before_anybody_is_asked(centre: Centre) -> None:
    error = refusal(centre, question(subject=subject("3550100123450")))
    assert error.code is ProblemCode.NUMBER_INVALID
    assert centre.gatherer.asked == []
    assert "3550100123450" not in repr(error) + str(error) + error.detail


def test_an_unknown_service(centre: Centre) -> None:
    assert refusal(centre, question("free_lunch")).code is ProblemCode.SERVICE_UNKNOWN


def test_without_a_mandate_nobody_is_asked_and_the_rule_is_named(centre: Centre) -> None:
    error = refusal(centre, question(), TestDevice(agency_id="other_town"))
    assert (error.code, error.detail) == (ProblemCode.MANDATE_MISSING, "old_age_allowance: agency_has_none")
    assert centre.gatherer.asked == []


def mandate(service: str, *facts: Fact, **changes: Any) -> Mandate:
    basis = Words(th="กฎหมาย", en="A law")
    values = {"valid_from": date(2020, 1, 1), "valid_until": None, **changes}
    return Mandate(TOWN, service, "eligibility", frozenset(facts), basis, **values)


REGISTRY = (Fact.BIRTH, Fact.ALIVE, Fact.THAI_NATIONAL, Fact.DOMICILE_REGISTERED)


def test_an_expired_mandate_refuses_from_the_day_after_in_thailand(tmp_path: Path) -> None:
    until = mandate("old_age_allowance", *REGISTRY, Fact.STATE_PENSION, valid_until=date(2026, 11, 23))
    centre = Centre(tmp_path, (until,))
    centre.now = centre.now.replace(hour=16, minute=59)
    assert ask(centre, question()).decisions[0].outcome is Outcome.ELIGIBLE
    centre.now = centre.now.replace(hour=17, minute=0)
    assert refusal(centre, question()).detail == "old_age_allowance: expired"
    centre.close()


def test_facts_outside_the_mandate_are_neither_asked_nor_used(tmp_path: Path) -> None:
    centre = Centre(tmp_path, (mandate("old_age_allowance", *REGISTRY),))
    answer = ask(centre, question())
    assert centre.gatherer.asked == [frozenset(REGISTRY)]
    assert answer.decisions[0].outcome is Outcome.UNDECIDED
    assert {s.agency_id: (s.state, s.cause) for s in answer.sources}["comptroller_general"] == (
        AskState.NOT_KNOWN,
        NotKnownCause.NOT_PERMITTED,
    )
    assert answer.assurance is Assurance.PRESENTED
    centre.close()


def test_one_services_mandate_does_not_lend_facts_to_another(tmp_path: Path) -> None:
    without_birth = [fact for fact in REGISTRY if fact is not Fact.BIRTH]
    centre = Centre(
        tmp_path,
        (
            mandate("old_age_allowance", *without_birth, Fact.STATE_PENSION),
            mandate("state_welfare", *REGISTRY, Fact.INCOME_YEAR_BAHT),
        ),
    )
    answer = ask(centre, question("old_age_allowance", "state_welfare"))
    assert Fact.BIRTH in centre.gatherer.asked[0]
    assert answer.decisions[0].outcome is Outcome.UNDECIDED
    assert any("not_permitted" in reason.code for reason in answer.decisions[0].reasons)
    centre.close()


def test_the_menu_lists_only_what_a_mandate_covers(tmp_path: Path) -> None:
    centre = Centre(tmp_path, (mandate("old_age_allowance", Fact.ALIVE),))
    assert [service.id for service in centre.service.services(TOWN).services] == ["old_age_allowance"]
    assert centre.service.services("other_town").services == ()
    centre.close()


def test_asked_again_answered_the_same_also_after_a_restart(centre: Centre) -> None:
    asked = question()
    first = ask(centre, asked)
    centre.gatherer.known = {**centre.gatherer.known, Fact.BIRTH: Birth(year=2001)}
    centre.now += timedelta(hours=1)
    assert ask(centre, asked) == first
    centre.restart()
    assert ask(centre, asked) == first
    assert len(centre.gatherer.asked) == 1
    assert len(leaves(centre)) == 1


def test_the_same_id_for_another_question_is_a_conflict(centre: Centre) -> None:
    question_id = uuid4()
    ask(centre, question(question_id=question_id))
    error = refusal(centre, question("health_coverage", question_id=question_id))
    assert error.code is ProblemCode.IDEMPOTENCY_CONFLICT


def test_ids_belong_to_their_device(centre: Centre) -> None:
    asked = question()
    other = TestDevice(device_id="dev_fedcba9876543210")
    assert ask(centre, asked).reference != ask(centre, asked, other).reference


def test_asked_twice_at_once_decided_once(centre: Centre) -> None:
    centre.gatherer.gate = threading.Event()
    asked, answers = question(), []
    threads = [threading.Thread(target=lambda: answers.append(ask(centre, asked))) for _ in range(6)]
    for thread in threads:
        thread.start()
    centre.gatherer.gate.set()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert len(centre.gatherer.asked) == 1
    assert len(leaves(centre)) == 1


def test_asked_twice_at_once_of_two_processes_decided_once(centre: Centre) -> None:
    """Two services share only the database, as two worker processes do."""
    first, second = centre.restart(), centre.restart()
    centre.gatherer.gate = threading.Event()
    asked, answers = question("old_age_allowance", "health_coverage"), []

    def run(service: Any) -> None:
        answers.append(service.ask(DEVICE, asked, body_of(asked)))

    threads = [threading.Thread(target=run, args=(service,)) for service in (first, second)]
    for thread in threads:
        thread.start()
    while len(centre.gatherer.asked) < 2:
        threading.Event().wait(0.005)
    centre.gatherer.gate.set()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    assert len(leaves(centre)) == 2
    assert centre.log.size() == 2


def test_when_the_first_fails_the_waiting_one_decides(centre: Centre) -> None:
    centre.gatherer.gate, centre.gatherer.fault = threading.Event(), LoopStoppedError()
    asked, outcomes = question(), []

    def run() -> None:
        try:
            outcomes.append(ask(centre, asked))
        except QuestionRefusedError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not centre.gatherer.asked:
        threading.Event().wait(0.005)
    centre.gatherer.gate.set()
    for thread in threads:
        thread.join()
    assert outcomes == [ProblemCode.UNAVAILABLE, ProblemCode.UNAVAILABLE]
    centre.gatherer.fault = None
    assert isinstance(ask(centre, asked), Answer)


def test_a_refused_card_may_be_asked_again(centre: Centre) -> None:
    asked, known = question(), centre.gatherer.known
    centre.gatherer.known = {**known, Fact.CARD_STATUS: "mismatch"}
    refusal(centre, asked)
    centre.gatherer.known = known
    assert isinstance(ask(centre, asked), Answer)


def test_no_answer_without_evidence(centre: Centre) -> None:
    with centre.store.transaction() as session:
        session.execute(text("DROP TABLE evidence_leaf"))
    assert refusal(centre, question()).code is ProblemCode.UNAVAILABLE
    with centre.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnsweredQuestion)) == 0


def test_stored_answers_are_forgotten_after_a_day(centre: Centre) -> None:
    ask(centre, question())
    centre.now += timedelta(hours=25)
    ask(centre, question())
    with centre.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnsweredQuestion)) == 1
    assert len(leaves(centre)) == 2


def test_progress_comes_before_the_answer_and_giving_up_frees_the_question(centre: Centre) -> None:
    asked = question()
    stream = centre.service.stream(DEVICE, asked, body_of(asked))
    assert isinstance(next(stream), Progress)
    stream.close()  # type: ignore[attr-defined]
    assert centre.gatherer.given_up == 1
    told: list[Progress] = []
    answer = centre.service.ask(DEVICE, asked, body_of(asked), told.append)
    assert {progress.agency_id for progress in told} == {source.agency_id for source in answer.sources}
    assert leaves(centre) != []

"""A mandate is proposed by one person and granted by another; restricted facts take a third; everything is kept."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.bootstrap import migrate_store
from backend.cli import centre
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import Asking, GrantState, Mandate, Permitted, RefusalRule, Refused
from backend.mandates.errors import GrantError
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.mandates.granting import Granting, unused
from backend.mandates.rows import INSTALLATION
from backend.mandates.words import COMMERCIAL_WORDS
from backend.settings import read_settings
from backend.store import Store
from contracts.message import Words

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PROPOSAL = Mandate(
    "town",
    "allowance",
    "eligibility",
    frozenset({Fact.ALIVE}),
    Words(th="กฎหมาย", en="A law"),
    date(2026, 1, 1),
    approvals=0,
    state=GrantState.PROPOSED,
)
ASKING = Asking("allowance", "eligibility", TODAY)


def granting(store: Store, restricted: frozenset[Fact] = frozenset()) -> Granting:
    return Granting(store, frozenset({Fact.ALIVE, Fact.BIRTH}), restricted)


def check(store: Store, restricted: frozenset[Fact] = frozenset()) -> Permitted | Refused:
    return MandateBook(store, restricted=restricted).of_agency("town").check(ASKING)


def test_another_person_grants_what_one_proposed(any_store: Store) -> None:
    life = granting(any_store)
    number = life.propose(PROPOSAL, "Somchai  T.", NOW)
    assert check(any_store) == Refused(RefusalRule.NOT_GRANTED, "allowance")
    for same in ("Somchai T.", " somchai t. ", "SOMCHAI T."):
        with pytest.raises(GrantError) as caught:
            life.approve(number, same, NOW)
        assert caught.value.reason == "same_person"
    life.approve(number, "Malee", NOW)
    assert isinstance(check(any_store), Permitted)
    with pytest.raises(GrantError) as caught:
        life.approve(number, "Wichai", NOW)
    assert caught.value.reason == "state"


def test_restricted_facts_take_a_second_approval(any_store: Store) -> None:
    restricted = frozenset({Fact.ALIVE})
    life = granting(any_store, restricted)
    number = life.propose(PROPOSAL, "Somchai", NOW)
    assert life.needs_second(life.approve(number, "Malee", NOW))
    assert check(any_store, restricted) == Refused(RefusalRule.SECOND_APPROVAL_MISSING, "allowance")
    for before in ("Somchai", "Malee"):
        with pytest.raises(GrantError):
            life.approve(number, before, NOW)
    assert not life.needs_second(life.approve(number, "Wichai", NOW))
    assert isinstance(check(any_store, restricted), Permitted)
    assert [event.what for event in life.history(number)] == ["proposed", "approved", "approved again"]


def test_revoking_says_why_and_is_kept(any_store: Store) -> None:
    life = granting(any_store)
    number = life.propose(PROPOSAL, "Somchai", NOW)
    life.approve(number, "Malee", NOW)
    with pytest.raises(GrantError) as caught:
        life.revoke(number, "Wichai", "  ", NOW)
    assert caught.value.reason == "no_reason"
    life.revoke(number, "Wichai", "the law was repealed", NOW)
    assert check(any_store) == Refused(RefusalRule.REVOKED, "allowance")
    last = life.history(number)[-1]
    assert (last.at, last.who, last.what, last.note) == (NOW, "wichai", "revoked", "the law was repealed")
    with pytest.raises(GrantError):
        life.approve(number, "Prasert", NOW)


def test_facts_that_nobody_has_cannot_be_proposed(any_store: Store) -> None:
    life = Granting(any_store, frozenset({Fact.BIRTH}), frozenset())
    with pytest.raises(GrantError) as caught:
        life.propose(PROPOSAL, "Somchai", NOW)
    assert caught.value.reason == "facts_unknown"
    assert life.list() == []


def test_a_commercial_purpose_cannot_be_proposed_whoever_asks(any_store: Store) -> None:
    life = granting(any_store)
    with pytest.raises(GrantError) as caught:
        life.propose(replace(PROPOSAL, purpose="marketing"), "Somchai", NOW)
    assert (caught.value.reason, caught.value.words) == ("purpose_commercial", COMMERCIAL_WORDS)
    assert life.list() == []


def test_mandates_of_a_new_centres_file_are_flagged_in_their_time(any_store: Store) -> None:
    with any_store.transaction() as session:
        seed_mandates(session, load_mandates(DEMO_MANDATES), NOW)
    held = granting(any_store).list()
    assert unused(held, NOW + timedelta(days=89), 90) == ()
    assert unused(held, NOW + timedelta(days=90), 90) == tuple(held)
    assert [event.who for event in granting(any_store).history(held[0].mandate.id)] == [INSTALLATION]


def test_a_mandate_that_nobody_uses_is_flagged_until_it_is_used(any_store: Store) -> None:
    life = granting(any_store)
    number = life.propose(PROPOSAL, "Somchai", NOW)
    life.approve(number, "Malee", NOW)
    later = NOW + timedelta(days=90)
    assert unused(life.list(), later - timedelta(days=1), 90) == ()
    assert [held.mandate.id for held in unused(life.list(), later, 90)] == [number]
    book = MandateBook(any_store)
    book.spend(book.of_agency("town").mandates, later, TODAY)
    assert unused(life.list(), later, 90) == ()
    assert life.get(number).last_used_at == later


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    migrate_store(read_settings({"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path)}))

    def invoke(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(centre, ["mandates", *words])
        return done.exit_code, done.output

    return invoke


def test_a_new_centre_with_a_commercial_mandate_in_its_file_says_which_rule_refuses(tmp_path: Path) -> None:
    entry = json.loads(DEMO_MANDATES.read_text("utf-8"))["mandates"][0]
    file = tmp_path / "mandates.json"
    given = {"version": 1, "mandates": [entry, {**entry, "purpose": "advertising"}]}
    file.write_text(json.dumps(given), encoding="utf-8")
    environment = {"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path / "state"), "BAIDIAO_CENTRE_MANDATES_FILE": str(file)}
    done = CliRunner().invoke(centre, ["init"], env=environment)
    assert done.exit_code == 1
    assert f"mandates.1.purpose: purpose_commercial: {COMMERCIAL_WORDS.en} / {COMMERCIAL_WORDS.th}" in done.output


def test_the_commands_take_a_mandate_through_its_life(run, tmp_path: Path) -> None:
    file = tmp_path / "wanted.json"
    entry = {
        "agency_id": "town",
        "service_id": "old_age_allowance",
        "purpose": "eligibility",
        "facts": ["registry.alive"],
        "legal_basis": {"th": "กฎหมายหนึ่ง", "en": "A law"},
        "valid_from": "2026-01-01",
        "quota": {"limit": 500, "period": "day"},
    }
    file.write_text(json.dumps(entry), encoding="utf-8")
    asked = ("check", "--agency", "town", "--service", "old_age_allowance")
    code, said = run(*asked)
    assert code == 1
    assert "agency_has_none" in said
    code, number = run("propose", str(file), "--by", "somchai")
    assert code == 0, number
    number = number.strip()
    code, said = run("approve", number, "--by", "Somchai")
    assert code == 1
    assert "another person" in said
    assert run("approve", number, "--by", "malee") == (0, f"mandate {number} is granted\n")
    assert run(*asked)[1].startswith("may ask: registry.alive\n")
    shown = run("show", number)[1]
    assert "500 a day" in shown
    assert "approved by malee" in shown
    assert run("revoke", number, "--by", "malee", "--reason", "no longer needed")[0] == 0
    assert "revoked" in run(*asked)[1]
    listed = run("list", "--agency", "town")[1]
    assert listed.split()[:2] == [number, "revoked"]
    assert run("unused")[1] == "every mandate in force was used or granted within 90 days\n", "the centre is new"
    assert "UNUSED" not in run("list")[1]
    for purpose in ("commercial", "marketing", "commercial-research"):
        file.write_text(json.dumps({**entry, "purpose": purpose}), encoding="utf-8")
        code, said = run("propose", str(file), "--by", "somchai")
        assert code == 1
        assert "purpose: purpose_commercial: " in said
        assert COMMERCIAL_WORDS.en in said
        assert COMMERCIAL_WORDS.th in said
    file.write_text(json.dumps({**entry, "purpose": "curiosity"}), encoding="utf-8")
    assert "purpose_commercial" not in run("propose", str(file), "--by", "somchai")[1]
    assert run("list", "--agency", "town")[1] == listed

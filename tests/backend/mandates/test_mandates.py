import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from backend.eligibility.loading import load_rulebook
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import AgencyMandates, Asking, Mandate, Permitted, RefusalRule, Refused
from backend.mandates.errors import MandateFileError
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.mandates.models import MandateRow
from backend.mandates.purposes import Purpose, is_commercial
from backend.store import Base, Store
from contracts.message import Words

BASIS = Words(th="กฎหมาย", en="A law")
TODAY = date(2026, 11, 23)


def mandate(**changes: object) -> Mandate:
    values: dict[str, object] = {
        "agency_id": "town",
        "service_id": "allowance",
        "purpose": "eligibility",
        "facts": frozenset({Fact.ALIVE}),
        "legal_basis": BASIS,
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2026, 12, 31),
    }
    return Mandate(**{**values, **changes})  # type: ignore[arg-type]


def ask(*mandates: Mandate, on: date = TODAY) -> Permitted | Refused:
    own = AgencyMandates(m for m in mandates if m.agency_id == "town")
    return own.check(Asking("allowance", "eligibility", on))


def test_permits_what_is_in_force() -> None:
    assert ask(mandate()) == Permitted(frozenset({Fact.ALIVE}), (BASIS,))


def test_mandates_add_up_and_expired_ones_add_nothing() -> None:
    more = mandate(facts=frozenset({Fact.STATE_PENSION}), valid_until=None)
    old = mandate(facts=frozenset({Fact.BIRTH}), valid_until=date(2025, 1, 1))
    answer = ask(mandate(), more, old)
    assert isinstance(answer, Permitted)
    assert answer.facts == {Fact.ALIVE, Fact.STATE_PENSION}


@pytest.mark.parametrize(
    ("mandates", "rule"),
    [
        ([], RefusalRule.AGENCY_HAS_NONE),
        ([mandate(agency_id="other")], RefusalRule.AGENCY_HAS_NONE),
        ([mandate(service_id="other")], RefusalRule.SERVICE_NOT_COVERED),
        ([mandate(purpose="statistics")], RefusalRule.PURPOSE_NOT_COVERED),
        ([mandate(valid_from=date(2026, 11, 24))], RefusalRule.NOT_YET_VALID),
        ([mandate(valid_until=date(2026, 11, 22))], RefusalRule.EXPIRED),
    ],
)
def test_refusals_name_the_rule(mandates: list[Mandate], rule: RefusalRule) -> None:
    assert ask(*mandates) == Refused(rule, "allowance")


@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2026, 12, 31)])
def test_first_and_last_day_are_included(on: date) -> None:
    assert isinstance(ask(mandate(), on=on), Permitted)


@given(
    st.lists(
        st.builds(
            lambda agency, service, purpose, start: mandate(
                agency_id=agency, service_id=service, purpose=purpose, valid_from=start
            ),
            st.sampled_from(["town", "other"]),
            st.sampled_from(["allowance", "other"]),
            st.sampled_from(["eligibility", "other"]),
            st.dates(date(2019, 1, 1), date(2030, 1, 1)),
        ),
        max_size=6,
    ),
    st.dates(date(2019, 1, 1), date(2030, 1, 1)),
)
def test_nothing_is_permitted_without_a_mandate_that_says_so(mandates: list[Mandate], on: date) -> None:
    covering = [
        m
        for m in mandates
        if (m.agency_id, m.service_id, m.purpose) == ("town", "allowance", "eligibility") and m.holds_on(on)
    ]
    assert isinstance(ask(*mandates, on=on), Permitted) == bool(covering)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'centre.sqlite3'}")
    Base.metadata.create_all(store.engine)
    yield store
    store.close()


def test_an_empty_table_is_filled_once(store: Store) -> None:
    mandates = load_mandates(DEMO_MANDATES)
    with store.transaction() as session:
        assert seed_mandates(session, mandates) == len(mandates)
    with store.transaction() as session:
        assert seed_mandates(session, [*mandates, mandate()]) == 0
    assert set(MandateBook(store).of_agency("tuayang_municipality").mandates) == set(mandates)
    assert MandateBook(store).of_agency("town").mandates == ()


# Rules whose agencies the demo does not link: in the rulebook, under no mandate, hence on no kiosk's menu.
DEMONSTRATION_ONLY = {
    "social_security",
    "driving_licence",
    "house_registration_extract",
    "card_status",
    "student_loan",
    "directorships",
    "groundwater_permit",
}


def test_the_demo_mandates_cover_what_every_rule_needs() -> None:
    rulebook = load_rulebook()
    mandates = AgencyMandates(load_mandates(DEMO_MANDATES))
    offered = {service.id for service in rulebook.services()} - DEMONSTRATION_ONLY
    assert len(offered) == 5
    for service in rulebook.services():
        if service.id in DEMONSTRATION_ONLY:
            assert not isinstance(mandates.check(Asking(service.id, "eligibility", TODAY)), Permitted), service.id
            continue
        answer = mandates.check(Asking(service.id, "eligibility", TODAY))
        assert isinstance(answer, Permitted), service.id
        needed = {*rulebook.needed_facts(service.id, TODAY), Fact.CARD_STATUS}
        assert needed <= answer.facts
        assert answer.facts <= needed, f"{service.id}: more than the rule needs"


ENTRY = {
    "agency_id": "town",
    "service_id": "allowance",
    "purpose": "eligibility",
    "facts": ["registry.alive"],
    "legal_basis": {"th": "กฎหมาย", "en": "A law"},
    "valid_from": "2020-01-01",
}


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mandates.json"
    path.write_text(json.dumps({"version": 1, "mandates": [ENTRY]}), encoding="utf-8")
    assert load_mandates(path) == (mandate(valid_until=None),)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"version": 1, "mandates": [{"agency_id": "a"}]}',
        json.dumps({"version": 1, "mandates": [{**ENTRY, "legal_basis": {"th": "", "en": "x"}}]}),
        json.dumps({"version": 1, "mandates": [{**ENTRY, "valid_until": "2019-12-31"}]}),
        json.dumps({"version": 1, "mandates": [{**ENTRY, "facts": []}]}),
        json.dumps({"version": 1, "mandates": [{**ENTRY, "purpose": "curiosity"}]}),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mandates.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MandateFileError):
        load_mandates(path)


def test_a_withdrawn_mandate_stops_when_it_is_no_longer_remembered(store: Store) -> None:
    with store.transaction() as session:
        seed_mandates(session, [mandate()])
    book, remembering = MandateBook(store, kept_s=0), MandateBook(store, kept_s=60)
    assert book.of_agency("town").mandates == remembering.of_agency("town").mandates == (mandate(),)
    with store.transaction() as session:
        session.execute(delete(MandateRow))
    assert book.of_agency("town").mandates == ()
    assert remembering.of_agency("town").mandates == (mandate(),)


@pytest.mark.parametrize(
    "purpose",
    ["commercial", "Commercial use", "e-commerce", "marketing", "direct_marketing", "advertising", "sales", "ads",
     "for profit", "non-public, commercial", "การตลาด", "เพื่อการค้า", "ประชาสัมพันธ์เชิงพาณิชย์"],
)  # fmt: skip
def test_no_mandate_permits_a_commercial_purpose(purpose: str) -> None:
    granted = mandate(purpose=purpose)
    answer = AgencyMandates([granted]).check(Asking("allowance", purpose, TODAY))
    assert answer == Refused(RefusalRule.PURPOSE_COMMERCIAL, "allowance")


@pytest.mark.parametrize(
    "purpose",
    [*get_args(Purpose), "statistics", "salsa", "address", "non_commercial_research", "not for profit", "ไม่แสวงหากำไร",
     "มิใช่เพื่อการค้า", "สวัสดิการ"],
)  # fmt: skip
def test_other_purposes_are_not_called_commercial(purpose: str) -> None:
    assert not is_commercial(purpose)

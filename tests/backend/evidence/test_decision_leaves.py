"""Leaves: canonical, complete, and silent about the person and the facts."""

import json
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence.errors import LeafError
from backend.evidence.leaf import Pseudonymiser, encode_leaf, leaf_sources, parse_leaf
from contracts.citizen_number import CitizenNumber
from contracts.decision import AskState, NotKnownCause, Outcome, SourceOutcome
from contracts.message import Words
from tests.support.evidence_logs import make_leaf, make_present_leaf

NUMBER = CitizenNumber.parse("3550100123457")


def test_the_form_of_a_leaf():
    assert encode_leaf(make_leaf()).decode() == (
        '{"agency_id":"civil_registry","decided_at":"2026-11-23T03:04:05.000000Z","device_id":"dev_0123456789abcdef",'
        '"outcome":"undecided","pseudonym":"' + "ab" * 32 + '","question_hash":"' + "cd" * 32 + '",'
        '"rule":{"effective_from":"2016-10-01","table":"old_age_allowance","version":"2560.1"},'
        '"service":"old_age_allowance",'
        '"sources":[{"agency_id":"revenue","cause":"timeout","state":"not_known"}],"version":1}'
    )


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1900 < moment.year < 9000),
    st.sampled_from(Outcome),
    st.integers(-720, 720),
)
def test_a_leaf_reads_back_and_its_zone_does_not_matter(moment, outcome, minutes):
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    leaf = make_leaf().model_copy(update={"decided_at": moment, "outcome": outcome})
    assert encode_leaf(leaf.model_copy(update={"decided_at": elsewhere})) == encode_leaf(leaf)
    assert parse_leaf(encode_leaf(leaf)) == leaf


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b'"version":1', b'"version":3'),
        lambda content: content.replace(b":", b": "),
        lambda content: content.replace(b'"undecided"', b'"maybe"'),
        lambda content: content[:-1] + b',"income":5}',
        lambda content: content[:-1],
        lambda content: b"",
        lambda content: b"\xff",
    ],
)
def test_other_bytes_are_no_leaf(change):
    content = encode_leaf(make_leaf())
    assert change(content) != content
    with pytest.raises(LeafError):
        parse_leaf(change(content))


def test_a_pseudonym_is_keyed_stable_and_not_the_number():
    one, other = Pseudonymiser(b"k" * 32), Pseudonymiser(b"l" * 32)
    assert one.number(NUMBER) == Pseudonymiser(b"k" * 32).number(NUMBER)
    assert one.number(NUMBER) != other.number(NUMBER)
    assert one.number(NUMBER) != one.question(NUMBER.digits.encode())
    assert len(one.number(NUMBER)) == 64
    assert NUMBER.digits not in one.number(NUMBER)
    assert "kkkk" not in repr(one)


def test_sources_are_kept_without_words_in_order():
    words = Words(th="ก", en="a")
    sources = (
        SourceOutcome(agency_id="revenue", agency=words, state=AskState.NOT_KNOWN, cause=NotKnownCause.TIMEOUT),
        SourceOutcome(agency_id="civil_registry", agency=words, state=AskState.ANSWERED),
    )
    kept = leaf_sources(sources)
    assert [source.agency_id for source in kept] == ["civil_registry", "revenue"]
    assert json.loads(encode_leaf(make_leaf().model_copy(update={"sources": kept})))["sources"] == [
        {"agency_id": "civil_registry", "cause": None, "state": "answered"},
        {"agency_id": "revenue", "cause": "timeout", "state": "not_known"},
    ]


def test_the_present_form_adds_purpose_reference_and_reasons():
    leaf = make_present_leaf()
    assert parse_leaf(encode_leaf(leaf)) == leaf
    before, now = json.loads(encode_leaf(make_leaf())), json.loads(encode_leaf(leaf))
    assert {name: now[name] for name in now.keys() - before.keys()} == {
        "purpose": "eligibility",
        "reference": "7K3M-9QXV-2A",
        "reasons": ["income.not_known"],
    }


@pytest.mark.parametrize("missing", [b'"purpose":"eligibility",', b'"reasons":["income.not_known"],'])
def test_a_leaf_of_the_present_form_lacks_nothing(missing):
    content = encode_leaf(make_present_leaf())
    assert missing in content
    with pytest.raises(LeafError):
        parse_leaf(content.replace(missing, b""))

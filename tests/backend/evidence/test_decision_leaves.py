"""Leaves: canonical, complete, and silent about the person and the facts."""

import json
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.evidence.errors import LeafError
from backend.evidence.leaf import (
    DecisionLeaf,
    LeafWriter,
    Pseudonymiser,
    encode_leaf,
    leaf_sources,
    parse_leaf,
    salted_hash,
)
from contracts.citizen_number import CitizenNumber
from contracts.decision import AskState, NotKnownCause, Outcome, SourceOutcome
from contracts.message import Words
from tests.support.evidence_logs import make_leaf, make_present_leaf, make_second_leaf

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
        lambda content: content.replace(b'"version":1', b'"version":4'),
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


def added_by(after, before):
    later, earlier = (json.loads(encode_leaf(leaf)) for leaf in (after, before))
    return {name: later[name] for name in later.keys() - earlier.keys()}


def test_each_form_adds_to_the_one_before_and_all_are_read():
    first, second, third = make_leaf(), make_second_leaf(), make_present_leaf()
    assert [parse_leaf(encode_leaf(leaf)) for leaf in (first, second, third)] == [first, second, third]
    assert added_by(second, first) == {
        "purpose": "eligibility",
        "reference": "7K3M-9QXV-2A",
        "reasons": ["income.not_known"],
    }
    assert added_by(third, second) == {
        "officer": "no-17",
        "mandates": [{"id": 3, "version": "2017-01-01"}],
        "key": "0a1b2c3d",
        "answer_hash": "ef" * 32,
    }
    assert json.loads(encode_leaf(third))["sources"] == [
        {"agency_id": "revenue", "cause": "timeout", "in_ms": 1500, "out_ms": 0, "state": "not_known"}
    ]


def test_a_question_s_salt_proves_it_without_the_key_and_is_another_for_another():
    key = Pseudonymiser(b"k" * 32)
    assert key.question(b"one") == salted_hash(key.question_salt(b"one"), b"one")
    assert key.question_salt(b"one") != key.question_salt(b"two")
    assert key.question_salt(b"one") != Pseudonymiser(b"l" * 32).question_salt(b"one")
    assert key.answer_salt("7K3M-9QXV-2A", "one") != key.answer_salt("7K3M-9QXV-2A", "two")


@given(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(Outcome),
    st.lists(st.text('ab.\\"ก', max_size=5)),
)
def test_the_leaves_of_a_question_written_together_are_the_same_bytes(text, outcome, reasons):
    leaf = make_present_leaf().model_copy(update={"device_id": text, "outcome": outcome, "reasons": tuple(reasons)})
    shared = ("device_id", "agency_id", "pseudonym", "question_hash", "purpose", "reference", "officer", "key")
    writer = LeafWriter(leaf.decided_at, leaf.sources, **{name: getattr(leaf, name) for name in shared})
    own = {"service": leaf.service, "outcome": leaf.outcome, "reasons": reasons, "answer_hash": leaf.answer_hash}
    assert writer.write(leaf.rule, leaf.mandates, **own) == encode_leaf(leaf)


def test_an_officer_is_never_named_by_a_citizen_s_number():
    with pytest.raises(ValidationError):
        DecisionLeaf.model_validate(make_present_leaf().model_dump() | {"officer": NUMBER.digits})


@pytest.mark.parametrize("missing", [b'"purpose":"eligibility",', b'"key":"0a1b2c3d",', b'"officer":"no-17",'])
def test_a_leaf_of_the_present_form_lacks_nothing(missing):
    content = encode_leaf(make_present_leaf())
    assert missing in content
    with pytest.raises(LeafError):
        parse_leaf(content.replace(missing, b""))

"""Reading by shapes finds what reading in full finds, in every leaf and in everything that is nearly one."""

import random
import re

import pytest

from backend.evidence.acts import ActKind, encode_act
from backend.evidence.errors import LeafError
from backend.evidence.leaf import encode_leaf
from backend.evidence.leaf_shapes import LeafShapes
from backend.evidence.records import parse_record
from contracts.decision import Outcome
from tests.support.evidence_logs import make_leaf, make_present_leaf, make_second_leaf


def both(shapes, content):
    """Return what each way finds; None for no leaf."""
    try:
        record = parse_record(content)
    except LeafError:
        slowly = None
    else:
        slowly = record.at, record.identity
    try:
        return slowly, shapes.read(content)
    except LeafError:
        return slowly, None


def leaves():
    leaf = make_present_leaf()
    different = (
        {},
        {"device_id": "dev_9", "question_hash": "01" * 32, "reference": "AAAA-AAAA-AA"},
        {"decided_at": leaf.decided_at.replace(microsecond=7), "answer_hash": "23" * 32, "pseudonym": "45" * 32},
        {"sources": tuple(source.model_copy(update={"in_ms": 0, "out_ms": None}) for source in leaf.sources)},
        {"sources": tuple(source.model_copy(update={"in_ms": 10**12}) for source in leaf.sources)},
        {"outcome": Outcome.ELIGIBLE, "service": "newborn_grant", "officer": None},
        {"device_id": 'ตู้\\"7', "officer": "no-18"},
    )
    yield from (encode_leaf(leaf.model_copy(update=changes)) for changes in different)
    yield from (encode_leaf(make_leaf()), encode_leaf(make_second_leaf()))
    yield encode_act(ActKind.KEY_ROTATED, "7K3M-9QXV-2A", leaf.decided_at, key="0a1b2c3d", officer="no-17")


def test_every_leaf_is_read_as_in_full_the_first_time_and_again():
    shapes = LeafShapes()
    for content in [*leaves(), *leaves(), *reversed(list(leaves()))]:
        slowly, quickly = both(shapes, content)
        assert slowly == quickly
        assert slowly is not None


@pytest.mark.parametrize(
    ("pattern", "put"),
    [
        (rb'"in_ms":\d+', b'"in_ms":007'),
        (rb'"in_ms":\d+', b'"in_ms":'),
        (rb'"in_ms":\d+', b'"in_ms":-1'),
        (rb'"in_ms":\d+', b'"in_ms":1.0'),
        (rb'"in_ms":\d+', b'"in_ms":"1"'),
        (rb'"in_ms":\d+,"out_ms":\d+', b'"out_ms":1,"in_ms":1'),
        (rb'_ms":\d+', b""),
        (rb'"decided_at":"2026-11-23', b'"decided_at":"2026-02-30'),
        (rb'"decided_at":"2026-11-23T03', b'"decided_at":"2026-11-23T24'),
        (rb'"decided_at":"2026-11-23T03', b'"decided_at":"2026-11-23 03'),
        (rb"05\.000000Z", b"05.0000000"),
        (rb'"pseudonym":"ab', b'"pseudonym":"AB'),
        (rb'"pseudonym":"ab', b'"pseudonym":"a\n'),
        (rb'"answer_hash"', b'"pseudonym"'),
        (rb'"device_id":"dev_0123456789abcdef"', b'"device_id":""'),
        (rb'"device_id":"dev_0123456789abcdef"', b'"device_id":"\\u0061"'),
        (rb'"version":3\}', b'"version":3,"x":1}'),
        (rb'"version":3\}', b'"version":3} '),
        (rb'"key":"0a1b2c3d",', b""),
        (rb'"purpose":', b'"purpose" :'),
        (rb'"agency_id":"civil_registry"', b'"agency_id":"civil registry!"'),
    ],
)
def test_what_is_nearly_a_leaf_of_a_known_shape_is_judged_as_in_full(pattern, put):
    shapes, whole = LeafShapes(), encode_leaf(make_present_leaf())
    shapes.read(whole)
    changed = re.sub(pattern, put.replace(b"\\", b"\\\\"), whole, count=1)
    assert changed != whole
    slowly, quickly = both(shapes, changed)
    assert slowly == quickly


def test_changes_anywhere_are_judged_as_in_full():
    chance, shapes, whole = random.Random(1), LeafShapes(), encode_leaf(make_present_leaf())
    shapes.read(whole)
    told = 0
    for _ in range(3_000):
        at, kind = chance.randrange(len(whole)), chance.random()
        put = bytes([chance.choice(b'"{}[],:0123456789abcdefZ\\ \n')])
        changed = whole[:at] + (put if kind < 0.7 else b"") + whole[at + (kind < 0.9) :]
        slowly, quickly = both(shapes, changed)
        assert slowly == quickly, changed
        told += slowly is not None
    assert told > 100


def test_shapes_are_kept_up_to_a_bound_and_read_all_the_same_beyond_it():
    shapes = LeafShapes(most=2)
    found = [shapes.read(encode_leaf(make_present_leaf().model_copy(update={"officer": f"no-{n}"}))) for n in range(9)]
    assert len(set(found)) == 1
    assert len(shapes._services) == 2

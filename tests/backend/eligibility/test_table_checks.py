"""Gaps, overlaps and silent rows: found exactly, held against trying every input there is."""

from itertools import product

import pytest
from hypothesis import given

from backend.eligibility.checks import Fault, check_table
from backend.eligibility.feel.cells import holds
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.table import Gap, HitPolicy, decide, speaking_places
from tests.support.random_tables import DOMAINS, NAMES, random_tables


def _hits(table, values):
    return tuple(
        number
        for number, row in enumerate(table.rows, start=1)
        if all(holds(cell, value) is True for cell, value in zip(row.cells, values, strict=True))
    )


@given(random_tables)
def test_what_is_reported_is_what_trying_everything_finds(table):
    reported = check_table(table)
    tried = {values: _hits(table, values) for values in product(*DOMAINS)}
    conflicts = {
        hits
        for values, hits in tried.items()
        if (table.hit_policy is HitPolicy.UNIQUE and len(hits) > 1)
        or decide(table, dict(zip(NAMES, values, strict=True))).gap is Gap.CONFLICT
    }
    assert any(issue.fault is Fault.GAP for issue in reported) == (() in tried.values())
    assert {issue.rows for issue in reported if issue.fault is Fault.OVERLAP} == conflicts
    applying = {row for hits in tried.values() for row in hits}
    heard = {
        number
        for hits in tried.values()
        for number in hits
        if number - 1 in speaking_places(table, sum(1 << (hit - 1) for hit in hits))
    }
    every = set(range(1, len(table.rows) + 1))
    assert {issue.rows[0] for issue in reported if issue.fault is Fault.NEVER_APPLIES} == every - applying
    assert {issue.rows[0] for issue in reported if issue.fault is Fault.NEVER_SPEAKS} == applying - heard


@given(random_tables)
def test_every_example_shows_its_fault(table):
    for issue in check_table(table):
        if issue.example is not None:
            hits = _hits(table, tuple(issue.example[name] for name in NAMES))
            assert set(issue.rows) <= set(hits)
            assert issue.fault is not Fault.GAP or hits == ()


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.dmn")), ids=lambda path: path.stem)
def test_the_projects_own_tables_have_no_gap_and_no_overlap(path):
    faults = check_table(parse_table(path.read_bytes(), path.name))
    named = {"UCS", "SSS", "CSMBS", "NONE"}
    # The one gap: a health scheme no rule knows is nobody's to guess at; the citizen is told it cannot be decided.
    assert [
        one for one in faults if one.fault is not Fault.GAP or one.example.get("health.scheme") in {None, *named}
    ] == []

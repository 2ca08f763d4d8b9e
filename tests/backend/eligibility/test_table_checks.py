"""Gaps, overlaps and silent rows: found exactly, held against trying every input there is."""

from itertools import product

import pytest
from hypothesis import given, settings

from backend.eligibility.checks import Fault, check_table
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.table import HitPolicy
from tests.support.random_tables import DOMAINS, NAMES, hits, random_tables, speaking


def _disagree(table, applying):
    said = {(row.outcome, row.amount) for row in speaking(table, applying)} if applying else set()
    return len(said) > 1 or (table.hit_policy is HitPolicy.UNIQUE and len(applying) > 1)


@settings(deadline=None)  # tries every input there is
@given(random_tables)
def test_what_is_reported_is_what_trying_everything_finds(table):
    reported = check_table(table)
    numbers = {id(row): number for number, row in enumerate(table.rows, start=1)}
    tried = {tuple(numbers[id(row)] for row in found): found for found in (hits(table, v) for v in product(*DOMAINS))}
    assert any(issue.fault is Fault.GAP for issue in reported) == (() in tried)
    conflicts = {rows for rows, applying in tried.items() if _disagree(table, applying)}
    assert {issue.rows for issue in reported if issue.fault is Fault.OVERLAP} == conflicts
    applying = {row for rows in tried for row in rows}
    heard = {numbers[id(row)] for found in tried.values() if found for row in speaking(table, found)}
    every = set(range(1, len(table.rows) + 1))
    assert {issue.rows[0] for issue in reported if issue.fault is Fault.NEVER_APPLIES} == every - applying
    assert {issue.rows[0] for issue in reported if issue.fault is Fault.NEVER_SPEAKS} == applying - heard


@given(random_tables)
def test_every_example_shows_its_fault(table):
    for issue in check_table(table):
        if issue.example is not None:
            found = hits(table, tuple(issue.example[name] for name in NAMES))
            assert all(table.rows[row - 1] in found for row in issue.rows)
            assert issue.fault is not Fault.GAP or not found


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.dmn")), ids=lambda path: path.stem)
def test_the_projects_own_tables_have_no_gap_and_no_overlap(path):
    faults = check_table(parse_table(path.read_bytes(), path.name))
    named = {"UCS", "SSS", "CSMBS", "NONE"}
    # The one gap: a health scheme no rule knows is nobody's to guess at; the citizen is told it cannot be decided.
    assert [
        one for one in faults if one.fault is not Fault.GAP or one.example.get("health.scheme") in {None, *named}
    ] == []

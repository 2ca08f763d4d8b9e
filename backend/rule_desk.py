"""Puts the rule officers' desk together: versions in the store, tables in files, people to try a version on."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from backend.decisions.permission import THAILAND
from backend.demo.facts_table import make_facts_table
from backend.demo.population import generate_population
from backend.eligibility.desk import RuleDesk
from backend.eligibility.replay import PastCases
from backend.eligibility.rulebook import Rulebook
from backend.eligibility.sources import load_sources
from backend.eligibility.versions import RuleVersions
from backend.store import Store

INVENTED_PEOPLE: Final = 20_000
_SEED: Final = 2560


def build_rule_desk(
    store: Store,
    files: Rulebook,
    now: Callable[[], datetime],
    people_file: Path | None,
    invented: int = INVENTED_PEOPLE,
    cases: PastCases | None = None,
) -> RuleDesk:
    """Build the desk.

    Args:
        store: Where versions are kept.
        files: The rulebook that comes with the project.
        now: The clock, aware UTC.
        people_file: A .parquet file of facts to replay on; None for invented people.
        invented: How many of them.
        cases: Past cases to replay on; None where none are kept.
    """

    def today() -> date:
        return now().astimezone(THAILAND).date()

    @lru_cache(maxsize=1)
    def invent(on: date) -> pl.DataFrame:
        return make_facts_table(generate_population(invented, _SEED, on, ()), on)

    def people() -> pl.DataFrame:
        return pl.read_parquet(people_file) if people_file else invent(today())

    return RuleDesk(RuleVersions(store, files), load_sources(), people, today, cases)

"""Measures a decision and a batch on one core, beside zen-engine: ``python -m bench.rules_bulk``. Prints JSON."""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is first imported: the figure is for one core

import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import zen

from backend.eligibility.bulk import decide_batch
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.programme import parse_table
from backend.eligibility.table import Table
from backend.linkage.facts import FACT_TYPES, Fact
from contracts.card import Birth

ON = date(2026, 11, 24)
PEOPLE = 500_000
DECISIONS = 2_000
PROGRAMMES = ("state_welfare", "old_age_allowance", "disability_allowance", "newborn_grant")


def read_table(name: str) -> Table:
    return parse_table((TABLES / f"{name}.dmn").read_bytes(), name)


def invent_people() -> pl.DataFrame:
    """Invent facts, one in twenty not known."""
    chance = random.Random(7)
    births = [ON - timedelta(days=chance.randrange(36_000)) for _ in range(PEOPLE)]
    makers: dict[type, Callable[[], object]] = {
        bool: lambda: chance.random() < 0.8,
        int: lambda: chance.randrange(200_000),
        str: lambda: "UCS",
        date: lambda: ON - timedelta(days=chance.randrange(2_000)),
    }
    columns: dict[str, list[object]] = {Fact.BIRTH.value: list(births)}
    for fact in Fact:
        if fact is not Fact.BIRTH:
            make = makers[FACT_TYPES[fact]]
            columns[fact.value] = [None if chance.random() < 0.05 else make() for _ in range(PEOPLE)]
    return pl.DataFrame(columns)


def measure_bulk() -> dict[str, float]:
    people = invent_people()
    begun = time.perf_counter()
    for name in PROGRAMMES:
        decide_batch(read_table(name), people, ON)
    took = time.perf_counter() - begun
    return {"bulk_decisions_per_min_one_core": round(PEOPLE * len(PROGRAMMES) / took * 60), "bulk_people": PEOPLE}


def measure_one() -> dict[str, float]:
    rules = load_rulebook()
    facts = {
        Fact.ALIVE: True,
        Fact.THAI_NATIONAL: True,
        Fact.BIRTH: Birth(year=1953),
        Fact.DOMICILE_REGISTERED: True,
        Fact.STATE_PENSION: False,
    }
    return {"one_explained_us": median_us(lambda: rules.decide("old_age_allowance", facts, ON))}


def measure_zen() -> dict[str, float]:
    """Let zen-engine decide by the same cells: no reasons in words, no missing facts."""
    table = read_table("old_age_allowance")
    rules = [
        {"_id": str(number)}
        | {f"i{place}": ("" if cell.any_value else cell.text) for place, cell in enumerate(row.cells)}
        | {"o": f'"{row.outcome.value}"'}
        for number, row in enumerate(table.rows)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": f"i{n}", "name": c.name, "field": c.name} for n, c in enumerate(table.inputs)],
        "outputs": [{"id": "o", "name": "outcome", "field": "outcome"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": content, "position": {"x": 0, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "t"}, {"id": "2", "sourceId": "t", "targetId": "out"}]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    given = {
        "registry": {"alive": True, "thai_national": True, "domicile_registered": True},
        "person": {"age_years": 73},
        "comptroller": {"state_pension": False},
    }
    if decision.evaluate(given)["result"] != {"outcome": "eligible"}:
        raise SystemExit("zen-engine decides otherwise")
    return {"zen_engine_us": median_us(lambda: decision.evaluate(given))}


def median_us(work: Callable[[], object]) -> float:
    took = []
    for _ in range(DECISIONS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return round(statistics.median(took) * 1e6, 1)


if __name__ == "__main__":
    print(json.dumps(measure_one() | measure_zen() | measure_bulk(), indent=1))

"""Measures decisions one by one and in bulk, beside zen-engine and OpenFisca: ``python -m bench.rules_bulk``."""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is first imported: the figure is for one core

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import zen

from backend.eligibility.bulk import decide_batch
from backend.eligibility.derive import age_years
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.programme import parse_table
from backend.eligibility.table import Table
from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from bench.openfisca_allowance import Allowance
from contracts.card import Birth

ON = date(2026, 11, 24)
PEOPLE = 500_000
DECISIONS = 2_000
FEW = 500
SERVICE = "old_age_allowance"
_OF_REGISTRY = ("alive", "thai_national", "domicile_registered")
_OPENFISCA = {name: Fact(f"registry.{name}") for name in _OF_REGISTRY} | {"state_pension": Fact.STATE_PENSION}
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


def invent_few() -> list[dict[Fact, FactValue]]:
    """Invent different people for single decisions, everything of each known: what every engine here can do."""
    chance = random.Random(11)
    names = (Fact.ALIVE, Fact.THAI_NATIONAL, Fact.DOMICILE_REGISTERED, Fact.STATE_PENSION)
    few = []
    for _ in range(FEW):
        born = ON - timedelta(days=chance.randrange(36_000))
        known: dict[Fact, FactValue] = {
            name: chance.random() < (0.1 if name is Fact.STATE_PENSION else 0.9) for name in names
        }
        few.append(known | {Fact.BIRTH: Birth(year=born.year, month=born.month, day=born.day)})
    return few


def measure_one(few: Sequence[dict[Fact, FactValue]]) -> dict[str, float]:
    """Decide with reasons and next step in words; and again with what became of every row."""
    rules = load_rulebook()

    def with_rows(facts: dict[Fact, FactValue]) -> None:
        rules.decide(SERVICE, facts, ON)
        rules.explanation(SERVICE, facts, ON, {})

    return {
        "one_explained_us": median_us(lambda facts: rules.decide(SERVICE, facts, ON), few),
        "one_explained_row_by_row_us": median_us(with_rows, few),
    }


def measure_openfisca(few: Sequence[dict[Fact, FactValue]]) -> dict[str, float]:
    """Let OpenFisca work out the same allowance for the same people, one simulation each, with its trace."""
    rules, engine = load_rulebook(), Allowance()

    def decide(facts: dict[Fact, FactValue]) -> int:
        told = {name: bool(facts[fact]) for name, fact in _OPENFISCA.items()}
        return engine.decide(told, date(*_birth(facts)), ON)

    for facts in few:
        amount = rules.decide(SERVICE, facts, ON).amount
        if decide(facts) != (amount.baht if amount else 0):
            raise SystemExit("OpenFisca decides otherwise")
    return {"openfisca_us": median_us(decide, few)}


def _birth(facts: dict[Fact, FactValue]) -> tuple[int, int, int]:
    birth = facts[Fact.BIRTH]
    if not isinstance(birth, Birth):
        raise TypeError("no birth")
    return birth.year, birth.month or 1, birth.day or 1


def measure_zen(few: Sequence[dict[Fact, FactValue]]) -> dict[str, float]:
    """Let zen-engine decide by the same cells: no reasons in words, no missing facts."""
    table = read_table(SERVICE)
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
    rulebook = load_rulebook()
    given = [
        {
            "registry": {name: facts[Fact(f"registry.{name}")] for name in _OF_REGISTRY},
            "person": {"age_years": age_years(date(*_birth(facts)), ON)},
            "comptroller": {"state_pension": facts[Fact.STATE_PENSION]},
        }
        for facts in few
    ]
    for one, facts in zip(given, few, strict=True):
        if decision.evaluate(one)["result"] != {"outcome": rulebook.decide(SERVICE, facts, ON).outcome.value}:
            raise SystemExit("zen-engine decides otherwise")
    return {"zen_engine_us": median_us(decision.evaluate, given)}


def median_us(work: Callable[[Any], object], given: Sequence[Any]) -> float:
    """Return the median time of one call, over different people in turn."""
    took = []
    for number in range(DECISIONS):
        one = given[number % len(given)]
        begun = time.perf_counter()
        work(one)
        took.append(time.perf_counter() - begun)
    return round(statistics.median(took) * 1e6, 1)


def main() -> None:
    """Measure all and print."""
    few = invent_few()
    print(json.dumps(measure_one(few) | measure_zen(few) | measure_openfisca(few) | measure_bulk(), indent=1))


if __name__ == "__main__":
    main()

"""Worked examples beside the tables: facts as an officer writes them, and whether the rules say what they should."""

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from backend.eligibility.derive import Facts
from backend.eligibility.rulebook import Rulebook
from backend.eligibility.words import Example
from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from contracts.card import Birth

EXAMPLES: TypeAdapter[tuple[Example, ...]] = TypeAdapter(tuple[Example, ...])
"""Reads ``<table>.examples.json``."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One respect in which rules say something else than an example wants.

    Attributes:
        about: ``outcome``, ``amount_baht``, ``reasons`` or ``missing``.
        got: What they say; codes divided by spaces, nothing for none.
        wanted: What the example wants.
    """

    about: str
    got: str
    wanted: str

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.about}: {self.got or 'none'}, not {self.wanted or 'none'}"


def read_facts(written: dict[str, bool | int | str]) -> Facts:
    """Return facts by their types.

    Raises:
        ValueError: No such fact, or not of its type.
    """
    return {Fact(name): _read(Fact(name), value) for name, value in written.items()}


def _read(fact: Fact, value: bool | int | str) -> FactValue:
    wanted = FACT_TYPES[fact]
    if wanted is Birth and isinstance(value, str):
        year, month, day = (*map(int, value.split("-")), None, None)[:3]
        return Birth.model_validate({"year": year, "month": month, "day": day})
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is not wanted:
        raise ValueError(f"{fact.value} is not a {wanted.__name__}")
    return value


def write_facts(facts: Facts) -> dict[str, bool | int | str]:
    """Write facts as :func:`read_facts` reads them."""
    return {fact.value: _write(value) for fact, value in facts.items()}


def _write(value: FactValue) -> bool | int | str:
    match value:
        case Birth():
            parts = (f"{value.year:04}", *(f"{part:02}" for part in (value.month, value.day) if part is not None))
            return "-".join(parts)
        case date():
            return value.isoformat()
        case _:
            return value


def differences(rules: Rulebook, service_id: str, example: Example) -> tuple[Difference, ...]:
    """Return in which respects the rules say something else than the example; none when it holds."""
    said = rules.decide(service_id, read_facts(example.facts), example.on)
    wanted = {
        "outcome": (example.outcome, said.outcome),
        "amount_baht": (example.amount_baht, said.amount.baht if said.amount else None),
        "reasons": (example.reasons, tuple(reason.code for reason in said.reasons)),
        "missing": (example.missing, tuple(fact.value for fact in said.missing)),
    }
    indifferent = {"reasons": example.reasons is None, "missing": example.missing is None}
    return tuple(
        Difference(name, _said(got), _said(want))
        for name, (want, got) in wanted.items()
        if want != got and not indifferent.get(name, False)
    )


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)

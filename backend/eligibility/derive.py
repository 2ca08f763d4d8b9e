"""Inputs worked out from facts: ages on the day of the decision. Not known when the fact behind them is not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from backend.eligibility.feel.cells import Value
from backend.eligibility.feel.values import Kind
from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from contracts.card import Birth

Facts = Mapping[Fact, FactValue]
_KINDS: Final[Mapping[type, Kind]] = {bool: Kind.BOOLEAN, int: Kind.NUMBER, str: Kind.STRING, date: Kind.DATE}


@dataclass(frozen=True, slots=True)
class Derived:
    """An input that is not itself a fact.

    Attributes:
        needs: The facts it is worked out from.
        work_out: From known facts and the day of the decision; None when it cannot be known.
    """

    needs: tuple[Fact, ...]
    work_out: Callable[[Facts, date], Value]


def assumed_birth_date(birth: Birth) -> date:
    """Return the day of birth that age is counted from, by the civil register's rule for unknown parts.

    A holder whose day is not known counts as born on the first of the month; whose month is not known, on 1 January.
    Source: Thai registration practice for births recorded by year alone (rolls before 1956), which every age-based
    programme follows: the benefit of the doubt goes to the older age.
    """
    if birth.month is None:
        return date(birth.year, 1, 1)
    if birth.day is None:
        return date(birth.year, birth.month, 1)
    return date(birth.year, birth.month, birth.day)


def age_years(born: date, on: date) -> int | None:
    """Return completed years on a day; None when the birth lies after it, which no rule can use.

    A person born on 29 February completes a year on 1 March where February has 28 days.
    """
    if born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_months(born: date, on: date) -> int | None:
    """Return completed months on a day; None when the birth lies after it."""
    if born > on:
        return None
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def _person_age_years(facts: Facts, on: date) -> Value:
    birth = facts.get(Fact.BIRTH)
    if not isinstance(birth, Birth):
        return None
    try:
        return age_years(assumed_birth_date(birth), on)
    except ValueError:  # a register may hold 31 June: that is no known age
        return None


def _child_age_years(facts: Facts, on: date) -> Value:
    born = facts.get(Fact.NEWBORN_BIRTH)
    return age_years(born, on) if isinstance(born, date) else None


def _child_age_months(facts: Facts, on: date) -> Value:
    born = facts.get(Fact.NEWBORN_BIRTH)
    return age_months(born, on) if isinstance(born, date) else None


DERIVED: Final[Mapping[str, Derived]] = {
    "person.age_years": Derived((Fact.BIRTH,), _person_age_years),
    "child.age_years": Derived((Fact.NEWBORN_BIRTH,), _child_age_years),
    "child.age_months": Derived((Fact.NEWBORN_BIRTH,), _child_age_months),
}


def kind_of_input(name: str) -> Kind | None:
    """Return the FEEL type of an input a table may name; None when no such input exists."""
    if name in DERIVED:
        return Kind.NUMBER
    try:
        return _KINDS.get(FACT_TYPES[Fact(name)])
    except ValueError:
        return None


def facts_behind(name: str) -> tuple[Fact, ...]:
    """Return the facts an input needs; the name must be one that :func:`kind_of_input` knows."""
    return DERIVED[name].needs if name in DERIVED else (Fact(name),)


def input_value(name: str, facts: Facts, on: date) -> Value:
    """Return an input's value, None when not known. A fact of the wrong type counts as not known."""
    if name in DERIVED:
        return DERIVED[name].work_out(facts, on)
    fact = _fact(name)
    value = facts.get(fact)
    return None if isinstance(value, Birth) or type(value) is not FACT_TYPES[fact] else value


@lru_cache(maxsize=1024)
def _fact(name: str) -> Fact:
    return Fact(name)


def input_names() -> tuple[str, ...]:
    """Return what a table may name without declaring it: facts that the directory added among them."""
    return (*DERIVED, *(fact.value for fact in FACT_TYPES))

"""What the rule pages show, worked out: fields for facts, faults in words, the replay's chart. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.console.words import say, say_date
from backend.eligibility.checks import Issue
from backend.eligibility.derive import facts_behind
from backend.eligibility.feel.cells import literals_of
from backend.eligibility.replay import Move, Replay
from backend.eligibility.table import Table
from backend.eligibility.words import Catalogue
from backend.linkage.facts import FACT_TYPES, Fact
from contracts.card import Birth

_BAR_WIDTH = 320
_SHOWN_MOVES = 12


@dataclass(frozen=True, slots=True)
class FactField:
    """A fact to type in: its name, label, kind (``yes_no``, ``number``, ``day``, ``birth`` or ``text``) and choices."""

    name: str
    label: str
    agency: str
    kind: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One kind of change: its words and people, and how long its bar is."""

    move: Move
    width: int


def fact_fields(table: Table, names: Catalogue, language: str) -> list[FactField]:
    """Return a field for each fact behind the table's inputs, in its order."""
    fields = []
    for fact in dict.fromkeys(fact for column in table.inputs for fact in facts_behind(column.name)):
        entry = names.facts[fact]
        agency = names.agencies[entry.agency].in_language(language)
        choices = _choices(table, fact.value) if FACT_TYPES[fact] is str else ()
        fields.append(FactField(fact.value, entry.words.in_language(language), agency, _kind(fact), choices))
    return fields


def _kind(fact: Fact) -> str:
    kinds: dict[type, str] = {bool: "yes_no", int: "number", date: "day", Birth: "birth", str: "text"}
    return kinds[FACT_TYPES[fact]]


def _choices(table: Table, name: str) -> tuple[str, ...]:
    places = [place for place, column in enumerate(table.inputs) if column.name == name]
    found = {str(literal) for row in table.rows for place in places for literal in literals_of(row.cells[place])}
    return tuple(sorted(found))


def issue_words(issue: Issue, names: Catalogue, language: str) -> str:
    """Put a fault into words, with the facts at which it shows."""
    rows = ", ".join(map(str, issue.rows))
    said = say(f"fault_{issue.fault.value}", language, rows=rows)
    if not issue.example:
        return said
    facts = "; ".join(
        f"{input_label(name, names, language)} = {_value(value, language)}" for name, value in issue.example.items()
    )
    return f"{said} {say('for_example', language, facts=facts)}"


def input_label(name: str, names: Catalogue, language: str) -> str:
    """Name an input: a fact's own words, or what is worked out from it."""
    derived = {
        "person.age_years": "age_years",
        "child.age_years": "child_age_years",
        "child.age_months": "child_age_months",
    }
    return say(derived[name], language) if name in derived else names.facts[name].words.in_language(language)


def column_label(name: str, names: Catalogue, language: str) -> str:
    """Name a column of two versions side by side: an input, or what a row says."""
    said = ("outcome", "amount_baht", "period", "reasons")
    return say(f"column_{name}", language) if name in said else input_label(name, names, language)


def _value(value: object, language: str) -> str:
    match value:
        case bool():
            return say("yes" if value else "no", language)
        case Decimal() | int():
            return f"{value:,}"
        case date():
            return say_date(value.year, value.month, value.day, language)
        case _:
            return str(value).replace("\x00", "…") or "…"


def difference_words(about: str, got: str, wanted: str, language: str) -> str:
    """Put into words in what an example comes out otherwise."""
    if about == "outcome":
        got, wanted = say(f"outcome_{got}", language), say(f"outcome_{wanted}", language)
    if about == "amount_baht":
        got, wanted = (f"{int(one):,}" if one else "" for one in (got, wanted))
    nothing = say("differs_none", language)
    return say(f"differs_{about}", language, got=got or nothing, wanted=wanted or nothing)


def chart_of(replayed: Replay) -> list[Bar]:
    """Return the largest changes with bars in proportion."""
    largest = max((move.people for move in replayed.moves), default=1)
    return [Bar(move, max(2, round(_BAR_WIDTH * move.people / largest))) for move in replayed.moves[:_SHOWN_MOVES]]

"""The words beside the tables: reasons and next steps, as data that officers edit without touching a rule."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.decision import AgencyId, Outcome, ServiceId
from contracts.message import Message, Words


class ReasonWords(Words):
    """Words of one reason.

    Attributes:
        next_step: What to do about this very reason, where that differs from the table's general advice.
    """

    next_step: Words | None = None


class About(Message):
    """What a programme's page says beside its rules.

    Attributes:
        documents_replaced: Papers the citizen need not bring, because the facts come from the agencies.
        legal_source: Where the conditions come from.
        demonstration: Whether they are invented to show the system, not law.
        effective_until: Last day; None while no end is set.
        freshness_days: How old a fact may be, by its input's name.
    """

    documents_replaced: tuple[Words, ...]
    legal_source: Words
    demonstration: bool
    effective_until: date | None
    freshness_days: dict[str, int]


class Example(Message):
    """One worked example of ``<table>.examples.json``: what must come out for invented facts.

    Attributes:
        says: What it shows.
        on: The day of the decision.
        facts: By name; days as ``YYYY-MM-DD``, births with as many parts as are known.
        outcome: What must come out.
        amount_baht: What must be paid.
        reasons: Codes that must be given, in order; None when the example does not mind.
        missing: Facts that must be waited for; None when the example does not mind.
    """

    says: Words
    on: date
    facts: dict[str, bool | int | str]
    outcome: Outcome
    amount_baht: int | None = None
    reasons: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None


class TableWords(Message):
    """File ``<table>.words.json``.

    Attributes:
        reasons: By reason code; codes shared by all tables stand in the common file.
        next_steps: General advice for an eligible and a not-eligible answer.
        about: Documents replaced, legal source, validity, freshness.
    """

    reasons: dict[str, ReasonWords]
    next_steps: dict[Literal[Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE], Words]
    about: About


class UnknownWords(Message):
    """Words for one way of not knowing; ``{agency}`` and ``{facts}`` are filled in."""

    reason: Words
    next_step: Words


class UnknownKinds(Message):
    """How a missing fact is put to a citizen: by what he can do about it, not by what broke."""

    no_record: UnknownWords
    not_permitted: UnknownWords
    maintenance: UnknownWords
    stale: UnknownWords
    no_answer: UnknownWords
    table: UnknownWords


class CommonWords(Message):
    """File ``common.words.json``."""

    reasons: dict[str, ReasonWords]
    unknown: UnknownKinds


class FactEntry(Message):
    """One fact's name and the agency that knows it.

    Attributes:
        agency: Who knows it.
        words: Its name.
        holds: A sentence's part for a fact that is true, in the second person.
        lacks: The same for one that is false.
        subject: What a comparison may follow, e.g. "your financial assets are".
        unit: What a number counts.
        values: What its codes stand for.
    """

    agency: AgencyId
    words: Words
    holds: Words | None = None
    lacks: Words | None = None
    subject: Words | None = None
    unit: Words | None = None
    values: dict[str, Words] = Field(default_factory=dict)


class ServiceEntry(Message):
    """One service's names. What it asks is not here: the decision table's inputs say that."""

    id: ServiceId
    name: Words
    agency: Words
    summary: Words


class Catalogue(Message):
    """File ``services.json``: names for everything a citizen sees on the menu and the consent screen."""

    agencies: dict[AgencyId, Words]
    facts: dict[str, FactEntry]
    services: tuple[ServiceEntry, ...] = Field(min_length=1)

    def __hash__(self) -> int:
        """Hash by identity: a catalogue is loaded once, and sentences made from it are kept by it."""
        return id(self)

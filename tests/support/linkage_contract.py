"""What the contract suite asks of every adapter: the facts that its stage knows of one person."""

from collections.abc import Mapping
from datetime import date

from backend.linkage.facts import Fact, FactValue
from contracts.card import Birth

KNOWN: Mapping[Fact, FactValue] = {
    Fact.ALIVE: True,
    Fact.INCOME_YEAR_BAHT: 84_000,
    Fact.NEWBORN_BIRTH: date(2025, 2, 28),
    Fact.BIRTH: Birth(year=1953),
    Fact.HEALTH_SCHEME: "UCS",
}
DEADLINE_S = 0.4

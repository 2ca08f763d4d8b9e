"""What the contract suite asks of every adapter: the facts that its stage knows of one person."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from backend.linkage.facts import Fact, FactValue
from contracts.card import Birth

KNOWN: Mapping[Fact, FactValue] = {
    Fact.ALIVE: True,
    Fact.INCOME_YEAR_BAHT: 84_000,
    Fact.NEWBORN_BIRTH: date(2025, 2, 28),
    Fact.BIRTH: Birth(year=1953),
    Fact.HEALTH_SCHEME: "UCS",
}
AS_OF = datetime(2026, 10, 31, 17, tzinfo=UTC)
"""What it knows is of 1 November 2026: from that day's first moment in Thailand."""
DEADLINE_S = 0.4

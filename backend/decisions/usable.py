"""What one service may be decided on, out of everything that was gathered. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from backend.linkage.facts import Fact, FactValue
from backend.linkage.gathered import Gathered
from contracts.decision import NotKnownCause


@dataclass(frozen=True, slots=True)
class UsableFacts:
    """One service's facts.

    Attributes:
        facts: What it is decided on.
        causes: Why each other one is not known.
        ages: How old each is, as far as that was noted.
    """

    facts: Mapping[Fact, FactValue] = field(repr=False)
    causes: Mapping[Fact, NotKnownCause]
    ages: Mapping[Fact, timedelta]


def usable_facts(
    gathered: Gathered,
    permitted: frozenset[Fact],
    withheld: frozenset[Fact],
    stale: frozenset[Fact],
    ages: Mapping[Fact, timedelta],
) -> UsableFacts:
    """Cut down what was gathered to what a service's own mandate permits, even where another's brought in more.

    Args:
        gathered: Everything that came.
        permitted: Facts its mandate permits.
        withheld: Facts it needs and may not use.
        stale: Facts too old for its rules: they count as not known.
        ages: How old the facts are, as far as that was noted.
    """
    known = {fact: gathered.facts[fact].value for fact in permitted - stale if fact in gathered.facts}
    causes = {fact: cause for fact, cause in gathered.causes.items() if fact in permitted}
    causes.update(dict.fromkeys(stale & permitted, NotKnownCause.STALE))
    causes.update(dict.fromkeys(withheld, NotKnownCause.NOT_PERMITTED))
    return UsableFacts(known, causes, {fact: age for fact, age in ages.items() if fact in known})

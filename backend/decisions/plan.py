"""Which facts a question may ask, pure: what its rules need, cut down to what the mandates permit for each service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from backend.linkage.facts import Fact
from backend.mandates.check import Mandate, Refused, check


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, and what each service may use of it.

    Attributes:
        usable: Service id → the facts its decision may use: needed and permitted for that very service.
        withheld: Service id → the facts it needs and may not use.
        check_card: Whether the card's status may be asked.
        mandates: Service id → what permits asking for it.
    """

    usable: Mapping[str, frozenset[Fact]]
    withheld: Mapping[str, frozenset[Fact]]
    check_card: bool
    mandates: Mapping[str, tuple[Mandate, ...]] = field(default_factory=dict)

    @property
    def to_ask(self) -> frozenset[Fact]:
        """Every fact to gather, each once."""
        card = frozenset({Fact.CARD_STATUS}) if self.check_card else frozenset[Fact]()
        return card.union(*self.usable.values())

    @property
    def never_asked(self) -> frozenset[Fact]:
        """Facts some service needs and no service asked for may use."""
        return frozenset[Fact]().union(*self.withheld.values()) - self.to_ask


def make_plan(
    needs: Mapping[str, frozenset[Fact]], mandates: Iterable[Mandate], agency_id: str, purpose: str, on: date
) -> Plan | Refused:
    """Plan a question.

    Args:
        needs: Service id → the facts its rules need.
        mandates: The asking agency's mandates.
        agency_id: Whose device asks.
        purpose: Why.
        on: The day, in Thailand.

    Returns:
        The plan, or the first refusal: a question is asked whole or not at all.
    """
    held = tuple(mandates)
    usable, withheld, check_card = {}, {}, False
    permitting: dict[str, tuple[Mandate, ...]] = {}
    for service_id, needed in needs.items():
        answer = check(held, agency_id, service_id, purpose, on)
        if isinstance(answer, Refused):
            return answer
        usable[service_id] = needed & answer.facts
        withheld[service_id] = needed - answer.facts
        permitting[service_id] = answer.mandates
        check_card = check_card or Fact.CARD_STATUS in answer.facts
    return Plan(usable, withheld, check_card, permitting)

"""Which facts a question may ask, pure: what its rules need, cut down to what the mandates permit for each service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend.linkage.facts import Fact
from backend.mandates.check import AgencyMandates, Asking, Mandate, Refused


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, and what each service may use of it.

    Attributes:
        usable: Service id → the facts its decision may use: needed and permitted for that very service.
        withheld: Service id → the facts it needs and may not use.
        check_card: Whether the card's status may be asked.
        mandates: Service id → what permits asking for it.
        must_confirm: Whether some mandate demands that the registry confirm the card.
    """

    usable: Mapping[str, frozenset[Fact]]
    withheld: Mapping[str, frozenset[Fact]]
    check_card: bool
    mandates: Mapping[str, tuple[Mandate, ...]] = field(default_factory=dict)
    must_confirm: bool = False

    @property
    def to_ask(self) -> frozenset[Fact]:
        """Every fact to gather, each once."""
        card = frozenset({Fact.CARD_STATUS}) if self.check_card else frozenset[Fact]()
        return card.union(*self.usable.values())

    @property
    def counted(self) -> tuple[Mandate, ...]:
        """What permits it, once for each service: the uses to count."""
        return tuple(mandate for permitting in self.mandates.values() for mandate in permitting)

    @property
    def never_asked(self) -> frozenset[Fact]:
        """Facts some service needs and no service asked for may use."""
        return frozenset[Fact]().union(*self.withheld.values()) - self.to_ask


def make_plan(
    needs: Mapping[str, frozenset[Fact]],
    mandates: AgencyMandates,
    askings: Iterable[Asking],
    spent: frozenset[int] = frozenset(),
) -> Plan | Refused:
    """Plan a question.

    Args:
        needs: Service id → the facts its rules need.
        mandates: The asking agency's mandates.
        askings: What is asked, one entry per service.
        spent: Ids of mandates whose quota is spent.

    Returns:
        The plan, or the first refusal: a question is asked whole or not at all.
    """
    draft = _Draft()
    for asking in askings:
        answer = mandates.check(asking, spent)
        if isinstance(answer, Refused):
            return answer
        needed = needs[asking.service_id]
        draft.usable[asking.service_id] = needed & answer.facts
        draft.withheld[asking.service_id] = needed - answer.facts
        draft.check_card = draft.check_card or Fact.CARD_STATUS in answer.facts
        draft.mandates[asking.service_id] = answer.mandates
        draft.must_confirm = draft.must_confirm or answer.must_confirm
    return Plan(draft.usable, draft.withheld, draft.check_card, draft.mandates, draft.must_confirm)


@dataclass(slots=True)
class _Draft:
    usable: dict[str, frozenset[Fact]] = field(default_factory=dict)
    withheld: dict[str, frozenset[Fact]] = field(default_factory=dict)
    check_card: bool = False
    mandates: dict[str, tuple[Mandate, ...]] = field(default_factory=dict)
    must_confirm: bool = False

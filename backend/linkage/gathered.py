"""What came of asking, pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.linkage.facts import Fact, KnownFact
from contracts.decision import NotKnownCause, SourceOutcome


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came.

    Attributes:
        facts: The facts known, each with who said so. A wanted fact that is missing here is not known.
        causes: Why each wanted fact that an asked agency did not give is not known.
        sources: One outcome per agency asked, in the directory's order.
        times: Agency id → when it was asked and when its answer came or was given up, in milliseconds since the asking
            began.
    """

    facts: dict[Fact, KnownFact] = field(repr=False)
    causes: dict[Fact, NotKnownCause]
    sources: tuple[SourceOutcome, ...]
    times: dict[str, tuple[int, int]] = field(default_factory=dict)


def merge(outcomes: Iterable[Gathered]) -> Gathered:
    """Return several outcomes as one."""
    known: dict[Fact, KnownFact] = {}
    causes: dict[Fact, NotKnownCause] = {}
    sources: list[SourceOutcome] = []
    times: dict[str, tuple[int, int]] = {}
    for outcome in outcomes:
        known.update(outcome.facts)
        causes.update(outcome.causes)
        sources += outcome.sources
        times.update(outcome.times)
    return Gathered(known, causes, tuple(sources), times)

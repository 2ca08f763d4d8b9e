"""Numbers for operators: decisions by service and outcome, agencies' answers by cause. Nothing about anybody."""

from collections.abc import Iterable
from functools import lru_cache

from prometheus_client import Counter

from backend.eligibility.rulebook import Verdict
from contracts.decision import SourceOutcome

_DECISIONS = Counter("baidiao_decisions_total", "Decisions made and recorded", ["service", "outcome"])
_SOURCES = Counter("baidiao_agency_outcomes_total", "How asking each agency ended", ["agency", "outcome"])


_decisions = lru_cache(maxsize=4096)(_DECISIONS.labels)
_sources = lru_cache(maxsize=4096)(_SOURCES.labels)
"""The library looks a series up under a lock, for every value anew; services, agencies and outcomes are few."""


def count_decisions(verdicts: Iterable[Verdict]) -> None:
    """Count what was decided."""
    for verdict in verdicts:
        _decisions(verdict.service, verdict.outcome.value).inc()


def count_sources(sources: Iterable[SourceOutcome]) -> None:
    """Count how the agencies answered."""
    for source in sources:
        _sources(source.agency_id, source.cause.value if source.cause else source.state.value).inc()

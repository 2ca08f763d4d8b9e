"""A provider that answers from memory, for tests that are not about HTTP."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from backend.linkage.facts import Fact
from backend.linkage.ports import DatedFacts, Facts, NotKnown
from contracts.decision import NotKnownCause, Subject


@dataclass
class FakeProvider:
    """Gives ``known`` (``absent`` when the person is not ``found``), or fails with ``fault``, after ``delay_s``."""

    known: Facts
    absent: Facts = field(default_factory=dict)
    found: bool = True
    fault: NotKnown | None = None
    delay_s: float = 0.0
    asked: int = 0
    as_of: datetime | None = None

    @property
    def offers(self) -> frozenset[Fact]:
        return frozenset(self.known)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        self.asked += 1
        try:
            async with asyncio.timeout(deadline_s):
                await asyncio.sleep(self.delay_s)
        except TimeoutError:
            return NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")
        if self.fault is not None:
            return self.fault
        given = {fact: value for fact, value in (self.known if self.found else self.absent).items() if fact in facts}
        if not given:
            return NotKnown(NotKnownCause.NO_RECORD, retryable=False)
        return DatedFacts(given, self.as_of) if self.as_of and self.found else given

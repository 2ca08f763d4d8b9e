"""A register that the centre keeps for an agency whose data is files."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

from backend.linkage.adapters.subject_fields import number_sent
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.hosted.shelf import RegisterBrokenError, RegisterShelf, RegisterVersion
from backend.linkage.ports import DatedFacts, Facts, NotKnown
from backend.linkage.reading import read_facts
from backend.linkage.written_dates import THAILAND
from contracts.decision import NotKnownCause, Subject


def _today() -> date:
    return datetime.now(UTC).date()


class HostedProvider:
    """One request of one hosted register. Used on the loop's thread alone; a look-up costs some 0.1 ms.

    Its facts are of the day that the upload's content is of, or of their row's own date.

    Args:
        shelf: Where registers are kept.
        register: Which one.
        request: What is read.
        max_age_days: Content older than this is not believed; None: of any age.
        today: The clock.
    """

    def __init__(
        self,
        shelf: RegisterShelf,
        register: str,
        request: Request,
        max_age_days: int | None = None,
        today: Callable[[], date] = _today,
    ) -> None:
        self._shelf = shelf
        self._register = register
        self._request = request
        self._max_age_days = max_age_days
        self._today = today
        self._version: RegisterVersion | None = None
        self._as_of = date.min

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this register can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:  # noqa: ARG002  (nothing is waited for)
        """Ask about one person (see ``Provider``)."""
        try:
            version = self._opened()
            if version is None:
                return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail="no_version")
            if self._max_age_days is not None and (self._today() - self._as_of).days > self._max_age_days:
                return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="too_old")
            cells = version.find(number_sent(subject, self._request))
            tree = {"found": "false"} if cells is None else {"found": "true", **cells}
            known = read_facts(self._request, tree, facts, lexical=True, about=number_sent(subject, self._request))
        except (RegisterBrokenError, WrongAnswerError) as error:
            detail = error.detail if isinstance(error, WrongAnswerError) else "register_broken"
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)
        if known is None:
            return NotKnown(NotKnownCause.NO_RECORD, retryable=False)
        whole = datetime.combine(self._as_of, time(), THAILAND).astimezone(UTC)
        return known if isinstance(known, DatedFacts) else DatedFacts(known, whole)

    def close(self) -> None:
        """Let go of the file (see ``Closing``)."""
        if self._version is not None:
            self._version.close()
            self._version = None

    def _opened(self) -> RegisterVersion | None:
        file: Path | None = self._shelf.current(self._register)
        if self._version is not None and self._version.file == file:
            return self._version
        self.close()
        if file is not None:
            self._version = self._shelf.open(self._register, file)
            report = self._shelf.report(self._register) or {}
            self._as_of = date.fromisoformat(report["current"]["as_of"])
        return self._version

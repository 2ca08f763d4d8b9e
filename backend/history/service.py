"""Who asked about me? The citizen's view, his disputes, and an agency's own access log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from backend.decisions.assemble import card_refusal
from backend.decisions.errors import QuestionRefusedError
from backend.decisions.ports import Device, Gatherer, Keyring
from backend.evidence.acts import ActKind
from backend.history.acting import Acting
from backend.history.delays import Delays, is_hidden
from backend.history.dispute_states import DisputeStep
from backend.history.disputes import DisputedEntry, Disputes, status_of
from backend.history.entries import Look, Names, read_look, tell_agency, tell_citizen
from backend.history.errors import EntryUnknownError
from backend.history.index import Found, HistoryIndex
from backend.linkage.facts import Fact
from backend.linkage.gathered import Gathered
from backend.linkage.links import SubjectLinks
from contracts.citizen_number import CitizenNumber, NumberError
from contracts.decision import NotKnownCause, Subject
from contracts.history import (
    PAGE_MOST,
    AccessPage,
    DisputeQuestion,
    EntryKind,
    HistoryEntry,
    HistoryExportQuestion,
    HistoryPage,
    HistoryQuestion,
)
from contracts.problems import ProblemCode

_EXPORT_MOST: Final = 10_000
_BATCH: Final = 200
_STEPS: Final = {"object": DisputeStep.OBJECT, "accept": DisputeStep.ACCEPT}


class Permission(Protocol):
    """Says whether an agency's officer may export a citizen's history."""

    def __call__(self, agency_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class HistoryParts:
    """What the service is made of.

    Attributes:
        index: Finds leaves.
        keyring: Pseudonyms under every live key.
        gatherer: Asks the registry about the card.
        acting: Logs each look.
        delays: What is hidden.
        disputes: What is disputed.
        names: Ids in words.
        may_export: Whether a mandate allows an export.
        links: The G codes somebody had before.
    """

    index: HistoryIndex
    keyring: Keyring
    gatherer: Gatherer
    acting: Acting
    delays: Delays
    disputes: Disputes
    names: Names
    may_export: Permission
    links: SubjectLinks


class HistoryService:
    """Shows histories. Any number of threads may use one."""

    def __init__(self, parts: HistoryParts) -> None:
        self._parts = parts

    def page(self, device: Device, question: HistoryQuestion) -> HistoryPage:
        """Return a page of the holder's history, once the look itself is logged.

        Raises:
            QuestionRefusedError: A wrong number, or a card that the registry refuses or does not confirm.
            LogUnavailableError: The look could not be logged.
        """
        number = self._holder(question.subject)
        looks = self._looks(number, question.before)
        shown = list(islice(looks, question.limit))
        more = next(looks, None) is not None
        at = self._parts.acting.now()
        return HistoryPage(
            reference=self._log_look(device, number, None, at),
            looked_at=at,
            entries=self._tell(shown),
            next=shown[-1].place.index if more and shown else None,
        )

    def export(self, device: Device, question: HistoryExportQuestion) -> tuple[HistoryEntry, ...]:
        """Return the holder's history whole, for an officer whose agency has a mandate for it.

        Raises:
            QuestionRefusedError: No mandate, or as for a page.
            LogUnavailableError: The look could not be logged.
        """
        if not self._parts.may_export(device.agency_id):
            raise QuestionRefusedError(ProblemCode.MANDATE_MISSING, "access_history: history_export")
        number = self._holder(question.subject)
        shown = list(islice(self._looks(number, None), _EXPORT_MOST))
        self._log_look(device, number, question.officer, self._parts.acting.now())
        return self._tell(shown)

    def dispute(self, question: DisputeQuestion) -> HistoryEntry:
        """Open a dispute of the holder's, or take the citizen's next step in it.

        Raises:
            EntryUnknownError: It is no entry of this holder's that he can see and dispute.
            DisputeError: The dispute is not in a state for this.
            QuestionRefusedError: As for a page.
        """
        number = self._holder(question.subject)
        look = next(self._looks(number, question.leaf_index + 1), None)
        if look is None or look.place.index != question.leaf_index or look.service is None:
            raise EntryUnknownError
        disputes = self._parts.disputes
        if question.act == "open":
            disputes.open(DisputedEntry(look.place.index, look.agency_id, look.service), question.reason)
        else:
            known = disputes.find(look.place.index)
            if known is None:
                raise EntryUnknownError
            disputes.take(known.reference, _STEPS[question.act])
        return self._tell([look])[0]

    def access_log(self, agency_id: str, before: int | None, limit: int) -> AccessPage:
        """Return a page of what an agency asked, newest first."""
        found = self._parts.index.find_of_agency(agency_id, before, min(limit, PAGE_MOST * 20))
        looks = (read_look(one) for one in found)
        entries = tuple(tell_agency(look) for look in looks if look is not None)
        return AccessPage(entries=entries, next=found[-1].index if len(found) == limit else None)

    def _holder(self, subject: Subject) -> CitizenNumber:
        """Have the registry confirm the card: only its holder may see his history, so silence is a no here."""
        try:
            number = CitizenNumber.parse(subject.citizen_number)
        except NumberError as error:
            raise QuestionRefusedError(ProblemCode.NUMBER_INVALID, error.reason) from None
        if subject.card is None:
            raise QuestionRefusedError(ProblemCode.CARD_MISMATCH, "a history is shown to the holder of a card only")
        items = self._parts.gatherer.gather(subject, frozenset({Fact.CARD_STATUS}), tell_progress=False)
        gathered = next(item for item in items if isinstance(item, Gathered))
        refusal = card_refusal(gathered.facts)
        if refusal is not None:
            raise QuestionRefusedError(refusal)
        if gathered.causes.get(Fact.CARD_STATUS) is NotKnownCause.NO_RECORD:
            raise QuestionRefusedError(ProblemCode.CARD_MISMATCH, "the registry does not know this card")
        if Fact.CARD_STATUS not in gathered.facts:
            raise QuestionRefusedError(ProblemCode.UNAVAILABLE, "the registry has not confirmed the card")
        return number

    def _looks(self, number: CitizenNumber, before: int | None) -> Iterator[Look]:
        """Yield everything asked about somebody that no delay hides, newest first."""
        subjects = [bytes.fromhex(key.number(number)) for key in self._parts.keyring.live()]
        subjects += self._parts.links.former_of(subjects)
        now = self._parts.acting.now()
        hidings = self._parts.delays.in_force(now)
        found: list[Found] = self._parts.index.find_about(subjects, before, _BATCH)
        while found:
            for one in found:
                look = read_look(one)
                if look is None:
                    continue
                service = look.service or ""
                if look.kind is EntryKind.LOOK_UP or not is_hidden(
                    hidings, look.agency_id, service, look.purpose, look.at, now
                ):
                    yield look
            found = self._parts.index.find_about(subjects, found[-1].index, _BATCH)

    def _tell(self, looks: list[Look]) -> tuple[HistoryEntry, ...]:
        agencies = self._parts.names.agencies()
        disputes = self._parts.disputes.find_many([look.place.index for look in looks])
        entries = []
        for look in looks:
            entry, disputed = tell_citizen(look, self._parts.names, agencies), disputes.get(look.place.index)
            entries.append(entry.model_copy(update={"dispute": status_of(disputed)}) if disputed else entry)
        return tuple(entries)

    def _log_look(self, device: Device, number: CitizenNumber, officer: str | None, at: datetime) -> str:
        key = self._parts.keyring.present()
        said: dict[str, object] = {
            "device_id": device.device_id,
            "agency_id": device.agency_id,
            "officer": officer,
            "pseudonym": key.number(number),
            "key": key.id,
        }
        return self._parts.acting.record(ActKind.HISTORY_READ, at, said, lambda _session: None)

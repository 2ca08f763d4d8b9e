"""An officer's extract from the source: mandate, facts and evidence meet here as they do for a decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from backend.decisions.assemble import card_refusal
from backend.decisions.errors import QuestionRefusedError
from backend.decisions.fact_words import write_value
from backend.decisions.permission import refusal, require_right_numbers, thai_day
from backend.decisions.ports import Device, Gatherer, Keyring, Mandates, Rules
from backend.evidence.errors import LogUnavailableError, PaperNotWantedError
from backend.evidence.extracts import ExtractRegister, ExtractSubject
from backend.linkage.facts import Fact, KnownFact
from backend.linkage.gathered import Gathered
from backend.mandates.check import Asking, Permitted, RefusalRule, Refused
from contracts.decision import Service
from contracts.extract import ExtractFact, ExtractNotice, ExtractQuestion, SourcedExtract, hash_facts
from contracts.message import Words
from contracts.problems import ProblemCode

_PURPOSE: Final = "extract"
_SALT_BYTES: Final = 16


class Authority(Device, Protocol):
    """The device whose officer asks, and whose agency makes the paper."""

    @property
    def agency(self) -> Words: ...


@dataclass(frozen=True, slots=True)
class ExtractService:
    """Makes extracts. Any number of threads may use one.

    Attributes:
        rules: For the names of services and facts.
        mandates: Who may have what on paper.
        gatherer: Asks the sources.
        register: Logs each extract before anybody sees it.
        agencies: Names of the sources, by id.
        now: The clock, aware UTC.
        random_bytes: For salts.
        keyring: For the citizen's pseudonym.
    """

    rules: Rules
    mandates: Mandates
    gatherer: Gatherer
    register: ExtractRegister
    agencies: Mapping[str, Words]
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    keyring: Keyring

    def make(self, device: Authority, question: ExtractQuestion) -> SourcedExtract:
        """Ask the source, log the extract, and only then hand it out.

        Raises:
            QuestionRefusedError: No law, no mandate, a wrong number, a card refused, or the source did not answer.
        """
        service = self._allowed(question)
        facts = self._ask(device, question)
        labels = self._labels(service)
        known = [fact for fact in labels if fact in facts]
        said = tuple(ExtractFact(label=labels[fact], value=write_value(facts[fact].value)) for fact in known)
        if not said:
            raise QuestionRefusedError(ProblemCode.UNAVAILABLE, "the source did not answer")
        salt, key = self.random_bytes(_SALT_BYTES), self.keyring.present()
        subject = ExtractSubject(key.subject(question.subject.kind, question.subject.number), key.id)
        notice = ExtractNotice(
            service=question.service,
            source=question.source,
            officer=question.officer,
            facts_hash=hash_facts(said, salt),
        )
        try:
            receipt = self.register.register(notice, device.device_id, device.agency_id, device.agency, subject)
        except LogUnavailableError as error:
            raise QuestionRefusedError(ProblemCode.UNAVAILABLE) from error
        source = self.agencies[question.source]
        return SourcedExtract(receipt=receipt, service_name=service.name, source=source, facts=said, salt=salt.hex())

    def _allowed(self, question: ExtractQuestion) -> Service:
        try:
            self.register.require_law(question.service)
        except PaperNotWantedError as error:
            raise QuestionRefusedError(ProblemCode.MANDATE_MISSING, "no law wants paper for this service") from error
        require_right_numbers(question.subject)
        found = next((service for service in self.rules.services() if service.id == question.service), None)
        if found is None or question.source not in self.agencies:
            raise QuestionRefusedError(ProblemCode.SERVICE_UNKNOWN)
        return found

    def _ask(self, device: Authority, question: ExtractQuestion) -> Mapping[Fact, KnownFact]:
        permitted = self._permit(device, question)
        items = self.gatherer.gather(question.subject, permitted.facts, tell_progress=False)
        gathered = next(item for item in items if isinstance(item, Gathered))
        refused_card = card_refusal(gathered.facts)
        if refused_card is not None:
            raise QuestionRefusedError(refused_card)
        if permitted.must_confirm and Fact.CARD_STATUS not in gathered.facts:
            raise refusal(Refused(RefusalRule.CARD_NOT_CONFIRMED, question.service), device.agency_id, self.now())
        return {fact: known for fact, known in gathered.facts.items() if known.agency_id == question.source}

    def _permit(self, device: Authority, question: ExtractQuestion) -> Permitted:
        now, subject = self.now(), question.subject
        mandates = self.mandates.of_agency(device.agency_id)
        asking = Asking(question.service, _PURPOSE, thai_day(now), subject.kind, subject.holder_check)
        answer = mandates.check(asking)
        if isinstance(answer, Permitted):
            spent = self.mandates.spend(answer.mandates, now, asking.on)
            answer = mandates.check(asking, spent)
        if isinstance(answer, Refused):
            raise refusal(answer, device.agency_id, now)
        return answer

    def _labels(self, service: Service) -> dict[Fact, Words]:
        """Name the service's facts. Its menu lists them in the table's order."""
        facts = self.rules.needed_facts(service.id)
        return {fact: asked.fact for fact, asked in zip(facts, service.facts, strict=True)}

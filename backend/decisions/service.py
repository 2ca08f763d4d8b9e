"""The one place where mandate, facts, rules and evidence meet."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from backend.decisions import metrics
from backend.decisions.answers import PUT_ANSWER, AnswerShelf, Key, StoredAnswer, answer_row
from backend.decisions.assemble import Asker, Decided, assurance, card_refusal, slip_claims
from backend.decisions.errors import QuestionRefusedError
from backend.decisions.flights import Flights
from backend.decisions.permission import refusal, require_right_numbers, thai_day
from backend.decisions.plan import Plan, make_plan
from backend.decisions.ports import Cases, Device, Gatherer, Keyring, Links, Log, Mandates, Rules, Signer
from backend.decisions.reference import REFERENCE_BYTES, encode_reference
from backend.decisions.usable import UsableFacts, usable_facts
from backend.eligibility.errors import NotInEffectError, UnknownServiceError
from backend.evidence.errors import LogUnavailableError
from backend.evidence.leaf import Pseudonymiser
from backend.evidence.submission import AlsoRow
from backend.linkage.errors import LoopStoppedError
from backend.linkage.facts import Fact
from backend.linkage.gathered import Gathered
from backend.mandates.check import Asking, Permitted, RefusalRule, Refused
from contracts.card import Assurance
from contracts.decision import (
    Answer,
    Explanation,
    LeafReference,
    Progress,
    Question,
    Service,
    ServiceList,
    SourceOutcome,
    Subject,
)
from contracts.problems import ProblemCode
from contracts.subject import SubjectKind

_PURPOSE: Final = "eligibility"
_SLIP_PURPOSE: Final = "slip_identity"
EXPLANATION: Final = "explanation"
"""Purpose of a mandate that lets an agency's officers have decisions explained row by row."""
_OTHERS_DECISION_S: Final = 30.0
_PURGE_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of; ``backend.bootstrap`` puts it together.

    Attributes:
        now: The clock, aware UTC.
        random_bytes: Gives so many random bytes.
        links: Which G codes are in use no more.
        cases: Takes what was decided on, for rules to be tried on; None where nothing is ever kept.
    """

    rules: Rules
    mandates: Mandates
    gatherer: Gatherer
    log: Log
    signer: Signer
    keyring: Keyring
    answers: AnswerShelf
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    links: Links
    cases: Cases | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way, checked."""

    device: Device
    question: Question
    plan: Plan
    on: date
    pseudonymiser: Pseudonymiser
    body: bytes
    body_hash: str

    @property
    def key(self) -> Key:
        return self.device.device_id, str(self.question.question_id)

    @property
    def to_ask(self) -> frozenset[Fact]:
        """The plan's facts. Whether a card is current can be asked only of a card that was shown."""
        kept_out = frozenset({Fact.CARD_STATUS}) if self.question.subject.card is None else frozenset[Fact]()
        return self.plan.to_ask - kept_out

    @property
    def asker(self) -> Asker:
        return Asker(
            device_id=self.device.device_id,
            agency_id=self.device.agency_id,
            officer=self.question.officer,
            pseudonym=self.pseudonymiser.subject(self.question.subject.kind, self.question.subject.number),
            question_hash=self.body_hash,
            purpose=self.question.purpose,
            mandates=self.plan.mandates,
        )


class DecisionService:
    """Answers questions from devices. Any number of threads may use one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._services: dict[str, Service] = {service.id: service for service in parts.rules.services()}
        self._flights = Flights()
        self._purging = threading.Lock()
        self._purged_at: datetime | None = None

    def services(self, agency_id: str) -> ServiceList:
        """Return the services that an agency's devices may offer today, under its mandates."""
        mandates, today = self._parts.mandates.of_agency(agency_id), self._today()
        offered = [s for s in self._services.values() if self._in_effect(s.id, today)]
        return ServiceList(
            services=tuple(s for s in offered if isinstance(mandates.check(Asking(s.id, _PURPOSE, today)), Permitted))
        )

    def ask(
        self, device: Device, question: Question, body: bytes, on_progress: Callable[[Progress], None] | None = None
    ) -> Answer:
        """Answer a question; see :meth:`stream`. ``on_progress`` is called on this thread as agencies answer."""
        answer: Answer | None = None
        for item in self.stream(device, question, body, tell_progress=on_progress is not None):
            if isinstance(item, Answer):
                answer = item
            elif on_progress is not None:
                on_progress(item)
        if answer is None:
            raise RuntimeError("a question's stream ended without an answer")
        return answer

    def stream(
        self, device: Device, question: Question, body: bytes, *, tell_progress: bool = True
    ) -> Iterator[Progress | Answer]:
        """Answer a question, telling of each agency on the way. The answer comes when its evidence is durable.

        Args:
            device: Who asks.
            question: What is asked.
            body: The request's body as signed: asked again with the same id, it must be the same.
            tell_progress: False when nobody watches.

        Yields:
            ``Progress`` items (none when the question was answered before), then one ``Answer``.

        Raises:
            QuestionRefusedError: There will be no answer. Before the first item for reasons in the question itself.
        """
        asked = self._check(device, question, body)
        while True:
            stored = self._parts.answers.find_answer(asked.key)
            if stored is not None:
                yield self._repeat(asked, stored)
                return
            with self._flights.leading(asked.key) as other:
                if other is None:
                    yield from self._decide(asked, tell_progress)
                    break
            if not other.wait(_OTHERS_DECISION_S):
                raise QuestionRefusedError(ProblemCode.UNAVAILABLE, "the same question is still being decided")
        self._purge_now_and_then()

    def _check(self, device: Device, question: Question, body: bytes) -> _Asked:
        require_right_numbers(question.subject)
        self._require_no_number_yet(question.subject)
        today = self._today()
        plan = self._plan(device, question, today)
        pseudonymiser = self._parts.keyring.present()
        return _Asked(device, question, plan, today, pseudonymiser, body, pseudonymiser.question(body))

    def _require_no_number_yet(self, subject: Subject) -> None:
        if subject.kind is not SubjectKind.PUPIL:
            return
        keys = self._parts.keyring.live()
        if self._parts.links.is_former([bytes.fromhex(key.subject(subject.kind, subject.number)) for key in keys]):
            raise QuestionRefusedError(ProblemCode.NUMBER_INVALID, "the pupil has a citizen number: ask by it")

    def _plan(self, device: Device, question: Question, on: date, spent: frozenset[int] = frozenset()) -> Plan:
        needs = {service_id: self._needed(service_id, on) for service_id in question.services}
        subject = question.subject
        askings = [Asking(s, question.purpose, on, subject.kind, subject.holder_check) for s in needs]
        plan = make_plan(needs, self._parts.mandates.of_agency(device.agency_id), askings, spent)
        if isinstance(plan, Refused):
            raise refusal(plan, device.agency_id, self._parts.now())
        return plan

    def _spend(self, asked: _Asked) -> _Asked:
        """Count the use of each mandate; go on without those whose quota is spent, as far as the others carry."""
        spent = self._parts.mandates.spend(asked.plan.counted, self._parts.now(), asked.on)
        if not spent:
            return asked
        try:
            return replace(asked, plan=self._plan(asked.device, asked.question, asked.on, spent))
        except QuestionRefusedError:
            used = [mandate for mandate in asked.plan.counted if mandate.id not in spent]
            self._parts.mandates.give_back(used, asked.on)
            raise

    def _needed(self, service_id: str, on: date) -> frozenset[Fact]:
        try:
            return frozenset(self._parts.rules.needed_facts(service_id, on))
        except (UnknownServiceError, NotInEffectError):
            raise QuestionRefusedError(ProblemCode.SERVICE_UNKNOWN) from None

    def _in_effect(self, service_id: str, on: date) -> bool:
        try:
            self._parts.rules.needed_facts(service_id, on)
        except NotInEffectError:
            return False
        return True

    def _decide(self, asked: _Asked, tell_progress: bool) -> Iterator[Progress | Answer]:
        asked = self._spend(asked)
        gathered: Gathered | None = None
        try:
            for item in self._parts.gatherer.gather(
                asked.question.subject, asked.to_ask, tell_progress=tell_progress, limits=lambda: self._limits(asked)
            ):
                if isinstance(item, Gathered):
                    gathered = item
                else:
                    yield item
        except LoopStoppedError as error:
            raise QuestionRefusedError(ProblemCode.UNAVAILABLE) from error
        if gathered is None:
            raise RuntimeError("gathering ended without an outcome")
        usable = {service_id: self._usable(asked, service_id, gathered) for service_id in asked.plan.usable}
        answer = self._record(asked, self._judge(asked, gathered, usable))
        if self._parts.cases is not None:
            decided_on = {service_id: one.facts for service_id, one in usable.items()}
            self._parts.cases.offer(
                asked.device.agency_id, asked.question.subject, asked.on, answer.assurance, decided_on
            )
        yield answer.model_copy(update={"explanations": self._explanations(asked, usable)})

    def _limits(self, asked: _Asked) -> Mapping[Fact, timedelta]:
        """Return how old each fact may be for every service asked for."""
        found: dict[Fact, timedelta] = {}
        for service_id in asked.plan.usable:
            for fact, limit in self._parts.rules.freshness(service_id, asked.on).items():
                found[fact] = min(found.get(fact, limit), limit)
        return found

    def _judge(self, asked: _Asked, gathered: Gathered, usable: Mapping[str, UsableFacts]) -> Decided:
        metrics.count_sources(gathered.sources)
        refused_card = card_refusal(gathered.facts)
        if refused_card is not None:
            raise QuestionRefusedError(refused_card)
        sure = assurance(gathered.facts, asked.question.subject)
        if asked.plan.must_confirm and sure is not Assurance.CONFIRMED:
            unconfirmed = Refused(RefusalRule.CARD_NOT_CONFIRMED, asked.question.services[0])
            raise refusal(unconfirmed, asked.device.agency_id, self._parts.now())
        verdicts = [
            self._parts.rules.decide(service_id, one.facts, asked.on, one.causes) for service_id, one in usable.items()
        ]
        return Decided(
            question_id=asked.question.question_id,
            reference=encode_reference(self._parts.random_bytes(REFERENCE_BYTES)),
            decided_at=self._parts.now().replace(microsecond=0),
            assurance=sure,
            verdicts=verdicts,
            sources=gathered.sources + self._not_asked(asked, gathered),
            times=gathered.times,
        )

    def _not_asked(self, asked: _Asked, gathered: Gathered) -> tuple[SourceOutcome, ...]:
        was_asked = {source.agency_id for source in gathered.sources}
        kept_out = self._parts.gatherer.not_permitted(asked.plan.never_asked)
        return tuple(source for source in kept_out if source.agency_id not in was_asked)

    def _usable(self, asked: _Asked, service_id: str, gathered: Gathered) -> UsableFacts:
        """Return what one service may be decided on: what its own mandate permits, and what is not too old."""
        now, plan = self._parts.now(), asked.plan
        ages = {fact: now - known.as_of for fact, known in gathered.facts.items() if known.as_of is not None}
        stale = self._parts.rules.stale_facts(service_id, asked.on, ages)
        return usable_facts(gathered, plan.usable[service_id], plan.withheld[service_id], stale, ages)

    def _explanations(self, asked: _Asked, usable: Mapping[str, UsableFacts]) -> tuple[Explanation, ...]:
        """Explain what the asker's mandates let it have explained. Never stored: rows tell what the agencies said."""
        mandates, subject = self._parts.mandates.of_agency(asked.device.agency_id), asked.question.subject
        return tuple(
            self._parts.rules.explanation(service_id, one.facts, asked.on, one.ages, one.causes)
            for service_id, one in usable.items()
            if isinstance(
                mandates.check(Asking(service_id, EXPLANATION, asked.on, subject.kind, subject.holder_check)), Permitted
            )
        )

    def _record(self, asked: _Asked, decided: Decided) -> Answer:
        """Append the decisions to the log, with the answer in the same transaction, and only then sign the slip."""
        made: list[Answer] = []
        told = decided.decisions(self._services)

        def write(references: tuple[LeafReference, ...]) -> Mapping[str, Any]:
            made.append(decided.answer(told, references))
            return answer_row(asked.key, asked.body_hash, made[-1])

        leaves = decided.leaves(asked.asker, told, asked.pseudonymiser)
        try:
            self._parts.log.append_all(leaves, AlsoRow(PUT_ANSWER, write))
        except (IntegrityError, LogUnavailableError) as error:
            # Another process was quicker, or the log cannot tell whether it stored: the database knows.
            stored = self._parts.answers.find_answer(asked.key)
            if stored is None:
                raise QuestionRefusedError(ProblemCode.UNAVAILABLE) from error
            return self._repeat(asked, stored)
        metrics.count_decisions(decided.verdicts)
        return self._signed(asked, made[-1])

    def _repeat(self, asked: _Asked, stored: StoredAnswer) -> Answer:
        if stored.body_hash != asked.body_hash and not self._was_stored_under_older_key(asked, stored):
            raise QuestionRefusedError(ProblemCode.IDEMPOTENCY_CONFLICT)
        return self._signed(asked, stored.answer)

    def _was_stored_under_older_key(self, asked: _Asked, stored: StoredAnswer) -> bool:
        keys = self._parts.keyring.live()
        return any(stored.body_hash in {key.question(asked.body), key.old_question(asked.body)} for key in keys)

    def _signed(self, asked: _Asked, answer: Answer) -> Answer:
        card = asked.question.subject.card
        if card is None:  # no holder stands there to be given a slip
            return answer
        fuller = self._may_name_holder(asked)
        claims = slip_claims(answer, asked.question.subject, card, self._parts.signer.issuer, fuller=fuller)
        return answer.model_copy(update={"slip_token": self._parts.signer.sign(claims)})

    def _may_name_holder(self, asked: _Asked) -> bool:
        """Whether the mandate of every service asked for says that the slip's code may name its holder."""
        mandates, subject = self._parts.mandates.of_agency(asked.device.agency_id), asked.question.subject
        return all(
            isinstance(
                mandates.check(Asking(service_id, _SLIP_PURPOSE, asked.on, subject.kind, subject.holder_check)),
                Permitted,
            )
            for service_id in asked.question.services
        )

    def _purge_now_and_then(self) -> None:
        now = self._parts.now()
        if self._purged_at is not None and now - self._purged_at < _PURGE_EVERY:
            return
        if self._purging.acquire(blocking=False):
            try:
                self._parts.answers.purge(now)
                self._purged_at = now
            finally:
                self._purging.release()

    def _today(self) -> date:
        return thai_day(self._parts.now())

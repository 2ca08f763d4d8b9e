"""One queue, one loop: events in, states and effects out. Threads do the slow work and report back."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from contracts.decision import Question
from contracts.fleet import PartState
from contracts.problems import ProblemCode
from contracts.slip import SlipRecord
from kiosk.errors import (
    AskCancelledError,
    CardGoneError,
    CardUnreadableError,
    CentreError,
    CentrePermanentError,
    NotThaiIdError,
)
from kiosk.ports import CardSource, Centre, Presence, Press
from kiosk.visit import effects as do
from kiosk.visit import events as ev
from kiosk.visit.machine import begin, step
from kiosk.visit.state import Rules, State

TICK_S = 0.25
SERVICES_EVERY_S = 300.0
SERVICES_RETRY_S = 5.0
PRINTER_EVERY_S = 10.0
_log = structlog.get_logger()

_FAULTS = {
    ProblemCode.CARD_VOID: ev.AskFault.CARD_VOID,
    ProblemCode.CARD_MISMATCH: ev.AskFault.CARD_MISMATCH,
    ProblemCode.MANDATE_MISSING: ev.AskFault.NOT_OFFERED,
    ProblemCode.QUOTA_SPENT: ev.AskFault.NOT_OFFERED,
    ProblemCode.SERVICE_UNKNOWN: ev.AskFault.NOT_OFFERED,
    ProblemCode.NUMBER_INVALID: ev.AskFault.CARD_MISMATCH,
}


def ask_fault(error: CentreError) -> ev.AskFault:
    """Say which unhappy screen a centre's error leads to. Pure."""
    known = next((fault for code, fault in _FAULTS.items() if code == error.code), None)
    if known is not None:
        return known
    return ev.AskFault.REFUSED if isinstance(error, CentrePermanentError) else ev.AskFault.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Parts:
    """What the daemon works with.

    Attributes:
        cards: The reader.
        press: The printer.
        centre: The linkage centre.
        publish: Called with every new state, before its effects are carried out: the screen must be wiped first.
        keep_record: Called with the masked record of a visit that reached its answer.
        press_key: Called with each key of the front panel, for the screen.
    """

    cards: CardSource
    press: Press
    centre: Centre
    publish: Callable[[State], None]
    keep_record: Callable[[SlipRecord], None]
    press_key: Callable[[str], None] = lambda _key: None


class Daemon:
    """Runs visits. ``post`` may be called from any thread; everything else happens in the loop's own.

    Attributes:
        state: Where the visit stands.
        visits_total: Visits ended since the start.
        turned_at_s: When, on the monotonic clock, the loop last went round; it does so every TICK_S.
    """

    def __init__(self, parts: Parts, rules: Rules) -> None:
        self._parts = parts
        self._rules = rules
        self._queue: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._cancelled = threading.Event()
        self._printing = threading.Lock()
        self._services_wanted = threading.Event()
        self._printer_wanted = threading.Event()
        self.state = begin(rules)
        self.visits_total = 0
        self.turned_at_s = time.monotonic()

    def post(self, event: ev.Event) -> None:
        """Take an event into the queue."""
        self._queue.put(event)

    def run(self) -> None:
        """Work until :meth:`stop`."""
        self._parts.publish(self.state)
        for work in (self._watch_cards, self._watch_printer, self._watch_services):
            self._thread(work)
        while not self._stopped.is_set():
            self._take(self._next())
            self.turned_at_s = time.monotonic()
        self._cancelled.set()

    def stop(self) -> None:
        """End the loop soon. Safe in a signal handler."""
        self._stopped.set()

    def _next(self) -> ev.Event:
        try:
            return self._queue.get(timeout=TICK_S)
        except queue.Empty:
            return ev.Ticked()

    def _take(self, event: ev.Event) -> None:
        state, effects = step(self.state, event, time.monotonic(), self._rules)
        if state is not self.state:
            self.state = state
            self._parts.publish(state)
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: do.Effect) -> None:
        """Do it. ``Wipe`` needs nothing: publishing the new state has already replaced what the screen shows."""
        match effect:
            case do.ReadCard(visit_id):
                self._thread(lambda: self._read(visit_id))
            case do.FetchServices():
                self._services_wanted.set()
            case do.AskCentre(question):
                cancelled = self._cancelled = threading.Event()
                self._thread(lambda: self._ask(question, cancelled))
            case do.AskHistory() | do.SendDispute() as wanted:
                self._thread(lambda: self._look(wanted))
            case do.PrintSlip() | do.PrintHistory() as job:
                cancelled = self._cancelled = threading.Event()
                self._thread(lambda: self._print(job, cancelled))
            case do.CancelWork():
                self._cancelled.set()
            case do.KeepRecord(record):
                self._parts.keep_record(record)
            case do.PressKey(key):
                self._parts.press_key(key)
            case do.NoteVisitEnded(visit_id, outcomes, ended_in):
                self.visits_total += 1
                _log.info("visit_ended", visit_id=str(visit_id), outcomes=outcomes, ended_in=ended_in)

    def _thread(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    # Work done in threads ---------------------------------------------------------------------------------------------

    def _read(self, visit_id: UUID) -> None:
        try:
            self.post(ev.CardWasRead(visit_id, self._parts.cards.read()))
        except CardGoneError:
            _log.info("card_gone_while_reading", visit_id=str(visit_id))
        except NotThaiIdError:
            self.post(ev.CardReadFailed(visit_id, ev.CardFault.NOT_THAI_ID))
        except CardUnreadableError as error:
            _log.warning("card_unreadable", visit_id=str(visit_id), cause=type(error.__cause__).__name__)
            self.post(ev.CardReadFailed(visit_id, ev.CardFault.UNREADABLE))

    def _ask(self, question: Question, cancelled: threading.Event) -> None:
        visit_id = question.visit_id
        try:
            answer = self._parts.centre.ask(
                question, lambda news: self.post(ev.ProgressCame(visit_id, news)), cancelled
            )
            self.post(ev.AnswerCame(visit_id, answer))
        except AskCancelledError:
            _log.info("ask_cancelled", visit_id=str(visit_id))
        except CentreError as error:
            fault = ask_fault(error)
            _log.warning("ask_failed", visit_id=str(visit_id), code=error.code, request_id=error.request_id)
            self.post(ev.AskFailed(visit_id, fault))

    def _look(self, wanted: do.AskHistory | do.SendDispute) -> None:
        visit_id, centre = wanted.question.visit_id, self._parts.centre
        try:
            if isinstance(wanted, do.AskHistory):
                self.post(ev.HistoryCame(visit_id, centre.history(wanted.question)))
            else:
                self.post(ev.DisputeCame(visit_id, centre.dispute(wanted.question)))
        except CentreError as error:
            _log.warning("history_failed", visit_id=str(visit_id), code=error.code, request_id=error.request_id)
            self.post(ev.HistoryFailed(visit_id, ask_fault(error)))

    def _print(self, job: do.PrintSlip | do.PrintHistory, cancelled: threading.Event) -> None:
        with self._printing:  # an earlier visitor's slip may still be moving
            if cancelled.is_set():
                return
            press = self._parts.press
            if isinstance(job, do.PrintHistory):
                printed = press.print_history(job.record, reprint=job.reprint)
            else:
                printed = press.print_slip(job.record, reprint=job.reprint)
        self._printer_wanted.set()
        _log.info("slip_print_ended", visit_id=str(job.visit_id), result=printed.result.value)
        if isinstance(job, do.PrintHistory):
            self.post(ev.HistoryPrinted(job.visit_id, printed.result, printed.trouble))
        else:
            self.post(ev.PrintEnded(job.visit_id, printed.result, printed.trouble))

    def _watch_cards(self) -> None:
        known: PartState | None = None
        for change in self._parts.cards.watch(self._stopped):
            if change.presence is Presence.REMOVED:
                self.post(ev.CardRemoved())
            if change.reader != known:
                known = change.reader
                _log.info("reader_changed", health=known.health.value, code=known.code)
                self.post(ev.ReaderChanged(known))
            if change.presence is Presence.INSERTED:
                self.post(ev.CardInserted(uuid4()))

    def _watch_printer(self) -> None:
        known: PartState | None = None
        while not self._stopped.is_set():
            if self._printing.acquire(blocking=False):
                try:
                    now = self._parts.press.status()
                finally:
                    self._printing.release()
                if now != known:
                    known = now
                    _log.info("printer_changed", health=now.health.value, code=now.code)
                    self.post(ev.PrinterChanged(now))
            self._printer_wanted.wait(PRINTER_EVERY_S)
            self._printer_wanted.clear()

    def _watch_services(self) -> None:
        while not self._stopped.is_set():
            wait_s = SERVICES_EVERY_S
            try:
                self.post(ev.ServicesCame(self._parts.centre.services()))
            except CentreError as error:
                _log.warning("services_not_fetched", code=error.code)
                wait_s = SERVICES_RETRY_S
            self._services_wanted.wait(wait_s)
            self._services_wanted.clear()

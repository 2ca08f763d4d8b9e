"""The kiosk's ports, faked: a slot one puts cards into, a press one takes the paper from, a centre one can cut off."""

import queue
import threading
import time
from collections.abc import Callable, Iterator

from contracts.card import CardRead
from contracts.decision import Answer, AskState, Progress, Question, Service
from contracts.fleet import Heartbeat, HeartbeatReply, PartHealth, PartState
from contracts.history import DisputeQuestion, HistoryEntry, HistoryPage, HistoryQuestion, HistoryRecord
from contracts.message import Words
from contracts.slip import SlipRecord
from kiosk.errors import AskCancelledError, CardGoneError, CardSourceError
from kiosk.ports import Presence, Printed, SlotChange
from kiosk.visit.events import PrintResult
from tests.support.kiosk_histories import disputed, make_entries, page_of
from tests.support.kiosk_people import AGENCIES, DECIDED_AT, SERVICES, answer_to, news

READER_OK = PartState(health=PartHealth.OK, model="Fake reader")
READER_GONE = PartState(health=PartHealth.ABSENT, code="no_reader")
PRINTER_OK = PartState(health=PartHealth.OK, model="Fake printer")
PAPER_OUT = PartState(health=PartHealth.FAULT, code="paper_out", model="Fake printer")


class FakeSlot:
    """A card source: ``insert`` and ``remove`` from the test, changes out."""

    def __init__(self, read_s: float = 0.0) -> None:
        self._changes: queue.Queue[SlotChange] = queue.Queue()
        self._card: CardRead | CardSourceError | None = None
        self.read_s = read_s

    def insert(self, card: CardRead | CardSourceError) -> None:
        self._card = card
        self._changes.put(SlotChange(Presence.INSERTED, READER_OK))

    def remove(self) -> None:
        self._card = None
        self._changes.put(SlotChange(Presence.REMOVED, READER_OK))

    def unplug(self) -> None:
        self._card = None
        self._changes.put(SlotChange(None, READER_GONE))

    def plug_in(self) -> None:
        self._changes.put(SlotChange(None, READER_OK))

    def watch(self, stopped: threading.Event) -> Iterator[SlotChange]:
        yield SlotChange(None, READER_OK)
        while not stopped.is_set():
            try:
                yield self._changes.get(timeout=0.05)
            except queue.Empty:
                continue

    def read(self) -> CardRead:
        card = self._card
        time.sleep(self.read_s)
        if card is None:
            raise CardGoneError
        if isinstance(card, CardSourceError):
            raise card
        return card


PAPER_WORDS = Words(th="กระดาษหมด โปรดแจ้งเจ้าหน้าที่", en="The printer is out of paper. Please tell a member of staff.")


class FakePress:
    """A press that remembers what it printed. It looks at its printer first, as the port says."""

    def __init__(self, result: PrintResult = PrintResult.PRINTED, print_s: float = 0.0) -> None:
        self.result = result
        self.print_s = print_s
        self.part = PRINTER_OK
        self.printed: list[SlipRecord] = []
        self.lists: list[HistoryRecord] = []
        self.reprints = 0

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> Printed:
        time.sleep(self.print_s)
        if self.part.health is PartHealth.FAULT:
            return Printed(PrintResult.FAULT, PAPER_WORDS)
        if self.result is PrintResult.PRINTED:
            self.printed.append(record)
        self.reprints += reprint
        return Printed(self.result)

    def print_history(self, record: HistoryRecord, *, reprint: bool = False) -> Printed:
        time.sleep(self.print_s)
        if self.part.health is PartHealth.FAULT:
            return Printed(PrintResult.FAULT, PAPER_WORDS)
        self.lists.append(record)
        self.reprints += reprint
        return Printed(self.result)

    def status(self) -> PartState:
        return self.part


class FakeCentre:
    """A centre that answers at once, or fails as told.

    Attributes:
        failure: Raised instead of an answer, when set.
        questions: Every question that came.
        hold: Asking waits until this is set.
    """

    def __init__(self, services: tuple[Service, ...] = SERVICES, step_s: float = 0.0) -> None:
        self.offered = services
        self.step_s = step_s
        self.failure: Exception | None = None
        self.questions: list[Question] = []
        self.looks: list[HistoryQuestion] = []
        self.disputes: list[DisputeQuestion] = []
        self.history_entries = make_entries(7)
        self.beats: list[Heartbeat] = []
        self.hold = threading.Event()
        self.hold.set()

    def services(self) -> tuple[Service, ...]:
        if self.failure is not None:
            raise self.failure
        return self.offered

    def ask(self, question: Question, on_progress: Callable[[Progress], None], cancelled: threading.Event) -> Answer:
        self.questions.append(question)
        for agency in AGENCIES:
            if cancelled.wait(self.step_s):
                raise AskCancelledError
            on_progress(news(agency, AskState.ASKING))
        while not self.hold.wait(0.02):
            if cancelled.is_set():
                raise AskCancelledError
        if self.failure is not None:
            raise self.failure
        return answer_to(question)

    def history(self, question: HistoryQuestion) -> HistoryPage:
        time.sleep(self.step_s)
        if self.failure is not None:
            raise self.failure
        self.looks.append(question)
        return page_of(self.history_entries, question.before)

    def dispute(self, question: DisputeQuestion) -> HistoryEntry:
        time.sleep(self.step_s)
        if self.failure is not None:
            raise self.failure
        self.disputes.append(question)
        return disputed(self.history_entries[0], question.leaf_index)

    def beat(self, heartbeat: Heartbeat) -> HeartbeatReply:
        if self.failure is not None:
            raise self.failure
        self.beats.append(heartbeat)
        return HeartbeatReply(server_time=DECIDED_AT, heartbeat_interval_s=60)

"""Who asked about me: at the table, through the daemon, on paper, and gone with the card."""

import pickle
import time

import pytest

from contracts.history import DisputeReason, DisputeState, HistoryRecord
from contracts.message import Words
from kiosk.errors import CentreRetryableError
from kiosk.visit import effects as do
from kiosk.visit import events as ev
from kiosk.visit.machine import begin, step
from kiosk.visit.record import mask_holder
from kiosk.visit.state import Paper, Place, State
from printer.history_document import compose_history
from tests.support.kiosk_fakes import PRINTER_OK, READER_OK
from tests.support.kiosk_histories import LOOKED_AT, REFERENCE, TOWN, disputed, make_entries, page_of
from tests.support.kiosk_people import PERSON, RULES, SERVICES, answer_to, visit_number
from tests.support.kiosk_stage import Playing

ID = visit_number(1)
ENTRIES = make_entries(7)


class Kiosk:
    def __init__(self) -> None:
        self.state, self.now_s = begin(RULES), 0.0
        self.effects: list[do.Effect] = []
        self.take(ev.ReaderChanged(READER_OK), ev.PrinterChanged(PRINTER_OK), ev.ServicesCame(SERVICES))
        self.take(ev.CardInserted(ID), ev.CardWasRead(ID, PERSON))

    def take(self, *events: ev.Event) -> State:
        for event in events:
            self.state, effects = step(self.state, event, self.now_s, RULES)
            self.effects += effects
        return self.state

    def of(self, kind: type) -> list:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def looked(self):
        return self.state.visit.looked

    def to_list(self, count: int = 7) -> State:
        return self.take(ev.HistoryWanted(), ev.HistoryCame(ID, page_of(ENTRIES[:count])))


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def test_from_the_services_to_the_list_and_back(kiosk: Kiosk) -> None:
    assert kiosk.take(ev.HistoryWanted()).place is Place.HISTORY_ASKING
    (asked,) = kiosk.of(do.AskHistory)
    assert asked.question.subject.citizen_number == PERSON.citizen_number
    assert kiosk.take(ev.HistoryCame(ID, page_of(ENTRIES))).place is Place.HISTORY
    assert kiosk.looked.shown == ENTRIES[:4]
    assert kiosk.take(ev.WentBack()).place is Place.SERVICES
    assert kiosk.looked is None


def test_older_entries_are_fetched_when_they_are_wanted(kiosk: Kiosk) -> None:
    kiosk.to_list()
    kiosk.take(ev.PageTurned(older=True))
    assert (kiosk.state.place, kiosk.looked.shown) == (Place.HISTORY, ENTRIES[4:5])
    assert kiosk.take(ev.PageTurned(older=True)).place is Place.HISTORY_ASKING
    asked = kiosk.of(do.AskHistory)[-1].question
    assert asked.before == ENTRIES[4].leaf.index
    kiosk.take(ev.HistoryCame(ID, page_of(ENTRIES, asked.before)))
    assert (kiosk.looked.shown, kiosk.looked.older) == (ENTRIES[5:], None)
    kiosk.take(ev.PageTurned(older=True))
    assert kiosk.looked.shown == ENTRIES[5:]  # the end
    kiosk.take(*[ev.PageTurned(older=False)] * 3)
    assert kiosk.looked.first == 0


def test_a_dispute_and_the_answer_to_it(kiosk: Kiosk) -> None:
    kiosk.to_list()
    index = ENTRIES[0].leaf.index
    assert kiosk.take(ev.EntryOpened(index)).place is Place.DISPUTE
    kiosk.take(ev.EntryDisputed(DisputeReason.NOT_ME))
    (sent,) = kiosk.of(do.SendDispute)
    assert (sent.question.leaf_index, sent.question.act, sent.question.reason) == (index, "open", DisputeReason.NOT_ME)
    answered = disputed(ENTRIES[0], index, DisputeState.ANSWERED, "so it was")
    assert kiosk.take(ev.DisputeCame(ID, answered)).place is Place.DISPUTE
    assert kiosk.looked.entry == answered
    kiosk.take(ev.DisputeJudged(accepted=False))
    assert kiosk.of(do.SendDispute)[-1].question.act == "object"
    kiosk.take(ev.DisputeCame(ID, answered), ev.WentBack())
    assert (kiosk.state.place, kiosk.looked.entries[0]) == (Place.HISTORY, answered)


def test_ones_own_look_and_what_is_not_on_the_list_open_nothing(kiosk: Kiosk) -> None:
    kiosk.to_list()
    assert kiosk.take(ev.EntryOpened(ENTRIES[3].leaf.index)).place is Place.HISTORY
    assert kiosk.take(ev.EntryOpened(1)).place is Place.HISTORY


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (ev.AskFault.UNREACHABLE, Place.HISTORY_TROUBLE),
        (ev.AskFault.REFUSED, Place.HISTORY_TROUBLE),
        (ev.AskFault.CARD_VOID, Place.CARD_VOID),
    ],
)
def test_what_cannot_be_had(kiosk: Kiosk, fault: ev.AskFault, place: Place) -> None:
    assert kiosk.take(ev.HistoryWanted(), ev.HistoryFailed(ID, fault)).place is place


def test_a_silent_centre_is_given_up_and_may_be_tried_again(kiosk: Kiosk) -> None:
    kiosk.take(ev.HistoryWanted())
    kiosk.now_s += RULES.asking_s
    assert kiosk.take(ev.Ticked()).place is Place.HISTORY_TROUBLE
    assert do.CancelWork(ID) in kiosk.effects
    assert kiosk.take(ev.TriedAgain()).place is Place.HISTORY_ASKING


def test_the_list_is_printed_once_and_again_only_when_nothing_came_out(kiosk: Kiosk) -> None:
    kiosk.to_list()
    kiosk.take(ev.SlipWanted(), ev.SlipWanted())
    (job,) = kiosk.of(do.PrintHistory)
    assert (job.record.reference, job.record.more, job.record.entries) == (REFERENCE, True, ENTRIES[:5])
    kiosk.take(ev.HistoryPrinted(ID, ev.PrintResult.FAULT, TOWN))
    assert (kiosk.looked.paper, kiosk.looked.trouble) == (Paper.TROUBLE, TOWN)
    kiosk.take(ev.SlipWanted(), ev.HistoryPrinted(ID, ev.PrintResult.UNSURE), ev.SlipWanted())
    assert [job.reprint for job in kiosk.of(do.PrintHistory)] == [False, False, True]
    kiosk.take(ev.HistoryPrinted(ID, ev.PrintResult.PRINTED), ev.SlipWanted())
    assert len(kiosk.of(do.PrintHistory)) == 3


def test_a_list_printed_late_is_no_slip(kiosk: Kiosk) -> None:
    kiosk.to_list()
    kiosk.take(ev.SlipWanted(), ev.WentBack(), ev.ServiceToggled("old_age_allowance"), ev.ChoiceMade(), ev.Agreed())
    kiosk.take(ev.AnswerCame(ID, answer_to(kiosk.of(do.AskCentre)[0].question)), ev.SlipWanted())
    assert kiosk.take(ev.HistoryPrinted(ID, ev.PrintResult.PRINTED)).place is Place.PRINTING


def test_nothing_of_it_stays_when_the_card_leaves(kiosk: Kiosk) -> None:
    kiosk.to_list()
    kiosk.take(ev.EntryOpened(ENTRIES[0].leaf.index))
    assert b"Tuayang" in pickle.dumps(kiosk.state)
    kiosk.take(ev.CardRemoved())
    assert kiosk.state.visit is None
    assert b"Tuayang" not in pickle.dumps(kiosk.state)
    assert kiosk.take(ev.HistoryCame(ID, page_of(ENTRIES))).visit is None  # came too late
    assert any(isinstance(effect, do.Wipe) for effect in kiosk.effects)


def test_the_paper_says_who_why_by_which_law_and_masks_the_holder() -> None:
    record = HistoryRecord(
        place=Words(th="ที่นี่", en="here"),
        agency=TOWN,
        holder=mask_holder(PERSON),
        reference=REFERENCE,
        looked_at=LOOKED_AT,
        entries=(disputed(ENTRIES[0], 900), ENTRIES[3]),
    )
    said = repr(compose_history(record).blocks)
    assert "Field(label=Words(th='ผู้ถาม', en='Who asked'), value=Words(th='เทศบาลตัวอย่าง'" in said
    for words in ("Old-age allowance", "Act on the Elderly", "To see whether", "With the agency", REFERENCE):
        assert words in said
    assert PERSON.citizen_number not in said
    assert PERSON.name_th.last not in said
    assert "Nobody has asked" in repr(compose_history(record.model_copy(update={"entries": ()})).blocks)


def _until(check) -> None:
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_through_the_daemon_to_the_press() -> None:
    with Playing() as kiosk:
        _until(lambda: kiosk.daemon.state.services is not None)
        kiosk.slot.insert(PERSON)
        _until(lambda: kiosk.daemon.state.place is Place.SERVICES)
        kiosk.centre.failure = CentreRetryableError("unreachable")
        kiosk.daemon.post(ev.HistoryWanted())
        _until(lambda: kiosk.daemon.state.place is Place.HISTORY_TROUBLE)
        kiosk.centre.failure = None
        kiosk.daemon.post(ev.TriedAgain())
        _until(lambda: kiosk.daemon.state.place is Place.HISTORY)
        kiosk.daemon.post(ev.SlipWanted())
        _until(lambda: kiosk.press.lists != [])
        kiosk.daemon.post(ev.EntryOpened(ENTRIES[0].leaf.index))
        kiosk.daemon.post(ev.EntryDisputed(DisputeReason.OTHER))
        _until(lambda: kiosk.centre.disputes != [])
        kiosk.slot.remove()
        _until(lambda: kiosk.daemon.state.place is Place.REST)

"""Serves every screen of the kiosk from made-up states, for looking at and for browser tests.

``python -m tests.support.kiosk_stage [PORT]`` and open ``/``; ``POST /act`` goes to a real daemon on fakes.
"""

import sys
import threading
from dataclasses import replace
from typing import Self

from contracts.decision import AskState, Service
from contracts.fleet import PartHealth, PartState
from contracts.history import DisputeReason, DisputeState
from kiosk.daemon import Daemon, Parts
from kiosk.screen.app import create_screen
from kiosk.screen.catalogues import read_catalogues
from kiosk.screen.hub import Hub
from kiosk.screen.server import ScreenServer
from kiosk.visit import events as ev
from kiosk.visit.machine import begin, step
from kiosk.visit.state import Farewell, Place, State, View
from tests.support.kiosk_fakes import PRINTER_OK, READER_OK, FakeCentre, FakePress, FakeSlot
from tests.support.kiosk_histories import disputed, make_entries, page_of
from tests.support.kiosk_people import PERSON, RULES, SERVICES, answer_to, news, visit_number

_ID = visit_number(1)


def walk(state: State, *events: ev.Event) -> State:
    """Take events one after another, a tenth of a second apart."""
    for n, event in enumerate(events):
        state, _ = step(state, event, n / 10, RULES)
    return state


def _chosen(ids: tuple[str, ...]) -> tuple[ev.Event, ...]:
    return tuple(ev.ServiceToggled(service) for service in ids)


def screens(services: tuple[Service, ...] = SERVICES) -> dict[str, State]:
    """Every screen by a name, reached through the machine itself."""
    start = walk(begin(RULES), ev.ReaderChanged(READER_OK), ev.PrinterChanged(PRINTER_OK), ev.ServicesCame(services))
    reading = walk(start, ev.CardInserted(_ID))
    chosing = walk(reading, ev.CardWasRead(_ID, PERSON))
    three = ("old_age_allowance", "disability_allowance", "state_welfare")
    consent = walk(chosing, *_chosen(three), ev.ChoiceMade())
    asked = walk(consent, ev.Agreed())
    asking = walk(
        asked,
        ev.ProgressCame(_ID, news("civil_registry", AskState.ANSWERED)),
        ev.ProgressCame(_ID, news("comptroller_general", AskState.ASKING)),
        ev.ProgressCame(_ID, news("disability_register", AskState.NOT_KNOWN)),
    )
    assert asked.visit is not None
    assert asked.visit.question is not None
    answer = walk(asking, ev.AnswerCame(_ID, answer_to(asked.visit.question)))
    shown = {
        "rest": start,
        "rest_push_card": walk(start, ev.CardFelt(True), *[ev.Ticked()] * 30),
        "rest_headphones": walk(start, ev.HeadphonesChanged(True)),
        "services_headphones": walk(chosing, ev.HeadphonesChanged(True), *_chosen(three)),
        "rest_offline": walk(begin(RULES), ev.PrinterChanged(PartState(health=PartHealth.FAULT, code="paper_out"))),
        "reading": reading,
        "services": chosing,
        "services_chosen": walk(chosing, *_chosen(three)),
        "consent": consent,
        "asking": asking,
        "answer": answer,
    }
    for service in ("old_age_allowance", "state_welfare", "disability_allowance"):
        one = walk(chosing, ev.ServiceToggled(service), ev.ChoiceMade(), ev.Agreed())
        assert one.visit is not None
        assert one.visit.question is not None
        shown[f"answer_{service}"] = walk(one, ev.AnswerCame(_ID, answer_to(one.visit.question)))
    shown |= _of_history(chosing)
    printing = walk(answer, ev.SlipWanted())
    shown |= {
        "printing": printing,
        "take_card": walk(printing, ev.PrintEnded(_ID, ev.PrintResult.PRINTED)),
        "printer_trouble": walk(printing, ev.PrintEnded(_ID, ev.PrintResult.FAULT)),
        "look_at_tray": walk(printing, ev.PrintEnded(_ID, ev.PrintResult.UNSURE)),
        "card_unreadable": walk(reading, ev.CardReadFailed(_ID, ev.CardFault.UNREADABLE)),
        "not_thai_id": walk(reading, ev.CardReadFailed(_ID, ev.CardFault.NOT_THAI_ID)),
        "time_warning": replace(consent, warned=True),
        "help": replace(chosing, view=View(help_open=True)),
        "out_of_order": walk(start, ev.ReaderChanged(PartState(health=PartHealth.ABSENT))),
        "take_card_timed_out": replace(start, place=Place.TAKE_CARD, farewell=Farewell.TIMED_OUT),
        "take_card_cancelled": walk(consent, ev.Finished()),
    }
    for fault in (ev.AskFault.UNREACHABLE, ev.AskFault.NOT_OFFERED, ev.AskFault.CARD_VOID, ev.AskFault.CARD_MISMATCH):
        state = walk(asking, ev.AskFailed(_ID, fault))
        shown[state.place.value] = state
    return shown


def _of_history(chosing: State) -> dict[str, State]:
    asking = walk(chosing, ev.HistoryWanted())
    entries = make_entries(7)
    listed = walk(asking, ev.HistoryCame(_ID, page_of(entries, limit=20)))
    opened = walk(listed, ev.EntryOpened(entries[0].leaf.index))
    sent = walk(opened, ev.EntryDisputed(DisputeReason.NOT_ME))
    answer = "We have looked: this was asked at the kiosk in our hall while your own card was in it."
    answered = disputed(entries[0], entries[0].leaf.index, DisputeState.ANSWERED, answer)
    return {
        "history_asking": asking,
        "history": listed,
        "history_printed": walk(listed, ev.SlipWanted(), ev.HistoryPrinted(_ID, ev.PrintResult.PRINTED)),
        "history_older": walk(listed, ev.PageTurned(older=True)),
        "history_empty": walk(asking, ev.HistoryCame(_ID, page_of(()))),
        "history_trouble": walk(asking, ev.HistoryFailed(_ID, ev.AskFault.UNREACHABLE)),
        "dispute": opened,
        "dispute_open": walk(sent, ev.DisputeCame(_ID, disputed(entries[0], entries[0].leaf.index))),
        "dispute_answered": walk(sent, ev.DisputeCame(_ID, answered)),
    }


class Stage:
    """A screen server whose state a test sets directly."""

    def __init__(self, port: int = 0) -> None:
        self.hub = Hub(begin(RULES))
        self.touches: list[ev.Touch] = []
        self.app = create_screen(self.hub, self.touches.append, RULES, read_catalogues())
        self.server = ScreenServer(self.app, "127.0.0.1", port)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()
        self.server.stop()


class Playing:
    """A whole kiosk on fakes, its screen served."""

    def __init__(self, port: int = 0, pace_s: float = 0.0) -> None:
        self.slot = FakeSlot(read_s=pace_s)
        self.press = FakePress(print_s=pace_s)
        self.centre = FakeCentre(step_s=pace_s / 2)
        self.records: list[object] = []
        self.hub = Hub(begin(RULES))
        parts = Parts(self.slot, self.press, self.centre, self.hub.publish, self.records.append, self.hub.press)
        self.daemon = Daemon(parts, RULES)
        app = create_screen(self.hub, self.daemon.post, RULES, read_catalogues())
        self.server = ScreenServer(app, "127.0.0.1", port)
        self._loop = threading.Thread(target=self.daemon.run, daemon=True)

    def __enter__(self) -> Self:
        self.server.start()
        self._loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.stop()
        self._loop.join(timeout=3)
        self.hub.close()
        self.server.stop()


if __name__ == "__main__":
    with Playing(int(sys.argv[1]) if len(sys.argv) > 1 else 8070, pace_s=1.5) as playing:
        print(playing.server.url, "- Enter inserts the card, Enter again removes it, Ctrl-D ends")  # noqa: T201
        inside = False
        for _line in sys.stdin:
            if inside:
                playing.slot.remove()
            else:
                playing.slot.insert(PERSON)
            inside = not inside

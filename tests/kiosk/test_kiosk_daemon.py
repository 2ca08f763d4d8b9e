"""A whole kiosk on fakes: real loop, real threads, real screen server; the rug pulled at each step."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from kiosk.errors import CardUnreadableError, CentrePermanentError, CentreRetryableError, NotThaiIdError
from kiosk.visit.events import PrintResult
from tests.support.kiosk_fakes import PAPER_OUT, PRINTER_OK
from tests.support.kiosk_people import PERSON
from tests.support.kiosk_stage import Playing


def until(check: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


class Citizen:
    """Touches the screen as the page does, over HTTP."""

    def __init__(self, kiosk: Playing) -> None:
        self.kiosk = kiosk
        self.http = requests.Session()
        page = self.http.get(kiosk.server.url, timeout=5).text
        self.token = re.search(r'kiosk-token" content="([^"]+)"', page)[1]

    def screen(self) -> str:
        return self.http.get(self.kiosk.server.url + "state", timeout=5).json()["screen"]

    def sees(self, screen: str) -> None:
        until(lambda: self.screen() == screen, f"{screen} was not shown, but {self.screen()}")

    def page(self) -> str:
        return self.http.get(self.kiosk.server.url, timeout=5).text

    def touch(self, act: str, value: str | None = None) -> None:
        turn = self.http.get(self.kiosk.server.url + "state", timeout=5).json()["turn"]
        body = {"act": act, "value": value, "turn": turn}
        headers = {"X-Kiosk-Token": self.token}
        assert self.http.post(self.kiosk.server.url + "act", json=body, headers=headers, timeout=5).status_code == 204

    def to(self, screen: str) -> None:
        """Walk from a card in the slot to the named screen."""
        self.kiosk.slot.insert(PERSON)
        self.sees("services")
        if screen == "services":
            return
        self.touch("toggle", "old_age_allowance")
        until(lambda: 'aria-checked="true"' in self.page(), "the choice is not shown")
        self.touch("choose")
        self.sees("consent")
        if screen == "consent":
            return
        self.touch("agree")
        self.sees(screen)


@pytest.fixture
def kiosk() -> Iterator[Playing]:
    with Playing() as playing:
        until(lambda: playing.daemon.state.services is not None, "no list of services")
        yield playing


@pytest.fixture
def citizen(kiosk: Playing) -> Iterator[Citizen]:
    someone = Citizen(kiosk)
    yield someone
    someone.http.close()


def test_a_visit_over_the_screen_prints_one_slip_and_wipes(kiosk: Playing, citizen: Citizen) -> None:
    citizen.to("answer")
    assert PERSON.name_th.first in citizen.page()
    assert PERSON.citizen_number not in citizen.page()
    assert PERSON.name_th.last not in citizen.page()
    citizen.touch("print")
    citizen.sees("take_card")
    assert PERSON.name_th.first not in citizen.page()
    kiosk.slot.remove()
    citizen.sees("rest")
    assert len(kiosk.press.printed) == 1
    assert kiosk.records == kiosk.press.printed
    assert kiosk.daemon.visits_total == 1


@pytest.mark.parametrize("step", ["services", "consent", "asking", "answer"])
def test_the_card_pulled_at_any_step_wipes_the_screen(kiosk: Playing, citizen: Citizen, step: str) -> None:
    if step == "asking":
        kiosk.centre.hold.clear()
    citizen.to(step)
    kiosk.slot.remove()
    citizen.sees("rest")
    assert PERSON.name_th.first not in citizen.page()
    kiosk.centre.hold.set()
    time.sleep(0.1)
    assert citizen.screen() == "rest"
    assert kiosk.press.printed == []


def test_the_card_pulled_while_a_slip_waits_behind_another_prints_nothing(kiosk: Playing, citizen: Citizen) -> None:
    citizen.to("answer")
    with kiosk.daemon._printing:  # an earlier slip is still moving
        citizen.touch("print")
        citizen.sees("printing")
        kiosk.slot.remove()
        citizen.sees("rest")
    time.sleep(0.1)
    assert kiosk.press.printed == []


def test_a_line_that_is_down_and_comes_back_answers_the_same_question(kiosk: Playing, citizen: Citizen) -> None:
    kiosk.centre.failure = CentreRetryableError("unreachable")
    citizen.to("centre_unreachable")
    kiosk.centre.failure = None
    citizen.touch("retry")
    citizen.sees("answer")
    first, second = kiosk.centre.questions
    assert first == second


@pytest.mark.parametrize(
    ("code", "screen"),
    [
        ("card_void", "card_void"),
        ("card_mismatch", "card_mismatch"),
        ("mandate_missing", "not_offered"),
        ("device_suspended", "out_of_order"),
    ],
)
def test_refusals_have_their_screens(kiosk: Playing, citizen: Citizen, code: str, screen: str) -> None:
    kiosk.centre.failure = CentrePermanentError(code)
    citizen.to(screen)
    kiosk.slot.remove()
    citizen.sees("rest")


@pytest.mark.parametrize(
    ("card", "screen"), [(NotThaiIdError(), "not_thai_id"), (CardUnreadableError(), "card_unreadable")]
)
def test_cards_that_are_not_read_have_their_screens(
    kiosk: Playing, citizen: Citizen, card: Exception, screen: str
) -> None:
    kiosk.slot.insert(card)
    citizen.sees(screen)


@pytest.mark.parametrize(
    ("result", "screen"), [(PrintResult.FAULT, "printer_trouble"), (PrintResult.UNSURE, "look_at_tray")]
)
def test_a_slip_that_did_not_surely_come_out(
    kiosk: Playing, citizen: Citizen, result: PrintResult, screen: str
) -> None:
    kiosk.press.result = result
    citizen.to("answer")
    citizen.touch("print")
    citizen.sees(screen)
    assert "<svg" in citizen.page()
    assert "7K3M-Q9TX-2B" in citizen.page()


def test_a_printer_known_to_be_empty_is_said_before_and_shown_as_a_code() -> None:
    playing = Playing()
    playing.press.part = PAPER_OUT
    with playing:
        citizen = Citizen(playing)
        until(lambda: playing.daemon.state.printer == PAPER_OUT, "the printer's state did not come")
        assert 'class="note"' in citizen.page()
        citizen.to("answer")
        citizen.touch("print")
        citizen.sees("printer_trouble")
        assert playing.press.printed == []
        playing.press.part = PRINTER_OK
        citizen.touch("retry")
        citizen.sees("take_card")
        until(lambda: playing.daemon.state.printer == PRINTER_OK, "the refilled printer was not looked at")
        citizen.http.close()
    assert len(playing.press.printed) == 1


def test_a_card_already_there_at_start_is_a_visit() -> None:
    playing = Playing()
    playing.slot.insert(PERSON)
    with playing:
        citizen = Citizen(playing)
        until(lambda: playing.daemon.state.visit is not None, "the card was not seen")
        citizen.http.close()

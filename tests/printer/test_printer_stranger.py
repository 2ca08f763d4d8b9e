"""Before a receiver that the room did not write: faults before, during and after a slip, and bad manners."""

import threading
import time
from contextlib import contextmanager

import pytest
from PIL import Image, ImageChops

from printer.press import PrintOutcome, Timing
from printer.raster import draw_slip
from printer.read_qr import find_token
from printer.status import Condition
from tests.support.printer_fakes import FACE, press_on
from tests.support.printer_samples import four_services, one_service, undecided
from tests.support.printer_stranger import Manners, Stranger

pytestmark = pytest.mark.enable_socket
TIMING = Timing(rows_per_s=4000, margin_s=0.5, poll_s=0.02, answer_timeout_s=0.3, settle_s=0.5)


@contextmanager
def stranger(**manners):
    machine = Stranger(Manners(**manners))
    try:
        yield machine
    finally:
        machine.close()


def picture_of(rows, width=576):
    dots = b"".join(row.ljust(width // 8, b"\0") for row in rows)
    return ImageChops.invert(Image.frombytes("1", (width, len(rows)), dots))


def assert_is(rows, record):
    drawn = draw_slip(record, FACE)
    printed = picture_of(rows)
    assert ImageChops.difference(printed.crop((0, 0, *drawn.size)).convert("L"), drawn.convert("L")).getbbox() is None
    assert find_token(printed) == record.answer.slip_token


def printed(machine, folder, record=None):
    return press_on(machine.url, folder, TIMING).print_slip(record or one_service())


def while_printing(machine, act):
    def work():
        while machine.waiting < 2000:
            time.sleep(0.001)
        act()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("record", [one_service(), four_services(), undecided()], ids=["one", "four", "undecided"])
def test_the_picture_is_equal_dot_for_dot(tmp_path, record):
    with stranger() as machine:
        assert printed(machine, tmp_path, record).outcome is PrintOutcome.PRINTED
        assert len(machine.slips) == 1
        assert_is(machine.slips[0], record)


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "offline"])
def test_a_fault_before_sends_nothing(tmp_path, fault):
    with stranger() as machine:
        machine.fault = fault
        result = printed(machine, tmp_path)
        assert result.outcome is PrintOutcome.NOT_PRINTED
        assert Condition(fault) in result.conditions
        assert machine.waiting == 0


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "offline"])
def test_a_fault_during_leaves_nothing_for_the_next_person(tmp_path, fault):
    with stranger(rows_per_s=2000) as machine:
        press = press_on(machine.url, tmp_path, TIMING)
        helper = while_printing(machine, lambda: setattr(machine, "fault", fault))
        result = press.print_slip(one_service())
        helper.join()
        assert result.outcome is PrintOutcome.NOT_PRINTED
        assert Condition(fault) in result.conditions
        machine.fault = None
        time.sleep(0.3)
        assert machine.slips == []
        assert press.print_slip(undecided()).outcome is PrintOutcome.PRINTED
        assert_is(machine.slips[-1], undecided())
        assert one_service().answer.slip_token not in [find_token(picture_of(rows)) for rows in machine.slips]


def test_paper_near_its_end_still_prints(tmp_path):
    with stranger() as machine:
        machine.fault = "paper_near_end"
        result = printed(machine, tmp_path)
        assert result.outcome is PrintOutcome.PRINTED
        assert result.conditions == {Condition.PAPER_NEAR_END}


def test_a_receiver_that_cannot_be_cleared_is_unsure_and_its_scrap_is_cut_off_first(tmp_path):
    with stranger(rows_per_s=2000, clears=False) as machine:
        press = press_on(machine.url, tmp_path, TIMING)
        helper = while_printing(machine, lambda: setattr(machine, "fault", "paper_out"))
        assert press.print_slip(one_service()).outcome is PrintOutcome.UNSURE
        helper.join()
        machine.fault = None
        assert press.print_slip(undecided()).outcome is PrintOutcome.PRINTED
        assert_is(machine.slips[-1], undecided())
        assert [find_token(picture_of(rows)) for rows in machine.slips[:-1]] == [None] * (len(machine.slips) - 1)


@pytest.mark.parametrize(
    ("manners", "outcome"),
    [
        ({"says_end": False}, PrintOutcome.PRINTED),
        ({"answers": frozenset({1, 4})}, PrintOutcome.PRINTED),
        ({"answers": frozenset({1, 4}), "says_end": False}, PrintOutcome.PRINTED),
        ({"answers": frozenset({1})}, PrintOutcome.UNSURE),
        ({"answers": frozenset({4}), "says_end": False}, PrintOutcome.UNSURE),
        ({"answers": frozenset()}, PrintOutcome.UNSURE),
        ({"answers": frozenset(), "says_end": False, "clears": False}, PrintOutcome.UNSURE),
        ({"hangs_up_after_cut": True, "says_end": False}, PrintOutcome.UNSURE),
    ],
)
def test_each_way_of_answering_has_its_outcome_and_the_slip_comes_once(tmp_path, manners, outcome):
    with stranger(**manners) as machine:
        assert printed(machine, tmp_path).outcome is outcome
        time.sleep(0.2)
        assert len(machine.slips) == 1
        assert_is(machine.slips[0], one_service())

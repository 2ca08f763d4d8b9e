import threading
import time

import pytest
from PIL import Image

from printer.press import Press, PrintOutcome, Timing
from printer.read_qr import find_token
from printer.status import Condition
from printer.status_client import StatusLine
from printer.virtual.server import Fault
from tests.support.printer_fakes import FACE, QUICK, FakeLine, journal_at, press_on, running_printer
from tests.support.printer_kills import count_kills
from tests.support.printer_samples import four_services, one_service, undecided

pytestmark = pytest.mark.enable_socket


def url_of(machine):
    return f"tcp://127.0.0.1:{machine.port}"


def tokens(machine):
    found = []
    for path in machine.slips:
        with Image.open(path) as picture:
            found.append(find_token(picture))
    return found


def when_burning(machine, act):
    """Act once the printer has begun and not ended."""

    def work():
        while machine.buffered == 0:
            time.sleep(0.002)
        time.sleep(0.05)
        act()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_prints_and_is_confirmed(tmp_path):
    with running_printer(tmp_path) as machine:
        result = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert result.outcome is PrintOutcome.PRINTED
        assert tokens(machine) == [one_service().answer.slip_token]
        assert machine.unknown_bytes == 0


def test_waits_for_the_paper_and_not_only_for_the_wire(tmp_path):
    slow = Timing(rows_per_s=640, margin_s=2, poll_s=0.05, answer_timeout_s=0.3)
    with running_printer(tmp_path, rows_per_s=6000) as machine:
        started = time.monotonic()
        result = press_on(url_of(machine), tmp_path, slow).print_slip(one_service())
        assert result.outcome is PrintOutcome.PRINTED
        assert time.monotonic() - started > 0.2
        assert len(machine.slips) == 1


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        (Fault.PAPER_OUT, Condition.PAPER_OUT),
        (Fault.COVER_OPEN, Condition.COVER_OPEN),
        (Fault.CUTTER_ERROR, Condition.CUTTER_ERROR),
        (Fault.OFFLINE, Condition.OFFLINE),
    ],
)
def test_fault_before_sends_nothing(tmp_path, fault, condition):
    with running_printer(tmp_path) as machine:
        machine.set_fault(fault)
        result = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert result.outcome is PrintOutcome.NOT_PRINTED
        assert condition in result.conditions
        assert machine.buffered == 0
        machine.set_fault(fault, on=False)
        assert not machine.wait_for_slips(1, 0.2)


def test_paper_near_end_still_prints_and_is_told(tmp_path):
    with running_printer(tmp_path) as machine:
        machine.set_fault(Fault.PAPER_NEAR_END)
        result = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert result.outcome is PrintOutcome.PRINTED
        assert result.conditions == {Condition.PAPER_NEAR_END}


def test_paper_out_during_clears_the_buffer_and_the_next_slip_is_alone(tmp_path):
    timing = Timing(rows_per_s=640, margin_s=1, poll_s=0.05, answer_timeout_s=0.5)
    with running_printer(tmp_path, rows_per_s=3000) as machine:
        press = press_on(url_of(machine), tmp_path, timing)
        helper = when_burning(machine, lambda: machine.set_fault(Fault.PAPER_OUT))
        result = press.print_slip(one_service())
        helper.join()
        assert result.outcome is PrintOutcome.NOT_PRINTED
        assert Condition.PAPER_OUT in result.conditions
        machine.set_fault(Fault.PAPER_OUT, on=False)
        assert not machine.wait_for_slips(1, 0.3)

        assert press.print_slip(undecided()).outcome is PrintOutcome.PRINTED
        assert tokens(machine)[-1] == undecided().answer.slip_token
        assert one_service().answer.slip_token not in tokens(machine)
        with Image.open(machine.slips[-1]) as last:
            assert last.height < 2100  # the given-up beginning was cut off first


def test_paper_out_during_on_a_printer_that_cannot_clear_is_unsure(tmp_path):
    timing = Timing(rows_per_s=640, margin_s=1, poll_s=0.05, answer_timeout_s=0.5)
    with running_printer(tmp_path, rows_per_s=3000) as machine:
        machine.set_fault(Fault.NO_CLEAR)
        helper = when_burning(machine, lambda: machine.set_fault(Fault.COVER_OPEN))
        result = press_on(url_of(machine), tmp_path, timing).print_slip(one_service())
        helper.join()
        assert result.outcome is PrintOutcome.UNSURE


def test_silent_printer_is_unsure(tmp_path):
    with running_printer(tmp_path) as machine:
        machine.set_fault(Fault.SILENT)
        result = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert result.outcome is PrintOutcome.UNSURE
        assert Condition.SILENT in result.conditions
        assert machine.wait_for_slips(1, 5)


def test_printer_without_end_answer_is_confirmed_after_its_time(tmp_path):
    with running_printer(tmp_path) as machine:
        machine.set_fault(Fault.NO_END_ANSWER)
        result = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert result.outcome is PrintOutcome.PRINTED


def test_killed_line_during_is_unsure(tmp_path):
    timing = Timing(rows_per_s=640, margin_s=1, poll_s=0.05, answer_timeout_s=0.5)
    with running_printer(tmp_path, rows_per_s=3000) as machine:
        helper = when_burning(machine, machine.drop_lines)
        result = press_on(url_of(machine), tmp_path, timing).print_slip(one_service())
        helper.join()
        assert result.outcome is PrintOutcome.UNSURE
        assert Condition.LINE_BROKEN in result.conditions


def test_unreachable_printer_is_not_printed(tmp_path):
    with running_printer(tmp_path) as machine:
        url = url_of(machine)
    result = press_on(url, tmp_path).print_slip(one_service())
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == {Condition.UNREACHABLE}


def test_confirmed_slip_is_printed_once_unless_asked(tmp_path):
    with running_printer(tmp_path) as machine:
        press = press_on(url_of(machine), tmp_path)
        press.print_slip(one_service())
        again = press_on(url_of(machine), tmp_path).print_slip(one_service())
        assert again.outcome is PrintOutcome.PRINTED
        assert again.already
        assert len(machine.slips) == 1
        press.print_slip(one_service(), reprint=True)
        assert len(machine.slips) == 2


def test_unsure_slip_is_not_sent_again_by_itself(tmp_path):
    with running_printer(tmp_path) as machine:
        machine.set_fault(Fault.SILENT)
        press = press_on(url_of(machine), tmp_path)
        press.print_slip(one_service())
        machine.set_fault(Fault.SILENT, on=False)
        again = press.print_slip(one_service())
        assert again.outcome is PrintOutcome.UNSURE
        assert again.already
        assert machine.wait_for_slips(1, 5)
        assert not machine.wait_for_slips(2, 0.2)


def test_not_printed_slip_may_be_sent_again(tmp_path):
    with running_printer(tmp_path) as machine:
        machine.set_fault(Fault.PAPER_OUT)
        press = press_on(url_of(machine), tmp_path)
        assert press.print_slip(one_service()).outcome is PrintOutcome.NOT_PRINTED
        machine.set_fault(Fault.PAPER_OUT, on=False)
        assert press.print_slip(one_service()).outcome is PrintOutcome.PRINTED
        assert len(machine.slips) == 1


def test_file_and_png_are_confirmed_by_the_disk(tmp_path):
    for url in (f"file:{tmp_path}/slip.bin", f"png:{tmp_path}/pictures"):
        folder = tmp_path / url[:3]
        folder.mkdir()
        assert press_on(url, folder).print_slip(four_services()).outcome is PrintOutcome.PRINTED
    assert (tmp_path / "slip.bin").read_bytes().startswith(b"\x1b@")
    with Image.open(tmp_path / "pictures" / "B4WD-8HZN-5C.png") as picture:
        assert find_token(picture) == four_services().answer.slip_token


def test_png_name_cannot_leave_its_folder(tmp_path):
    answer = one_service().answer.model_copy(update={"reference": "../../out"})
    record = one_service().model_copy(update={"answer": answer})
    press_on(f"png:{tmp_path}/pictures", tmp_path).print_slip(record)
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["______out.png"]


def test_unwritable_folder_is_not_printed(tmp_path):
    (tmp_path / "file").write_text("")
    result = press_on(f"png:{tmp_path}/file/pictures", tmp_path).print_slip(one_service())
    assert result.outcome is PrintOutcome.NOT_PRINTED


def fake_run(tmp_path, line):
    press = Press(line, journal_at(tmp_path), FACE, timing=QUICK, monotonic=line.monotonic)
    return press.print_slip(one_service())


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (FakeLine(end_answer=0x00), PrintOutcome.PRINTED),
        (FakeLine(), PrintOutcome.PRINTED),
        (FakeLine({1: 0x12, 4: 0x12}), PrintOutcome.PRINTED),
        (FakeLine({1: 0x12}), PrintOutcome.UNSURE),
        (FakeLine({}), PrintOutcome.UNSURE),
        (FakeLine({1: 0xFF, 4: 0x00}), PrintOutcome.UNSURE),
        (FakeLine({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x72}), PrintOutcome.NOT_PRINTED),
        (FakeLine({1: 0x12, 2: 0x12, 3: 0x32, 4: 0x12}), PrintOutcome.NOT_PRINTED),
        (FakeLine(reachable=False), PrintOutcome.NOT_PRINTED),
        (FakeLine(break_after=5000), PrintOutcome.UNSURE),
    ],
)
def test_outcomes_by_what_the_printer_says(tmp_path, line, outcome):
    assert fake_run(tmp_path, line).outcome is outcome


def test_nothing_is_sent_to_a_faulty_printer(tmp_path):
    line = FakeLine({1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12})
    assert fake_run(tmp_path, line).conditions == {Condition.OFFLINE, Condition.COVER_OPEN}
    assert len(line.sent) == 4 * 3


class Fails(FakeLine):
    """Falls ill after so many bytes of slip."""

    def __init__(self, after, answers, **more):
        super().__init__(**more)
        self.after = after
        self.ill = answers

    def send(self, data):
        super().send(data)
        if len(self.sent) > self.after:
            self.answers = self.ill


def test_a_fault_between_two_pieces_stops_the_rest_from_being_sent(tmp_path):
    line = Fails(9000, {1: 0x1A, 4: 0x72}, clears=True)
    result = fake_run(tmp_path, line)
    assert result.outcome is PrintOutcome.NOT_PRINTED
    assert result.conditions == {Condition.OFFLINE, Condition.PAPER_OUT}
    assert len(line.sent) < 15_000
    assert line.aborted


def test_a_fault_that_cannot_be_cleared_away_is_unsure(tmp_path):
    line = Fails(9000, {1: 0x1A, 4: 0x72})
    assert fake_run(tmp_path, line).outcome is PrintOutcome.UNSURE
    assert line.sent.endswith(b"\x10\x05\x02")  # the older clearing, which says nothing


def test_a_fault_right_after_the_end_is_unsure_and_cleared(tmp_path):
    line = Fails(39_000, {1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x72}, end_answer=0x00, clears=True)
    result = fake_run(tmp_path, line)
    assert result.outcome is PrintOutcome.UNSURE
    assert Condition.PAPER_OUT in result.conditions


def test_automatic_status_is_not_taken_for_the_slips_end(tmp_path):
    """Its second to fourth bytes look like GS r's answer."""
    line = FakeLine({1: 0x12}, tail_answer=b"\x10\x00\x00\x00")
    assert fake_run(tmp_path, line).outcome is PrintOutcome.UNSURE


def test_automatic_status_tells_of_a_fault(tmp_path):
    line = FakeLine({}, tail_answer=b"\x18\x00\x0c\x00", clears=True)
    result = fake_run(tmp_path, line)
    assert result.outcome is not PrintOutcome.PRINTED


def test_left_over_paper_is_settled_before_the_next_slip(tmp_path):
    line = FakeLine(end_answer=0x00)
    journal = journal_at(tmp_path)
    attempt = journal.mean("EARLIER")
    journal.mark_sent(attempt)
    press = Press(line, journal, FACE, timing=QUICK, monotonic=line.monotonic)
    assert [found.reference for found in press.recover()] == ["EARLIER"]
    assert line.sent.endswith(b"\x1b@\x1dVB\x18")
    assert not journal.has_loose_start()
    sent = len(line.sent)
    assert press.print_slip(one_service()).outcome is PrintOutcome.PRINTED
    assert b"\x1dVB\x18\x1b@" not in line.sent[sent:]


def test_what_cannot_be_settled_is_tried_again(tmp_path):
    line = FakeLine(reachable=False)
    journal = journal_at(tmp_path)
    journal.mark_sent(journal.mean("EARLIER"))
    Press(line, journal, FACE, timing=QUICK, monotonic=line.monotonic).recover()
    assert journal.has_loose_start()


def test_a_few_kills_double_and_lose_nothing(tmp_path):
    tally = count_kills(tmp_path, kills=6, seed=7)
    assert tally.kills >= 6
    assert (tally.doubled, tally.lost, tally.stale, tally.damaged) == (0, 0, 0, 0)


class SaysEndsOnceOnly(FakeLine):
    """Answers the GS r that is asked alone, before the slip, and never the slip's own."""

    def send(self, data):
        self.end_answer = 0x00 if data == b"\x1dr\x01" else None
        super().send(data)


def test_a_printer_that_says_ends_must_say_this_one(tmp_path):
    assert fake_run(tmp_path, SaysEndsOnceOnly()).outcome is PrintOutcome.UNSURE


def test_two_ends_asked_need_two_answers():
    line = FakeLine()
    client = StatusLine(line, line.monotonic)
    assert not client.wait_for_end(0.1)  # the answer is late
    client.expect_end()
    line.incoming = b"\x00"
    client.listen(0.1)
    assert not client.end_answered
    line.incoming = b"\x00"
    client.listen(0.1)
    assert client.end_answered

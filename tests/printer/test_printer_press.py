import threading
import time

import pytest
from PIL import Image

from printer.devices.address import open_printer
from printer.devices.port import StatusDevice, StoreDevice
from printer.errors import PrinterUrlError
from printer.journal import Fate, State
from printer.press import Press, PrintOutcome, Timing
from printer.read_qr import find_token
from printer.status import Condition, PrinterStatus, is_status, parse_status, summarise
from printer.virtual.server import Fault, status_byte
from tests.support.printer_fakes import FACE, QUICK, FakeLine, journal_at, press_on, running_printer
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


def test_journal_is_marked_before_the_first_byte(tmp_path):
    class DiesOnData(FakeLine):
        def send(self, data):
            if len(data) > 100:
                raise KeyboardInterrupt
            super().send(data)

    with pytest.raises(KeyboardInterrupt):
        fake_run(tmp_path, DiesOnData())
    journal = journal_at(tmp_path)
    assert journal.find_fate("7K3M-Q9XA-2T") is Fate.LOOK_AT_THE_TRAY
    assert [(found.reference, found.fate) for found in journal.recover()] == [("7K3M-Q9XA-2T", Fate.LOOK_AT_THE_TRAY)]
    assert journal.recover() == []


def test_journal_tells_each_fate(tmp_path):
    journal = journal_at(tmp_path)
    assert journal.find_fate("A") is None
    journal.mean("A")
    assert journal.find_fate("A") is Fate.NOT_PRINTED
    sent = journal.mean("B")
    journal.mark_sent(sent)
    done = journal.mean("C")
    journal.mark_sent(done)
    journal.mark_ended(done, State.CONFIRMED)
    assert {found.reference: found.fate for found in journal_at(tmp_path).recover()} == {
        "A": Fate.NOT_PRINTED,
        "B": Fate.LOOK_AT_THE_TRAY,
    }
    assert journal.find_fate("C") is Fate.PRINTED
    assert not journal.has_loose_start()


def test_journal_holds_nothing_about_the_citizen(tmp_path):
    press_on(f"png:{tmp_path}/p", tmp_path).print_slip(one_service())
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("journal*"))
    assert b"7K3M-Q9XA-2T" in kept
    assert "ส.ร.".encode() not in kept
    assert b"xxxxx-12-3" not in kept


@pytest.mark.parametrize(
    ("query", "byte", "conditions"),
    [
        (1, 0x12, set()),
        (1, 0x16, set()),
        (1, 0x1A, {Condition.OFFLINE}),
        (2, 0x16, {Condition.COVER_OPEN}),
        (2, 0x32, {Condition.PAPER_OUT}),
        (3, 0x1A, {Condition.CUTTER_ERROR}),
        (3, 0x32, {Condition.UNRECOVERABLE}),
        (4, 0x1E, {Condition.PAPER_NEAR_END}),
        (4, 0x7E, {Condition.PAPER_NEAR_END, Condition.PAPER_OUT}),
    ],
)
def test_status_bytes(query, byte, conditions):
    assert is_status(byte)
    assert parse_status(query, byte) == conditions


def test_only_fixed_bits_make_a_status():
    assert [byte for byte in range(256) if is_status(byte)] == [
        byte for byte in range(256) if byte & 0x02 and byte & 0x10 and not byte & 0x81
    ]


def test_silence_is_never_fine():
    assert not summarise({1: 0x12, 4: None}).known_fine
    assert not summarise({}).known_fine
    assert not PrinterStatus(frozenset(), frozenset()).known_fine
    assert summarise({1: 0x12, 4: 0x12}).known_fine


def test_virtual_status_says_its_faults():
    for query in (1, 2, 3, 4):
        assert is_status(status_byte(query, frozenset(Fault)))
        assert status_byte(query, frozenset()) == 0x12


@pytest.mark.parametrize(
    "url", ["", "lp0", "tcp://", "tcp://host:70000", "usb://zz:1", "usb://04b8", "serial://ttyS0", "serial:///dev/x?baud=fast",
            "file:", "png:", "http://x"],
)  # fmt: skip
def test_bad_address_is_named(url):
    with pytest.raises(PrinterUrlError) as caught:
        open_printer(url)
    assert caught.value.url == url


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("tcp://printer.example:9100", StatusDevice),
        ("tcp://[::1]", StatusDevice),
        ("usb://04b8:0e28", StatusDevice),
        ("serial:///dev/ttyUSB0?baud=9600", StatusDevice),
        ("file:/tmp/x", StoreDevice),
        ("png:var/slips", StoreDevice),
    ],
)
def test_address_makes_its_device(url, kind):
    assert isinstance(open_printer(url), kind)

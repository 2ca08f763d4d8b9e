import os
import threading
import tty

import pytest

from printer.devices.serial import SerialDevice
from printer.devices.usb import UsbDevice
from printer.errors import DeviceUnavailableError
from printer.journal import Journal
from printer.press import Press, PrintOutcome, Timing
from printer.read_qr import find_token
from printer.virtual.commands import CommandReader
from printer.virtual.paper import Paper
from tests.support.printer_fakes import FACE, now
from tests.support.printer_samples import one_service


@pytest.fixture
def terminal():
    """A pseudo-terminal with a small printer behind it: yields the path and the paper."""
    master, slave = os.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    paper, reader = Paper(576), CommandReader()

    def serve():
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:
                return
            for command in reader.feed(data):
                paper.carry_out(command)
                if command.name == "DLE EOT":
                    os.write(master, b"\x12")
                elif command.name == "GS r":
                    os.write(master, b"\x00")
                elif command.name == "FS .":  # the test's own goodbye
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    yield os.ttyname(slave), paper
    os.write(slave, b"\x1c.")
    thread.join(timeout=5)
    os.close(master)
    os.close(slave)


def test_serial_printer_prints_and_confirms(terminal):
    path, paper = terminal
    device = SerialDevice(path, 115_200)
    press = Press(device, Journal(":memory:", now), FACE, timing=Timing(poll_s=0.05))
    assert press.print_slip(one_service()).outcome is PrintOutcome.PRINTED
    assert find_token(paper.slips[0]) == one_service().answer.slip_token
    assert device.bytes_per_s == 11_520


def test_missing_serial_line_is_unavailable(tmp_path):
    with pytest.raises(DeviceUnavailableError):
        SerialDevice(str(tmp_path / "ttyNONE"), 9600).open()


def test_missing_usb_printer_is_unavailable():
    with pytest.raises(DeviceUnavailableError):
        UsbDevice(0x04B8, 0xFFFF).open()

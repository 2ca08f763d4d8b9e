import os

import pytest

from printer.devices.address import open_printer
from printer.devices.cups import CupsDevice
from printer.devices.port import StatusDevice, StoreDevice
from printer.errors import DeviceUnavailableError, PrinterUrlError
from printer.press import PrintOutcome
from printer.profile import Profile, find_profile, read_profile
from tests.support.printer_fakes import press_on
from tests.support.printer_samples import one_service


@pytest.mark.parametrize(
    "url", ["", "lp0", "tcp://", "tcp://host:70000", "usb://zz:1", "usb://04b8", "serial://ttyS0", "serial:///dev/x?baud=fast",
            "file:", "png:", "http://x", "cups://", "cups://a b"],
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
        ("cups://slips", StoreDevice),
    ],
)
def test_address_makes_its_device(url, kind):
    assert isinstance(open_printer(url), kind)


@pytest.mark.parametrize(
    ("url", "profile"),
    [
        ("tcp://h", Profile()),
        ("tcp://h:9100?width=384", Profile(width=384)),
        ("usb://04b8:0e28?cut=no&doubling=no&asb=yes", Profile(cutter=False, doubling=False, automatic=True)),
        ("tcp://h?profile=TM-T20II", Profile()),
        ("tcp://h?profile=TM-T88V", Profile(width=512, dpi=180)),
        ("serial:///dev/ttyUSB0?baud=9600&profile=POS-5890", Profile(width=384, cutter=False)),
        ("tcp://h?profile=TM-T20II&width=560&cut=no", Profile(width=560, cutter=False)),
        ("png:var/slips?width=384", Profile(width=384)),
    ],
)
def test_profile_of_an_address(url, profile):
    assert read_profile(url) == profile
    open_printer(url)


@pytest.mark.parametrize(
    "query", ["profile=TM-U220", "profile=nothing", "width=10", "width=x", "width=577", "cut=maybe"]
)
def test_bad_option_is_named(query):
    with pytest.raises(PrinterUrlError, match=query.partition("=")[0]):
        read_profile(f"tcp://h?{query}")


def test_models_without_a_width_take_the_usual_one():
    assert find_profile("TEP-200M") == Profile()
    assert find_profile("AF-240") is None


@pytest.fixture
def cups(tmp_path, monkeypatch):
    """A CUPS of shell scripts: ``lp`` keeps the job, ``lpstat`` lists what ``pending`` says, ``cancel`` is noted."""
    scripts = {
        "lp": 'cat > "$CUPS_FAKE/job"; echo "$@" > "$CUPS_FAKE/arguments"; echo "request id is slips-7 (1 file(s))"',
        "lpstat": 'test -e "$CUPS_FAKE/pending" && echo "slips-7 root 1024 now"; exit 0',
        "cancel": 'echo "$1" > "$CUPS_FAKE/cancelled"',
    }
    for name, body in scripts.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CUPS_FAKE", str(tmp_path))
    return tmp_path


def test_a_cups_queue_gets_the_slip_and_nobody_is_sure(cups):
    result = press_on("cups://slips", cups).print_slip(one_service())
    assert result.outcome is PrintOutcome.UNSURE
    assert (cups / "job").read_bytes().startswith(b"\x1b@")
    assert "-d slips -o raw" in (cups / "arguments").read_text()
    assert not (cups / "cancelled").exists()


def test_a_job_that_stays_in_the_queue_is_cancelled(cups):
    (cups / "pending").touch()
    clock = iter(range(100))
    device = CupsDevice("slips", monotonic=lambda: next(clock) * 6.0, sleep=lambda _: None)
    assert device.keep("7K3M-Q9XA-2T", b"x") is False
    assert (cups / "cancelled").read_text() == "slips-7\n"


def test_a_queue_that_is_not_there_is_unavailable(cups):
    (cups / "bin" / "lp").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(DeviceUnavailableError, match="slips"):
        CupsDevice("slips").keep("7K3M-Q9XA-2T", b"x")

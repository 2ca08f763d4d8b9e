"""``panel flash`` against the simulated board: a real MicroPython takes the files, starts them, goes back by itself."""

import errno
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial
from click.testing import CliRunner, Result
from mpremote.transport_serial import SerialTransport

from kiosk.panel import ports
from kiosk.panel.cli import panel as commands
from kiosk.panel.image import FIRMWARE, ImageError, read_image
from kiosk.panel.install import greet
from kiosk.panel.raw_prompt import PromptError, RawPrompt
from kiosk.panel.simulator import SimulatedPanel


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[SimulatedPanel]:
    simulated = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    simulated.start()
    yield simulated
    simulated.stop()


def make_firmware(folder: Path, version: str, **changed: str) -> Path:
    """Copy the firmware under another name; ``module="code"`` is put before a module of ``app``."""
    firmware = folder / f"firmware-{version}"
    shutil.copytree(FIRMWARE, firmware)
    named = firmware / "app" / "version.py"
    named.write_text(
        named.read_text().replace(f'b"{read_image(FIRMWARE, ports_wire(), None).version}"', f'b"{version}"')
    )
    for module, code in changed.items():
        source = firmware / "app" / f"{module}.py"
        source.write_text(source.read_text() + "\n" + code)
    return firmware


def ports_wire() -> Path:
    return Path(ports.__file__).parent / "wire"


def flash(panel: SimulatedPanel, firmware: Path, *more: str) -> Result:
    return CliRunner().invoke(
        commands, ["flash", "--panel", f"serial:{panel.link}", "--firmware", str(firmware), "--wait", "60", *more]
    )


def state(panel: SimulatedPanel) -> str:
    kept = panel.flash / "slots.txt"
    return kept.read_text() if kept.exists() else ""


def test_new_firmware_is_tried_kept_and_the_next_goes_beside_it(panel: SimulatedPanel, tmp_path: Path) -> None:
    done = flash(panel, make_firmware(tmp_path, "2.0.0"))
    assert done.exit_code == 0, done.output
    assert "firmware 2.0.0 is in use" in done.output
    assert "[ 1/" in done.output
    assert state(panel) == "b - 0"
    assert (panel.flash / "b" / "app" / "panel.mpy").exists()
    assert (panel.flash / "a" / "app" / "panel.py").exists()  # the one before stays
    again = flash(panel, make_firmware(tmp_path, "2.0.1"), "--form", "py")
    assert again.exit_code == 0, again.output
    assert state(panel) == "a - 0"
    assert not list((panel.flash / "a").rglob("*.mpy"))


@pytest.mark.parametrize(
    "code",
    ["while True:\n    pass\n", "TRIAL_MS = 1\n"],
    ids=["hangs", "greets and restarts"],
)
def test_firmware_that_does_not_come_up_gives_way(panel: SimulatedPanel, tmp_path: Path, code: str) -> None:
    panel.watchdog_s = 1.0
    done = flash(panel, make_firmware(tmp_path, "6.6.6", loop=code))
    assert done.exit_code == 5, done.output
    assert "did not come up; the board is back at 1.0.0" in done.output
    assert state(panel) == "a - 0"


def after(count: int, hit: Callable[[bytes], bytes]) -> Callable[[bool, bytes], bytes]:
    """Make a line that does something once, to the n-th piece of a file on its way to the board."""
    seen = 0

    def line(to_panel: bool, data: bytes) -> bytes:
        nonlocal seen
        if to_panel and b"put(" in data:
            seen += 1
            if seen == count:
                return hit(data)
        return data

    return line


def test_a_byte_changed_on_the_way_is_noticed_and_nothing_changes(panel: SimulatedPanel, tmp_path: Path) -> None:
    def change(data: bytes) -> bytes:
        at = data.index(b", '") + 20
        return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]

    panel.filter = after(8, change)
    done = flash(panel, make_firmware(tmp_path, "2.0.0"))
    assert done.exit_code == 4, done.output
    assert "damaged" in done.output
    assert "untouched" in done.output
    assert state(panel) == "a - 0"


def test_a_board_that_loses_power_while_it_is_copied_to_starts_what_it_had(
    panel: SimulatedPanel, tmp_path: Path
) -> None:
    def cut(data: bytes) -> bytes:
        threading.Thread(target=panel.reset).start()
        return data

    panel.filter = after(10, cut)
    done = flash(panel, make_firmware(tmp_path, "2.0.0"))
    assert done.exit_code == 4, done.output
    assert state(panel) == "a - 0"
    said = CliRunner().invoke(commands, ["status", "--panel", f"serial:{panel.link}"])
    assert '"firmware": "1.0.0"' in said.output


def test_a_plug_pulled_while_copying_is_said_so(panel: SimulatedPanel, tmp_path: Path) -> None:
    def pull(data: bytes) -> bytes:
        panel.unplug()
        return data

    panel.filter = after(5, pull)
    done = flash(panel, make_firmware(tmp_path, "2.0.0"))
    assert done.exit_code == 4, done.output
    assert "the port is gone" in done.output


def test_a_new_board_gets_everything_and_its_start_files_last(tmp_path: Path) -> None:
    board = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    for path in ("slots.py", "main.py"):
        (board.flash / path).unlink()
    shutil.rmtree(board.flash / "a")
    board.start()
    try:
        done = flash(board, FIRMWARE)
        assert done.exit_code == 0, done.output
        assert "slots.py" in done.output.splitlines()[-3]
        assert (board.flash / "main.py").read_bytes() == (FIRMWARE / "main.py").read_bytes()
    finally:
        board.stop()


def test_a_line_that_is_taken_or_missing_is_named(panel: SimulatedPanel, tmp_path: Path) -> None:
    with serial.Serial(str(panel.link), exclusive=True):
        done = flash(panel, FIRMWARE)
    assert done.exit_code == 3
    assert "is in use" in done.output
    gone = CliRunner().invoke(commands, ["flash", "--panel", f"serial:{tmp_path}/none"])
    assert gone.exit_code == 3
    assert "there is no" in gone.output


def test_a_board_in_its_boot_loader_is_named(tmp_path: Path) -> None:
    device = tmp_path / "1-1"
    device.mkdir()
    (tmp_path / "1-1:1.0").mkdir()  # an interface has no ids
    assert not ports.is_in_boot_loader(tmp_path)
    (device / "idVendor").write_text("2e8a\n")
    (device / "idProduct").write_text("0003\n")
    absence = ports.explain_absence(f"serial:{tmp_path}/none", tmp_path)
    assert absence.code == "boot_loader"
    assert "BOOTSEL" in absence.words.en
    assert "BOOTSEL" in absence.words.th
    (device / "idProduct").write_text("0005\n")
    assert ports.explain_absence(f"serial:{tmp_path}/none", tmp_path).code == "no_port"


def test_a_port_that_is_not_ours_to_open_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> serial.Serial:
        raise serial.SerialException(errno.EACCES, f"could not open port {path}")

    monkeypatch.setattr(ports, "open_port", refuse)  # root may open any port, and tests run as root
    assert ports.explain_absence(f"serial:{tmp_path}", tmp_path).code == "not_allowed"


def test_mpremote_understands_the_simulated_prompt_too(panel: SimulatedPanel) -> None:
    (panel.flash / "loader.txt").touch()
    panel.reset()
    port = serial.Serial(str(panel.link), timeout=0.02, exclusive=True)
    assert greet(RawPrompt(port)).good == "a"
    port.close()
    other = SerialTransport(str(panel.link.resolve()), timeout=5)
    other.enter_raw_repl(soft_reset=False)
    assert other.exec("import sys\nprint(sys.implementation.name)").strip() == b"micropython"
    other.serial.close()


def test_a_board_without_a_prompt_is_no_board() -> None:
    now_s = 0.0

    class Mute:
        def read(self, _size: int = 1, /) -> bytes:
            nonlocal now_s
            now_s += 0.5
            return b"x"

        def write(self, _data: bytes, /) -> int | None:
            return None

    with pytest.raises(PromptError) as caught:
        RawPrompt(Mute(), lambda: now_s, lambda _s: None).enter()
    assert caught.value.reason == "no_prompt"


def test_sources_that_do_not_compile_are_named(tmp_path: Path) -> None:
    broken = make_firmware(tmp_path, "3.0.0", fan="def (")
    done = CliRunner().invoke(commands, ["flash", "--panel", f"serial:{tmp_path}/none", "--firmware", str(broken)])
    assert done.exit_code == 1
    assert "app/fan.py" in done.output
    (broken / "app" / "version.py").unlink()
    with pytest.raises(ImageError):
        read_image(broken, ports_wire(), None)

"""The host's link against the simulated panel: the real firmware under a real MicroPython, on a pseudo-terminal."""

import json
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from kiosk.adapters.panel import SerialPanel, note_event
from kiosk.panel.cli import panel as commands
from kiosk.panel.events import Answered, Connected, Disconnected, KeyPressed, Logged, PanelEvent, SwitchChanged
from kiosk.panel.link import PanelLink
from kiosk.panel.ports import PanelUrlError, parse_url
from kiosk.panel.simulator import SimulatedPanel
from kiosk.panel.wire import messages as m
from kiosk.visit.state import Place, State


class Desk:
    """A simulated panel, a link to it, and what the link told."""

    def __init__(self, panel: SimulatedPanel) -> None:
        self.panel = panel
        self.told: queue.SimpleQueue[PanelEvent] = queue.SimpleQueue()
        self.heard: list[PanelEvent] = []
        self.link = PanelLink(f"serial:{panel.link}", self.told.put, time.time)

    def wait(self, wanted: Callable[[PanelEvent], bool], within_s: float = 10.0) -> PanelEvent:
        until_s = time.monotonic() + within_s
        while True:
            event = self.told.get(timeout=max(0.01, until_s - time.monotonic()))
            self.heard.append(event)
            if wanted(event):
                return event


def is_connected(event: PanelEvent) -> bool:
    return isinstance(event, Connected)


def is_key(event: PanelEvent) -> bool:
    return isinstance(event, KeyPressed)


def key_arrives(desk: Desk) -> bool:
    desk.panel.press(4)
    time.sleep(0.1)
    while not desk.told.empty():
        desk.heard.append(desk.told.get())
        if is_key(desk.heard[-1]):
            return True
    return False


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[SimulatedPanel]:
    simulated = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    simulated.start()
    yield simulated
    simulated.stop()


@pytest.fixture
def desk(panel: SimulatedPanel) -> Iterator[Desk]:
    made = Desk(panel)
    made.link.start()
    yield made
    made.link.stop()


def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> bool:
    until_s = time.monotonic() + within_s
    while not holds() and time.monotonic() < until_s:
        time.sleep(0.02)
    return holds()


def test_greeting_keys_switches_and_lights(desk: Desk) -> None:
    greeting = desk.wait(is_connected)
    assert isinstance(greeting, Connected)
    assert greeting.features == m.ALL_FEATURES
    desk.panel.press(4)
    assert desk.wait(is_key) == KeyPressed("5")
    desk.panel.set_switch(m.CARD_IN, True)
    desk.wait(lambda event: event == SwitchChanged("card_in", True))
    desk.link.light(m.TAKE_CARD, 255)
    dark = "00" * 48
    assert eventually(lambda: desk.panel.state.get("pixels", dark) != dark)


def test_tampering_is_told_once_and_acknowledged_for_good(desk: Desk) -> None:
    desk.wait(is_connected)
    desk.panel.set_switch(m.LID_OPEN, True)
    desk.wait(lambda event: isinstance(event, Logged) and event.kind == "lid_opened")
    time.sleep(0.5)  # the acknowledgement's way
    desk.panel.unplug()
    desk.wait(lambda event: isinstance(event, Disconnected))
    desk.panel.plug_in()
    desk.wait(is_connected)
    desk.panel.press(0)
    desk.wait(is_key)
    opened = [event for event in desk.heard if isinstance(event, Logged) and event.kind == "lid_opened"]
    assert len(opened) == 1


def test_a_panel_that_restarts_is_greeted_again(desk: Desk) -> None:
    first = desk.wait(is_connected)
    desk.panel.reset()
    desk.link.send(m.STATUS)
    desk.wait(lambda event: isinstance(event, Disconnected))
    again = desk.wait(is_connected)
    assert isinstance(first, Connected)
    assert isinstance(again, Connected)
    assert again.boot == first.boot + 1


def test_noise_and_lost_bytes_cost_no_key_and_double_none(desk: Desk) -> None:
    desk.wait(is_connected)
    count = 0

    def drop_and_double(_to_panel: bool, data: bytes) -> bytes:
        nonlocal count
        count += 1
        return {0: data[:-1], 1: data + data}.get(count % 4, data)

    desk.panel.filter = drop_and_double
    for key in (0, 1, 2, 3, 4):
        desk.panel.inject(bytes(range(1, 200)))
        desk.panel.press(key)
        desk.wait(is_key)
    assert [event.key for event in desk.heard if isinstance(event, KeyPressed)] == list("12345")


def test_the_plug_may_be_pulled_at_any_byte(desk: Desk) -> None:
    panel, counted = desk.panel, [0, 10**9]  # bytes since it was plugged in, and after how many it is pulled

    def pulled_after(_to_panel: bool, data: bytes) -> bytes:
        if not panel.plugged:  # a late byte of the time before
            return data
        left = counted[1] - counted[0]
        counted[0] += len(data)
        if left >= len(data):
            return data
        counted[1] = 10**9
        threading.Thread(target=panel.unplug).start()
        return data[: max(0, left)]

    desk.wait(is_connected)
    panel.filter = pulled_after
    # Greeting, heartbeat, light and their answers are 116 bytes; then there is silence for a while.
    for after_bytes in (0, 7, 19, 42, 80, 103, 110):
        panel.unplug()
        counted[:] = [0, after_bytes]
        panel.plug_in()
        assert eventually(lambda: not panel.plugged, 15)
        panel.plug_in()
        assert eventually(lambda: desk.link.connected and key_arrives(desk), 15), after_bytes


def test_a_flood_is_survived(desk: Desk) -> None:
    desk.wait(is_connected)
    noise = random.Random(11)
    until_s = time.monotonic() + 1.5
    flooded = 0
    while time.monotonic() < until_s:
        desk.panel.inject(noise.randbytes(4_096))
        flooded += 4_096
    desk.panel.inject(b"\0")
    desk.panel.press(4)
    assert desk.wait(is_key) == KeyPressed("5")
    assert flooded > 100_000
    assert [event for event in desk.heard if isinstance(event, KeyPressed)] == [KeyPressed("5")]


def test_a_panel_left_at_its_loader_is_started_again(desk: Desk) -> None:
    desk.wait(is_connected)
    desk.link.send(m.LOADER, m.loader.encode(m.LOADER_WORD))
    desk.wait(lambda event: isinstance(event, Answered) and event.command == m.LOADER)
    assert eventually(lambda: desk.panel.starts == 2)
    desk.link.send(m.STATUS)  # which nobody answers
    desk.wait(lambda event: isinstance(event, Disconnected))
    desk.wait(is_connected, 15.0)


def test_status_and_monitor_speak_json(panel: SimulatedPanel) -> None:
    address = ["--panel", f"serial:{panel.link}"]
    done = CliRunner().invoke(commands, ["status", *address])
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["faults"] == []
    assert said["watchdog"] in ("grace", "watching")
    done = CliRunner().invoke(commands, ["monitor", *address, "--seconds", "1.5"])
    assert done.exit_code == 0, done.output
    events = [json.loads(line)["event"] for line in done.output.splitlines()]
    assert events[0] == "Connected"


def test_no_panel_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["status", "--panel", f"serial:{tmp_path}/none"])
    assert done.exit_code == 3
    assert "no panel: there is no" in done.output


@pytest.mark.parametrize("url", ["", "serial:", "tcp://x", "serial:ttyACM0"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(PanelUrlError):
        parse_url(url)
    assert parse_url("auto") == ""
    assert parse_url("serial:///dev/ttyACM0") == parse_url("serial:/dev/ttyACM0") == "/dev/ttyACM0"


def test_the_kiosk_s_panel_follows_the_visit(panel: SimulatedPanel, tmp_path: Path) -> None:
    front = SerialPanel(f"serial:{panel.link}", tmp_path)
    front.start(lambda: True, lambda _event: None, lambda: None)
    front.show(State(place=Place.OUT_OF_ORDER))
    amber_pixels = {n for n in range(16) if n % 4 == 0}

    def lit() -> set[int]:
        pixels = bytes.fromhex(panel.state.get("pixels", ""))
        return {n for n in range(len(pixels) // 3) if pixels[n * 3]}

    assert eventually(lambda: lit() == amber_pixels, 8.0)
    front.show(State(place=Place.REST))
    assert eventually(lambda: lit() == {0, 1, 2, 14, 15})
    front.stop()


def test_a_kiosk_that_hangs_sends_no_heartbeat(desk: Desk) -> None:
    desk.link.lives = lambda: False
    desk.wait(is_connected)
    desk.link.send(m.STATUS)
    first = desk.wait(lambda event: isinstance(event, Answered) and event.command == m.STATUS)
    assert isinstance(first, Answered)
    assert m.status.decode(first.payload).watchdog == m.GRACE


def test_what_the_panel_tells_is_logged_but_no_keys() -> None:
    with capture_logs() as lines:
        for event in (KeyPressed("7"), Answered(m.STATUS, b"x"), Disconnected("silent")):
            note_event(event)
    assert [line["what"] for line in lines] == ["Disconnected"]

"""The front panel: the simulated board's firmware over a pseudo-terminal, one session, commands one after another."""

import json
import os
import select
import tempfile
import time
from pathlib import Path

import serial

from kiosk.panel.events import Answered, PanelEvent
from kiosk.panel.session import HostSession
from kiosk.panel.simulator import SimulatedPanel
from kiosk.panel.wire import messages as m

COMMANDS = 500
WITHIN_S = 10.0


def until(port: serial.Serial, session: HostSession, wanted: type[PanelEvent]) -> PanelEvent:
    before_s = began_s = time.monotonic()
    while time.monotonic() - began_s < WITHIN_S:
        now_s = time.monotonic()
        out = session.step(int((now_s - before_s) * 1_000))
        before_s = now_s
        if out:
            port.write(out)
        select.select([port], [], [], 0.05)
        for event in session.feed(port.read(port.in_waiting)):
            if isinstance(event, wanted):
                return event
    raise TimeoutError(wanted.__name__)


def measure(path: Path) -> dict[str, object]:
    with serial.Serial(os.fspath(path), timeout=0) as port:
        session = HostSession(1)
        while not session.connected:
            until(port, session, PanelEvent)
        trips_ms = []
        began_s = time.monotonic()
        for _ in range(COMMANDS):
            sent_s = time.monotonic()
            session.send(m.STATUS)
            answer = until(port, session, Answered)
            trips_ms.append((time.monotonic() - sent_s) * 1_000)
        took_s = time.monotonic() - began_s
    assert isinstance(answer, Answered)
    status = m.status.decode(answer.payload)
    trips_ms.sort()
    return {
        "commands": COMMANDS,
        "frames_a_second": round(2 * COMMANDS / took_s),
        "round_trip_p50_ms": round(trips_ms[COMMANDS // 2], 2),
        "round_trip_p99_ms": round(trips_ms[COMMANDS * 99 // 100], 2),
        "longest_step_ms": status.longest_step_us / 1_000,
        "heap_free_bytes": status.heap_free_bytes,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        panel = SimulatedPanel(Path(folder) / "flash", Path(folder) / "panel")
        panel.start()
        try:
            print(json.dumps(measure(panel.link), indent=2))
        finally:
            panel.stop()


if __name__ == "__main__":
    main()

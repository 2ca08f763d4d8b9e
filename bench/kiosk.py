"""Measures the kiosk's memory: the daemon with fakes at rest and after N visits. Prints JSON.

``python -m bench.kiosk [VISITS]``. Chromium is not in it; the reader's and the printer's own libraries are imported.
"""

import json
import logging
import re
import sys
import threading
import time
from pathlib import Path

import requests
import structlog

from kiosk.bootstrap import assemble
from kiosk.settings import Settings
from tests.support.kiosk_fakes import FakeCentre, FakePress, FakeSlot
from tests.support.kiosk_people import PERSON, RULES


def memory() -> dict[str, int]:
    """This process's memory, kB: resident, and its proportional share of what others share."""
    text = Path("/proc/self/smaps_rollup").read_text()
    return {
        name.lower() + "_kb": int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) for name in ("Rss", "Pss")
    }


def main(visits: int) -> None:
    """Run the kiosk, visit it, measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    slot, press, centre = FakeSlot(), FakePress(), FakeCentre()
    kiosk = assemble(Settings(screen_port=0), RULES, slot, press, centre)
    loop = threading.Thread(target=kiosk.run, daemon=True)
    loop.start()
    http = requests.Session()

    def screen() -> dict[str, int | str]:
        return http.get(kiosk.server.url + "state", timeout=5).json()

    def until(name: str) -> None:
        while screen()["screen"] != name:
            time.sleep(0.002)

    page = http.get(kiosk.server.url, timeout=5).text
    token = re.search(r'kiosk-token" content="([^"]+)"', page)[1]

    def touch(act: str, value: str | None = None) -> None:
        body = {"act": act, "value": value, "turn": screen()["turn"]}
        http.post(kiosk.server.url + "act", json=body, headers={"X-Kiosk-Token": token}, timeout=5).raise_for_status()

    until("rest")
    time.sleep(0.5)
    at_rest = memory()
    began_s = time.perf_counter()
    for _ in range(visits):
        slot.insert(PERSON)
        until("services")
        touch("toggle", "old_age_allowance")
        touch("choose")
        until("consent")
        touch("agree")
        until("answer")
        http.get(kiosk.server.url, timeout=5)
        touch("print")
        until("take_card")
        slot.remove()
        until("rest")
    took_s = time.perf_counter() - began_s
    press.printed.clear()
    centre.questions.clear()
    after = memory()
    kiosk.daemon.stop()
    loop.join(timeout=3)
    result = {
        "at_rest": at_rest,
        "after_visits": after,
        "visits": visits,
        "visit_mean_ms": round(took_s / visits * 1000, 1),
    }
    print(json.dumps({"kiosk_daemon": result}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)

"""Command ``panel test``: each part of the panel, tried; with a person before it, seen and felt."""

import json
import queue
import sys
import time

import click

from contracts.message import Words
from kiosk.panel.connection import EXIT_FAULTY, Events, ask, connected, find, panel_option
from kiosk.panel.events import SWITCHES, KeyPressed, PanelEvent, SwitchChanged, fault_names
from kiosk.panel.link import PanelLink
from kiosk.panel.wire import messages as m

SETTLE_S = 1.7
"""The lamp test takes 1.5 s."""
KEYS = "123456789*0#"
_SEEN = {
    "ring": Words(th="ไฟวงแหวนเปลี่ยนครบทุกแบบหรือไม่", en="did the ring show every pattern, on all 16 lamps?"),
    "buzzer": Words(th="ได้ยินเสียงสามเพลงหรือไม่", en="did you hear three tunes?"),
    "fan": Words(th="พัดลมหมุนหรือไม่", en="does the fan turn when warm (or is the case cool)?"),
    "relay": Words(
        th="รีเลย์: ดึงสายแผงหน้าออก ตู้ยังมีไฟอยู่หรือไม่ (ตอบ n ถ้ายังไม่ได้ลอง)",
        en="relay: with the panel's own power off, does the Raspberry Pi keep its power? (n if not tried)",
    ),
}
_SWITCH_WORDS = {
    "card_in": Words(th="สอดบัตรหรือแผ่นพลาสติก", en="push a card in"),
    "lid_open": Words(th="เปิดฝาแล้วปิด", en="open the lid and close it"),
    "back_open": Words(th="เปิดฝาหลังแล้วปิด", en="open the back and close it"),
    "headphones_in": Words(th="เสียบหูฟัง", en="plug headphones in"),
}
Results = dict[str, str]


def judge(results: Results) -> bool:
    """Say whether nothing failed; what was not tried is no failure. Pure."""
    return "failed" not in results.values()


@click.command()
@panel_option
@click.option("--no-questions", is_flag=True, help="Ask nobody: only what the panel can tell by itself.")
@click.option("--seconds", type=click.FloatRange(0.2, 120), default=20.0, help="Wait so long for each key and switch.")
@click.option("--shown-s", type=click.FloatRange(0, 10), default=1.2, hidden=True)
def test(url: str, no_questions: bool, seconds: float, shown_s: float) -> None:
    """Try the panel: self-test, ring, buzzer, switches, keypad, fan, relay; exit 4 when one failed.

    Prints the outcomes as JSON. The relay is not opened: this computer would lose its power.
    """
    with connected(url) as (link, events, _):
        results = _try_alone(link, events, shown_s)
        if not no_questions:
            _try_with_hands(events, results, seconds)
    click.echo(json.dumps({"well": judge(results), "parts": results}, indent=1))
    sys.exit(0 if judge(results) else EXIT_FAULTY)


def _try_alone(link: PanelLink, events: Events, shown_s: float) -> Results:
    ask(link, events, m.SELF_TEST)
    time.sleep(SETTLE_S)
    for pattern, name in enumerate(m.PATTERN_NAMES):
        click.echo(f"light: {name}", err=True)
        ask(link, events, m.LIGHT, m.light.encode(pattern, 0))
        time.sleep(shown_s)
    for tune in (m.WELCOME, m.DONE, m.ATTENTION):
        ask(link, events, m.SOUND, m.sound.encode(tune))
        time.sleep(shown_s)
    ask(link, events, m.LIGHT, m.light.encode(m.REST, 0))
    status = m.status.decode(ask(link, events, m.STATUS))
    faults = fault_names(status.faults) if status is not None else ("no_status",)
    results = {"self_test": "failed" if faults else "well"}
    results |= dict.fromkeys(("ring", "buzzer", "keypad", *SWITCHES, "fan", "relay"), "not_tried")
    if "fan" in faults:
        results["fan"] = "failed"
    elif status is not None and status.fan_rpm:
        results["fan"] = "well"
    if faults:
        click.echo("faults: " + ", ".join(faults), err=True)
    return results


def _try_with_hands(events: Events, results: Results, seconds: float) -> None:
    for part in ("ring", "buzzer"):
        results[part] = _question(part)
    for switch in SWITCHES:
        words = _SWITCH_WORDS[switch]
        click.echo(f"{words.th} / {words.en}", err=True)
        results[switch] = _moved(events, switch, seconds)
    click.echo("กดปุ่มทุกปุ่มตามลำดับ / press every key: " + " ".join(KEYS), err=True)
    results["keypad"] = _all_keys(events, seconds)
    for part in ("fan", "relay"):
        if results[part] == "not_tried":
            results[part] = _question(part)
    if results["relay"] == "failed":
        results["relay"] = "not_tried"  # "n" stands for "not tried" there: only a person with a meter knows more


def _question(part: str) -> str:
    words = _SEEN[part]
    return "well" if click.confirm(f"{words.th} / {words.en}", err=True) else "failed"


def _moved(events: Events, switch: str, seconds: float) -> str:
    def is_it(event: PanelEvent) -> bool | None:
        return (isinstance(event, SwitchChanged) and event.switch == switch) or None

    return "well" if find(events, is_it, seconds) else "failed"


def _all_keys(events: Events, seconds: float) -> str:
    missing = set(KEYS)
    until_s = time.monotonic() + seconds
    while missing and time.monotonic() < until_s:
        try:
            event = events.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(event, KeyPressed):
            missing.discard(event.key)
            until_s = time.monotonic() + seconds
    if missing:
        click.echo("missing: " + " ".join(sorted(missing)), err=True)
    return "failed" if missing else "well"

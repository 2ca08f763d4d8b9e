"""Command ``panel flash``: new firmware onto the board, tried before it is kept."""

import time
from pathlib import Path

import click
import serial

from contracts.message import Words
from kiosk.errors import KioskError
from kiosk.panel.connection import (
    CONNECT_S,
    EXIT_NO_PANEL,
    Events,
    answers,
    ask,
    check_port,
    find,
    greeting,
    linked,
    panel_option,
    stop,
)
from kiosk.panel.events import Connected
from kiosk.panel.image import FIRMWARE, MPY_FORM, WIRE, Image, find_compiler, read_image
from kiosk.panel.install import NEW_BOARD, BoardFacts, greet, install
from kiosk.panel.link import PanelLink
from kiosk.panel.ports import explain_absence, find_ports, open_port, parse_url
from kiosk.panel.raw_prompt import RawPrompt
from kiosk.panel.wire import messages as m

EXIT_CAME_BACK = 5
EXIT_LOST = 6
STEADY_S = 2.0
PORT_S = 15.0
"""A board that restarts leaves the USB bus and comes back within seconds."""
_OLD_STAYS = Words(th="เฟิร์มแวร์เดิมยังอยู่ครบ", en="the firmware it had is untouched")


@click.command()
@panel_option
@click.option(
    "--firmware", type=click.Path(path_type=Path, exists=True, file_okay=False), default=FIRMWARE, hidden=True
)
@click.option("--form", type=click.Choice(["auto", "mpy", "py"]), default="auto", help="auto: .mpy where mpy-cross is.")
@click.option("--wait", "wait_s", type=click.FloatRange(10, 900), default=420.0, help="Seconds for it to come up.")
def flash(url: str, firmware: Path, form: str, wait_s: float) -> None:
    """Copy this program's firmware onto the board, check it, try it, keep it.

    It goes beside the one in use. When it does not come up, the board returns to the one it had: exit 5. Exit 3: no
    board to copy to; 4: copying failed, nothing has changed; 6: the board is silent afterwards.
    """
    compiler = None if form == "py" else find_compiler()
    try:
        image = read_image(firmware, WIRE, compiler)
    except KioskError as error:
        stop(f"the firmware cannot be made: {error}", 1)
    check_port(url)
    before = _ask_for_loader(url)
    was = f"{before.firmware} → " if before is not None else ""
    click.echo(f"firmware {was}{image.version}, {len(image.slot)} files", err=True)
    facts = _copy(url, image, is_compiled=compiler is not None)
    _try_out(url, image, facts, wait_s)


def _ask_for_loader(url: str) -> Connected | None:
    """Send a running panel to its prompt; a board with no firmware yet does not answer and is at its prompt already."""
    with linked(url) as (link, events):
        hello = find(events, greeting, CONNECT_S)
        if hello is not None:
            ask(link, events, m.LOADER, m.loader.encode(m.LOADER_WORD))
            return hello
    return None


def _open(url: str) -> serial.Serial:
    """Open the port of the board that just restarted, once it is back."""
    until_s = time.monotonic() + PORT_S
    while True:
        for path in [parse_url(url)] if parse_url(url) else find_ports():
            try:
                return open_port(path)
            except serial.SerialException:
                continue
        if time.monotonic() >= until_s:
            stop(explain_absence(url).words, EXIT_NO_PANEL)
        time.sleep(0.2)


def _copy(url: str, image: Image, *, is_compiled: bool) -> BoardFacts:
    port = _open(url)
    try:
        prompt = RawPrompt(port)
        facts = greet(prompt)
        if is_compiled and facts.mpy_form != MPY_FORM:
            stop(f"the board loads .mpy files of form {facts.mpy_form}, not {MPY_FORM}: use --form py", EXIT_NO_PANEL)
        install(prompt, facts, image, _show_progress)
    except (KioskError, serial.SerialException, OSError) as error:
        said = str(error) if isinstance(error, KioskError) else "the port is gone"
        stop(f"not copied ({said}): {_OLD_STAYS.th} / {_OLD_STAYS.en}", 4)
    finally:
        port.close()
    return facts


def _show_progress(number: int, total: int, path: str) -> None:
    click.echo(f"[{number:2}/{total}] {path}", err=True)


def _try_out(url: str, image: Image, facts: BoardFacts, wait_s: float) -> None:
    """See the new firmware work, and tell it to stay."""
    click.echo("copied and proved; it starts now", err=True)
    on_trial = facts.good != NEW_BOARD
    with linked(url) as (link, events):
        hello = _come_up(link, events, time.monotonic() + wait_s)
        if hello is None:
            stop("the board does not answer: unplug it and plug it in; then 'baidiao panel status'", EXIT_LOST)
        if hello.firmware != image.version or hello.trial != on_trial:
            words = Words(
                th=f"เฟิร์มแวร์ใหม่เริ่มทำงานไม่ได้ บอร์ดกลับไปใช้ {hello.firmware} ตามเดิม",
                en=f"the new firmware did not come up; the board is back at {hello.firmware}",
            )
            stop(words, EXIT_CAME_BACK)
        if on_trial:
            ask(link, events, m.COMMIT)
    with linked(url) as (_, events):
        hello = find(events, greeting, CONNECT_S)
    if hello is None or hello.trial:
        stop("the board did not keep the new firmware; run the command again", EXIT_LOST)
    click.echo(f"ใช้เฟิร์มแวร์ {hello.firmware} แล้ว / firmware {hello.firmware} is in use")


def _come_up(link: PanelLink, events: Events, until_s: float) -> Connected | None:
    """Wait for a firmware that greets and is still there a moment later: one that keeps restarting greets, too."""
    while (left_s := until_s - time.monotonic()) > 0:
        hello = find(events, greeting, left_s)
        if hello is None:
            return None
        time.sleep(STEADY_S)
        if answers(link, events, m.STATUS):
            return hello
    return None

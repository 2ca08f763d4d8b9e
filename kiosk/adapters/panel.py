"""The front panel as the kiosk uses it: ring by the visit, heartbeat by the daemon, what it feels into the visit."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from contracts.fleet import PanelState, PartHealth
from kiosk.agent.update_mark import is_updating
from kiosk.panel.events import (
    SWITCHES,
    Answered,
    Connected,
    Disconnected,
    FaultsChanged,
    KeyPressed,
    Logged,
    PanelEvent,
    SwitchChanged,
)
from kiosk.panel.link import PanelLink
from kiosk.panel.records import RecordBook
from kiosk.panel.signals import choose_pattern
from kiosk.panel.wire import messages as m
from kiosk.visit import events as ev
from kiosk.visit.state import State

RECORDS = "panel-log.jsonl"
_log = structlog.get_logger()


def judge_panel(hello: Connected | None, values: Any, tampered_at: datetime | None) -> PanelState:
    """Sum the panel up for the centre. Pure.

    Args:
        hello: The running session, if any.
        values: Its newest STATUS, if any.
        tampered_at: When the case was last opened, if lately.
    """
    if hello is None or values is None:
        return PanelState(health=PartHealth.WARNING, code="panel_silent", tampered_at=tampered_at)
    is_open = values.switches & (1 << m.LID_OPEN | 1 << m.BACK_OPEN) != 0
    causes = (
        (PartHealth.FAULT, "case_open", is_open),
        (PartHealth.WARNING, "case_was_opened", tampered_at is not None),
        (PartHealth.WARNING, "panel_fault", values.faults != 0),
        (PartHealth.WARNING, "power_cycled", values.cycles_today > 0),
    )
    health, code = next(((health, code) for health, code, holds in causes if holds), (PartHealth.OK, ""))
    unknown = values.case_decicelsius == m.UNKNOWN_TEMPERATURE
    return PanelState(
        health=health,
        code=code,
        model=f"panel {hello.firmware}",
        power_cycles_today=values.cycles_today,
        case_celsius=None if unknown else min(max(values.case_decicelsius / 10, -60.0), 200.0),
        tampered_at=tampered_at,
    )


class NoPanel:
    """A kiosk without a front panel. Implements ``FrontPanel``."""

    def start(self, lives: Callable[[], bool], post: Callable[[ev.Event], None], nudge: Callable[[], None]) -> None:
        """Do nothing."""

    def report(self) -> None:
        """There is none."""

    def show(self, state: State) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class SerialPanel:
    """A panel on a serial port, there or not. Implements ``FrontPanel``.

    Args:
        url: ``auto`` or ``serial:/dev/…``.
        state_dir: Where its records are kept, and where an update leaves its mark.

    Raises:
        PanelUrlError: The address cannot be understood.
    """

    def __init__(self, url: str, state_dir: Path) -> None:
        self._link = PanelLink(url, self._take, time.time)
        self._link.updating = lambda: is_updating(state_dir)
        self._book = RecordBook(state_dir / RECORDS)
        self._hello: Connected | None = None
        self._status: Any = None
        self._post: Callable[[ev.Event], None] = lambda _event: None
        self._nudge: Callable[[], None] = lambda: None

    def start(self, lives: Callable[[], bool], post: Callable[[ev.Event], None], nudge: Callable[[], None]) -> None:
        """Begin to look for it."""
        self._link.lives = lives
        self._post = post
        self._nudge = nudge
        self._link.start()

    def report(self) -> PanelState:
        """Say how it is as last heard, and ask it again for the next time."""
        if self._link.connected:
            self._link.send(m.STATUS)
        return judge_panel(self._hello, self._status, self._book.tampered_at(datetime.now(UTC)))

    def show(self, state: State) -> None:
        """Light the ring as the visit stands."""
        self._link.light(choose_pattern(state))

    def stop(self) -> None:
        """Let go of the port."""
        self._link.stop()

    def _take(self, event: PanelEvent) -> bool:
        """Take what the panel tells, in the link's thread; False: tell it again in another session."""
        note_event(event)
        match event:
            case Connected():
                self._hello = event
                self._link.send(m.STATUS)
            case Disconnected():
                self._hello = self._status = None
                self._feel(0)
                self._nudge()
            case Answered(m.STATUS, payload):
                self._learn(m.status.decode(payload))
            case SwitchChanged(switch, active):
                self._switched(switch, active)
            case KeyPressed(key):
                self._post(ev.KeyPressed(key))
            case FaultsChanged():
                self._link.send(m.STATUS)
            case Logged():
                return self._keep(event)
            case _:
                pass
        return True

    def _learn(self, values: Any) -> None:
        if values is None:
            return
        first, self._status = self._status is None, values
        if first:
            self._feel(values.switches)
            self._nudge()

    def _feel(self, switches: int) -> None:
        self._post(ev.CardFelt(switches >> m.CARD_IN & 1 == 1))
        self._post(ev.HeadphonesChanged(switches >> m.HEADPHONES_IN & 1 == 1))

    def _switched(self, switch: str, active: bool) -> None:
        if switch == SWITCHES[m.CARD_IN]:
            self._post(ev.CardFelt(active))
        elif switch == SWITCHES[m.HEADPHONES_IN]:
            self._post(ev.HeadphonesChanged(active))
        else:
            self._link.send(m.STATUS)
            if self._status is not None:
                bit = 1 << SWITCHES.index(switch) if switch in SWITCHES else 0
                known = self._status.switches & ~bit
                self._status = self._status._replace(switches=known | bit if active else known)
            self._nudge()

    def _keep(self, record: Logged) -> bool:
        epoch = self._hello.log_epoch if self._hello is not None else 0
        kept = self._book.keep(epoch, record, datetime.now(UTC))
        if not kept:
            _log.error("panel_record_not_kept", counter=record.counter)
        return kept


def note_event(event: PanelEvent) -> None:
    """Log what the panel tells; never which key somebody pressed."""
    if not isinstance(event, Answered | KeyPressed):
        _log.info("panel_told", what=type(event).__name__, **{f"panel_{k}": v for k, v in asdict(event).items()})

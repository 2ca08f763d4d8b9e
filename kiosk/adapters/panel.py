"""The front panel as the kiosk uses it: ring by the visit, heartbeat by the daemon, news into the log."""

import time
from collections.abc import Callable
from dataclasses import asdict

import structlog

from kiosk.panel.events import Answered, KeyPressed, PanelEvent
from kiosk.panel.link import PanelLink
from kiosk.panel.signals import choose_pattern
from kiosk.visit.state import State

_log = structlog.get_logger()


class NoPanel:
    """A kiosk without a front panel. Implements ``FrontPanel``."""

    def start(self, lives: Callable[[], bool]) -> None:
        """Do nothing."""

    def show(self, state: State) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class SerialPanel:
    """A panel on a serial port, there or not. Implements ``FrontPanel``.

    Args:
        url: ``auto`` or ``serial:/dev/…``.

    Raises:
        PanelUrlError: The address cannot be understood.
    """

    def __init__(self, url: str) -> None:
        self._link = PanelLink(url, note_event, time.time)

    def start(self, lives: Callable[[], bool]) -> None:
        """Begin to look for it."""
        self._link.lives = lives
        self._link.start()

    def show(self, state: State) -> None:
        """Light the ring as the visit stands."""
        self._link.light(choose_pattern(state))

    def stop(self) -> None:
        """Let go of the port."""
        self._link.stop()


def note_event(event: PanelEvent) -> None:
    """Log what the panel tells; never which key somebody pressed."""
    if not isinstance(event, Answered | KeyPressed):
        _log.info("panel_told", what=type(event).__name__, **{f"panel_{k}": v for k, v in asdict(event).items()})

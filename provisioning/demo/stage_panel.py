"""The stage's front panel over HTTP: how it looks, many times a second, and what can be done to it."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Protocol

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from kiosk.panel.events import SWITCHES

CHORD = "*0#"
SPEEDS = (1, 20)
_KEYS = frozenset("0123456789*#")
_FRAME_S = 0.03
"""The ring changes thirty times a second."""
_STILL_S = 1.0


class PanelOnStage(Protocol):
    """The front panel, its surroundings and the host behind its relay."""

    def look(self) -> Mapping[str, object]:
        """Return how everything looks now."""

    def press(self, keys: str) -> None:
        """Press one key for a moment, or the chord for as long as it takes."""

    def set_switch(self, name: str, active: bool) -> None:
        """Move one of the switches."""

    def set_air(self, case_celsius: float, fan_stalled: bool) -> None:
        """Heat or cool the case; hold the fan or let it go."""

    def plug(self, plugged: bool) -> None:
        """Push in or pull the USB plug."""

    def hang_host(self, hung: bool) -> None:
        """Have the host hang, or let it go on."""

    def hurry(self, speed: int) -> bool:
        """Let the panel's clock run faster; False when that would do harm now."""


def live(panel: PanelOnStage) -> Iterator[str]:
    """Yield server-sent events: each new look, and the same one again each second, so that a dead page is noticed."""
    shown, shown_at_s = "", 0.0
    while True:
        look = json.dumps(panel.look())
        now_s = time.monotonic()
        if look != shown or now_s - shown_at_s >= _STILL_S:
            shown, shown_at_s = look, now_s
            yield f"data: {look}\n\n"
        time.sleep(_FRAME_S)


def add_panel(app: Flask, panel: PanelOnStage | None) -> None:
    """Give the application the panel's addresses; without a panel there are none."""
    if panel is None:
        return

    @app.get("/panel/live")
    def show_live() -> Response:
        return Response(live(panel), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    _add_front(app, panel)
    _add_back(app, panel)


def _add_front(app: Flask, panel: PanelOnStage) -> None:
    @app.put("/panel/keys")
    def press_keys() -> ResponseReturnValue:
        keys = _body().get("keys")
        if keys != CHORD and keys not in _KEYS:
            abort(400, "one key is wanted, or the chord")
        panel.press(str(keys))
        return "", 204

    @app.put("/panel/switches")
    def move_switch() -> ResponseReturnValue:
        body = _body()
        if body.get("name") not in SWITCHES:
            abort(400, "no such switch")
        panel.set_switch(str(body["name"]), body.get("active") is True)
        return "", 204


def _add_back(app: Flask, panel: PanelOnStage) -> None:
    @app.put("/panel/air")
    def change_air() -> ResponseReturnValue:
        body = _body()
        celsius = body.get("case_celsius")
        if not isinstance(celsius, int | float) or not -20 <= celsius <= 120:
            abort(400, "case_celsius must be -20 to 120")
        panel.set_air(float(celsius), body.get("fan_stalled") is True)
        return "", 204

    @app.put("/panel/plug")
    def move_plug() -> ResponseReturnValue:
        panel.plug(_body().get("plugged") is True)
        return "", 204

    @app.put("/panel/host")
    def hang_host() -> ResponseReturnValue:
        panel.hang_host(_body().get("hung") is True)
        return "", 204

    @app.put("/panel/clock")
    def hurry() -> ResponseReturnValue:
        speed = _body().get("speed")
        if not isinstance(speed, int) or speed not in SPEEDS:
            abort(400, "no such speed")
        if not panel.hurry(speed):
            abort(409, "only while the kiosk hangs")
        return "", 204


def _body() -> dict[str, object]:
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400, "a JSON object is wanted")
    return body

"""The stage: one page with the kiosk's screen and, beside it, a drawer with everything a visitor or fate can do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import fontpkg_sarabun
from flask import Flask, Response, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from provisioning.demo.plan import DemoPlan
from provisioning.demo.stage_panel import PanelOnStage, add_panel


@dataclass(frozen=True, slots=True)
class CardOnTable:
    """One virtual card lying beside the kiosk."""

    key: str
    title_th: str
    title_en: str
    note_th: str
    note_en: str


class CardSlot(Protocol):
    """The virtual reader's slot."""

    @property
    def inserted(self) -> str | None:
        """Key of the card inside, or None."""

    def cards(self) -> Sequence[CardOnTable]:
        """Return the cards that can be put in."""

    def photo(self, key: str) -> bytes | None:
        """Return a card's photo (JPEG), or None for a card without one."""

    def insert(self, key: str) -> None:
        """Put a card in, taking out what was inside."""

    def remove(self) -> None:
        """Take the card out."""


class PaperPrinter(Protocol):
    """The virtual printer and what can be wrong with it."""

    @property
    def fault(self) -> str:
        """The fault switched on, or ``none``."""

    def faults(self) -> Sequence[str]:
        """Return the faults that can be switched on, ``none`` first."""

    def switch(self, fault: str) -> None:
        """Switch one fault on, or all off with ``none``."""

    def newest_slip(self) -> Path | None:
        """Return the newest slip's picture, if one was printed."""


class NetworkLine(Protocol):
    """The line between kiosk and centre."""

    @property
    def whole(self) -> bool:
        """Whether it carries anything."""

    def cut(self) -> None:
        """Cut it."""

    def mend(self) -> None:
        """Mend it."""


class CentreProcess(Protocol):
    """The linkage centre as a process that may die."""

    @property
    def running(self) -> bool:
        """Whether it is alive."""

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""

    def start(self) -> None:
        """Start it again; returns when it is ready."""


class AgencyControls(Protocol):
    """The demo agencies' switches."""

    def states(self) -> Sequence[Mapping[str, object]]:
        """Return each agency's ``id``, names, ``latency_ms`` and ``failure`` (``gone`` when it does not answer)."""

    def set(self, agency_id: str, latency_ms: int, failure: str) -> None:
        """Make one agency slow, or fail in one way."""


@dataclass(frozen=True, slots=True)
class Props:
    """Everything on the stage."""

    slot: CardSlot
    printer: PaperPrinter
    line: NetworkLine
    centre: CentreProcess
    agencies: AgencyControls
    panel: PanelOnStage | None = None


def create_stage(plan: DemoPlan, props: Props) -> Flask:
    """Build the stage's application. It listens on the loopback address alone and takes JSON only, so that no other
    page a browser has open can press its buttons.
    """  # noqa: D205  (one thought)
    app = Flask(__name__)

    @app.get("/")
    def show() -> str:
        return render_template("stage.html", plan=plan, has_panel=props.panel is not None)

    @app.get("/state")
    def state() -> Response:
        slip = props.printer.newest_slip()
        return jsonify(
            card=props.slot.inserted,
            cards=[asdict(card) for card in props.slot.cards()],
            printer={"fault": props.printer.fault, "faults": props.printer.faults()},
            line=props.line.whole,
            centre=props.centre.running,
            agencies=props.agencies.states(),
            slip=None if slip is None else int(slip.stat().st_mtime_ns // 1_000_000),
        )

    @app.get("/cards/<key>.jpg")
    def photo(key: str) -> ResponseReturnValue:
        picture = props.slot.photo(key) if key in _keys(props) else None
        if picture is None:
            abort(404)
        return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "max-age=3600"})

    @app.get("/slip.png")
    def slip_picture() -> ResponseReturnValue:
        slip = props.printer.newest_slip()
        if slip is None:
            abort(404)
        return send_file(slip.resolve(), mimetype="image/png", max_age=0)

    @app.get("/sarabun.ttf")
    def typeface() -> Response:
        return send_file(Path(fontpkg_sarabun.ROOT) / "files" / "Sarabun-Regular.ttf", max_age=86_400)

    _add_kiosk_switches(app, props)
    _add_network_switches(app, props)
    add_panel(app, props.panel)
    return app


def _keys(props: Props) -> set[str]:
    return {card.key for card in props.slot.cards()}


def _add_kiosk_switches(app: Flask, props: Props) -> None:
    @app.put("/card")
    def move_card() -> ResponseReturnValue:
        key = _body().get("key")
        if key is None:
            props.slot.remove()
        elif key in _keys(props):
            props.slot.insert(str(key))
        else:
            abort(400, "no such card")
        return "", 204

    @app.put("/printer")
    def switch_printer() -> ResponseReturnValue:
        fault = _body().get("fault")
        if fault not in props.printer.faults():
            abort(400, "no such fault")
        props.printer.switch(str(fault))
        return "", 204


def _add_network_switches(app: Flask, props: Props) -> None:
    @app.put("/line")
    def switch_line() -> ResponseReturnValue:
        if _body().get("whole"):
            props.line.mend()
        else:
            props.line.cut()
        return "", 204

    @app.put("/centre")
    def switch_centre() -> ResponseReturnValue:
        if _body().get("running"):
            props.centre.start()
        else:
            props.centre.kill()
        return "", 204

    @app.put("/agencies/<agency_id>")
    def switch_agency(agency_id: str) -> ResponseReturnValue:
        body = _body()
        latency_ms, failure = body.get("latency_ms", 0), body.get("failure", "none")
        if not isinstance(latency_ms, int) or not 0 <= latency_ms <= 60_000 or not isinstance(failure, str):
            abort(400, "latency_ms must be 0 to 60000 and failure a name")
        props.agencies.set(agency_id, latency_ms, failure)
        return "", 204


def _body() -> dict[str, object]:
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400, "a JSON object is wanted")
    return body

"""The counter service's routes. Localhost only, guarded by ``guard.Policy``; no citizen's data in URLs or logs."""

import base64
import threading
from pathlib import Path

import fontpkg_sarabun
from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from flask_sock import Sock
from werkzeug.exceptions import HTTPException

from reader_drivers.cards.profiles import PROFILES
from reader_drivers.core.errors import ReaderError
from reader_drivers.counter.events import Socket, serve_events
from reader_drivers.counter.guard import Caller, Policy
from reader_drivers.counter.openapi import describe_api, describe_kind
from reader_drivers.counter.ports import Cards
from reader_drivers.counter.problems import card_problem, http_problem, refusal_problem
from reader_drivers.reading import Wishes

_SOCKETS_AT_ONCE = 16
_FONTS = Path(fontpkg_sarabun.__file__).parent / "files"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; font-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _caller() -> Caller:
    return Caller(
        host=request.headers.get("Host", ""),
        origin=request.headers.get("Origin"),
        authorization=request.headers.get("Authorization", ""),
        wants_private=request.headers.get("Access-Control-Request-Private-Network") == "true",
    )


class _Routes:
    """The routes' bodies."""

    def __init__(self, policy: Policy, cards: Cards) -> None:
        self._policy = policy
        self._cards = cards
        self._sockets = threading.BoundedSemaphore(_SOCKETS_AT_ONCE)

    def refuse_stranger(self) -> Response | None:
        """Before everything: is this host ours and this origin on the list?"""
        refusal = self._policy.refuse_stranger(_caller())
        if refusal is not None:
            return refusal_problem(refusal).respond()
        return Response(status=204) if request.method == "OPTIONS" else None

    def share(self, response: Response) -> Response:
        """After everything: say who may see the answer, and that nobody may keep it."""
        for name, value in self._policy.sharing_headers(_caller(), preflight=request.method == "OPTIONS").items():
            response.headers[name] = value
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
        return response

    def card(self) -> Response:
        """Read a card."""
        refusal = self._policy.refuse_bearer(_caller())
        if refusal is not None:
            return refusal_problem(refusal).respond()
        profiles = (PROFILES["nhso"],) if _flag("nhso") else ()
        wishes = Wishes(_flag("photo"), profiles)
        taken = self._cards.read(request.args.get("reader") or None, wishes)
        said: dict[str, object] = {
            "card": taken.card.public(),
            "assurance": taken.card.assurance,
            "findings": list(taken.card.findings),
            **taken.extras,
        }
        if wishes.photo:
            said["photo"] = base64.b64encode(taken.photo).decode()
        return jsonify(said)

    def readers(self) -> Response:
        """List the readers."""
        refusal = self._policy.refuse_bearer(_caller())
        if refusal is not None:
            return refusal_problem(refusal).respond()
        return jsonify([{"name": reader.name, "occupied": reader.occupied} for reader in self._cards.readers()])

    def events(self, socket: Socket) -> None:
        """Serve a WebSocket; too many at once are turned away."""
        if not self._sockets.acquire(blocking=False):
            return
        try:
            serve_events(socket, self._policy, self._cards)
        finally:
            self._sockets.release()


def _flag(name: str) -> bool:
    return request.args.get(name, "").lower() in {"1", "true", "yes"}


def create_counter(policy: Policy, cards: Cards) -> Flask:
    """Build the application.

    Args:
        policy: Whom to serve.
        cards: The readers.
    """
    app = Flask("reader_drivers.counter", static_folder="static", template_folder="templates")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the same: the documented order stays
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25}
    app.add_template_filter(describe_kind, "kind")
    routes = _Routes(policy, cards)
    api = describe_api(policy.port)
    app.before_request(routes.refuse_stranger)
    app.after_request(routes.share)
    app.register_error_handler(ReaderError, lambda error: card_problem(error).respond())
    app.register_error_handler(HTTPException, lambda error: http_problem(error.code or 500).respond())
    app.add_url_rule("/v1/card", "card", routes.card)
    app.add_url_rule("/v1/readers", "readers", routes.readers)
    app.add_url_rule("/openapi.json", "openapi", lambda: jsonify(api))
    app.add_url_rule("/", "docs", lambda: render_template("docs.html", api=api))
    app.add_url_rule("/example", "example", lambda: render_template("example.html"))
    app.add_url_rule("/fonts/<name>", "font", lambda name: send_from_directory(_FONTS, name))
    Sock(app).route("/v1/events")(routes.events)
    return app

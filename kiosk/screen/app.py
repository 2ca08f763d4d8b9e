"""The screen: one page, one stream of screens, one way in for touches. For this device's browser only."""

import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fontpkg_sarabun
from flask import Flask, Response, abort, jsonify, render_template, request, send_from_directory
from markupsafe import Markup

from kiosk.screen.catalogues import Catalogue
from kiosk.screen.hub import Hub, Shown
from kiosk.screen.show import what_to_show
from kiosk.screen.touches import TouchError, parse_touch
from kiosk.visit.events import Touch
from kiosk.visit.state import Rules

KEEP_ALIVE_S = 10.0
_FONTS = Path(fontpkg_sarabun.__file__).parent / "files"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)


class _Pages:
    """The routes' bodies."""

    def __init__(self, hub: Hub, post: Callable[[Touch], None], rules: Rules, catalogues: dict[str, Catalogue]) -> None:
        self._hub = hub
        self._post = post
        self._rules = rules
        self._catalogues = catalogues
        self.token = secrets.token_urlsafe(24)

    def _draw(self, shown: Shown) -> str:
        words = self._catalogues[shown.state.view.language]
        return render_template(f"places/{shown.state.screen}.html", **what_to_show(shown.state, self._rules, words))

    def _message(self, shown: Shown) -> str:
        view = shown.state.view
        body = {
            "screen": shown.state.screen,
            "language": view.language,
            "size": view.text_size,
            "contrast": view.more_contrast,
            "headphones": shown.state.headphones,
            "html": self._draw(shown),
        }
        return f"id: {shown.number}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"

    def page(self) -> str:
        """The shell, with the newest screen already in it."""
        shown = self._hub.newest()
        view = shown.state.view
        fragment = Markup(self._draw(shown))  # noqa: S704  (drawn by our own template, escaped there)
        say = self._catalogues[view.language].say
        return render_template(
            "shell.html",
            token=self.token,
            fragment=fragment,
            language=view.language,
            view=view,
            state=shown.state,
            t=say,
        )

    def stream(self, app: Flask) -> Iterator[str]:
        """Every newer screen, as server-sent events; a comment now and then finds out who has gone."""
        with app.app_context():
            keys_seen = self._hub.pressed()
            shown = self._hub.newest()
            yield "retry: 500\n" + self._message(shown)
            while not self._hub.closed:
                news = self._hub.wait_news(shown.number, keys_seen, KEEP_ALIVE_S)
                if news is None:
                    yield ": still here\n\n"
                    continue
                if news.shown is not None:  # first: a key meant for an older screen does nothing on a newer one
                    shown = news.shown
                    yield self._message(shown)
                for key in news.keys:
                    keys_seen = key.number
                    yield f"event: key\ndata: {json.dumps({'key': key.key, 'number': key.number})}\n\n"

    def act(self) -> tuple[str, int]:
        """Take a touch."""
        body: Any = request.get_json(silent=True)
        try:
            touch = parse_touch(body)
        except TouchError:
            abort(400)
        number = body.get("key")
        if not isinstance(number, int) or self._hub.use_key(number):
            self._post(touch)
        return "", 204

    def state(self) -> Response:
        """Which screen is shown: for tests and watchdogs. Nothing of the person."""
        shown = self._hub.newest()
        return jsonify(screen=shown.state.screen, turn=shown.state.turn, number=shown.number)

    def refuse_strangers(self) -> None:
        """Another site's page in this browser may neither look (DNS rebinding) nor touch (cross-site requests)."""
        host = request.host if request.host.endswith("]") else request.host.rsplit(":", 1)[0]
        if host not in _LOOPBACK:
            abort(403)
        if request.method == "POST":
            own = f"{request.scheme}://{request.host}"
            given = request.headers.get("X-Kiosk-Token", "")
            if request.headers.get("Origin", own) != own or not hmac.compare_digest(
                given.encode(), self.token.encode()
            ):
                abort(403)


def create_screen(
    hub: Hub,
    post: Callable[[Touch], None],
    rules: Rules,
    catalogues: dict[str, Catalogue],
    frame_ancestors: str = "",
) -> Flask:
    """Build the application.

    Args:
        hub: Where the newest state is.
        post: Takes a touch to the daemon's queue.
        rules: What the operator sets.
        catalogues: Words by language.
        frame_ancestors: Origins that may frame the page (Content-Security-Policy), for demonstrations.
    """
    app = Flask("kiosk.screen", static_folder="static", template_folder="templates")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages = _Pages(hub, post, rules, catalogues)

    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY + (frame_ancestors or "'none'")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if not request.path.startswith("/fonts/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(pages.refuse_strangers)
    app.after_request(harden)
    app.add_url_rule("/", "page", pages.page)
    app.add_url_rule("/events", "events", lambda: Response(pages.stream(app), mimetype="text/event-stream"))
    app.add_url_rule("/act", "act", pages.act, methods=["POST"])
    app.add_url_rule("/state", "state", pages.state)
    app.add_url_rule("/fonts/<name>", "font", lambda name: send_from_directory(_FONTS, name, max_age=86_400))
    return app

"""The console's pages. Every route here asks for a login, save those named in ``access``, and for a role."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, send_file, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from backend.accounts.roles import Role
from backend.audit.desk import AuditDesk
from backend.console.access import HOME, PUBLIC_ENDPOINTS, may_open, sections_for
from backend.console.audit_pages import add_audit_pages
from backend.console.dispute_desk import DisputeDesk
from backend.console.dispute_pages import add_dispute_pages
from backend.console.language import current_language
from backend.console.rule_pages import add_rule_pages
from backend.console.table import View, encode_query, parse_view, select_page
from backend.console.words import say, say_ago, say_code, say_date
from backend.eligibility.desk import RuleDesk
from backend.fleet.listing import Condition
from backend.fleet.service import FleetService
from backend.http.problems import ProblemError, describe
from contracts.problems import ProblemCode

_FONTS: Final = frozenset({"Sarabun-Regular", "Sarabun-Medium", "Sarabun-SemiBold", "Sarabun-Bold"})
_FONT_AGE_S: Final = 7 * 86_400
_BANGKOK: Final = ZoneInfo("Asia/Bangkok")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_blueprint(
    fleet: FleetService,
    desk: RuleDesk,
    disputes: DisputeDesk,
    audit: AuditDesk,
    now: Callable[[], datetime],
    check_csrf: Callable[[], object],
) -> Blueprint:
    """Build the console. ``check_csrf`` raises when a form came without its token."""
    console = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    console.before_request(_require_role)
    console.before_app_request(lambda: _refuse_foreign_forms(check_csrf))
    console.after_app_request(_harden)
    console.app_context_processor(lambda: _words(now))

    @console.get("/")
    def devices() -> str:
        return render_template("console/devices.html", **_device_list(fleet, now()))

    @console.get("/devices")
    def device_rows() -> str:
        return render_template("console/_devices.html", **_device_list(fleet, now()))

    @console.get("/language/<language>")
    def choose_language(language: str) -> BaseResponse:
        session["language"] = "en" if language == "en" else "th"
        return redirect(_path_within_console(request.args.get("next", "")))

    @console.get("/fonts/<name>.ttf")
    def font(name: str) -> Response:
        if name not in _FONTS:
            raise ProblemError(ProblemCode.NOT_FOUND)
        path = files("fontpkg_sarabun") / "files" / f"{name}.ttf"
        return send_file(str(path), mimetype="font/ttf", max_age=_FONT_AGE_S)

    add_rule_pages(console, desk, now)
    add_dispute_pages(console, disputes, now)
    add_audit_pages(console, audit)
    return console


def _require_role() -> BaseResponse | None:
    endpoint = request.endpoint or ""
    if endpoint in PUBLIC_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        return None if may_open(endpoint, current_user.held) else _turn_away(current_user.held)
    if request.headers.get("X-Requested-With") == "fetch":
        raise ProblemError(ProblemCode.LOGIN_REQUIRED)
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def _turn_away(held: frozenset[Role]) -> BaseResponse:
    sections = sections_for(held)
    if request.endpoint == HOME and sections:
        return redirect(url_for(sections[0].endpoint))
    if request.method != "GET" or request.headers.get("X-Requested-With") == "fetch":
        raise ProblemError(ProblemCode.ROLE_MISSING)
    page = render_template("console/no_entry.html")
    return Response(page, status=describe(ProblemCode.ROLE_MISSING).status, mimetype="text/html")


def _refuse_foreign_forms(check_csrf: Callable[[], object]) -> None:
    # The login form is Flask-Security's and checks its own token.
    if request.path.startswith("/console") and request.method == "POST" and request.endpoint != "security.login":
        check_csrf()


def _harden(response: Response) -> Response:
    if request.path.startswith("/console"):
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint not in {"console.static", "console.font"}:
            response.headers["Cache-Control"] = "no-store"
    return response


def _path_within_console(target: str) -> str:
    # Only our own paths: an open redirect would lend our name to a stranger's page.
    return target if target.startswith("/console") and "\\" not in target and "//" not in target else "/console/"


def _words(now: Callable[[], datetime]) -> dict[str, Any]:
    language = current_language()
    return {
        "language": language,
        "say": lambda key, **values: say(key, language, **values),
        "say_code": lambda code: say_code(code, language),
        "in_language": lambda words: words.in_language(language),
        "ago": lambda at: say_ago((now() - at).total_seconds(), language),
        "day": lambda on: _day(on, language),
        "clock_in": lambda seconds: f"{(now() + timedelta(seconds=seconds)).astimezone(_BANGKOK):%H:%M:%S}",
        "exact": lambda at: _exact(at, language),
        "may": lambda endpoint: current_user.is_authenticated and may_open(endpoint, current_user.held),
        "sections": sections_for(current_user.held) if current_user.is_authenticated else (),
        "here": request.full_path.rstrip("?"),
    }


def _day(on: date, language: str) -> str:
    """Write a day, or the day in Thailand of a moment."""
    local = on.astimezone(_BANGKOK) if isinstance(on, datetime) else on
    return say_date(local.year, local.month, local.day, language)


def _exact(at: datetime, language: str) -> str:
    local = at.astimezone(_BANGKOK)
    return f"{say_date(local.year, local.month, local.day, language)} {local:%H:%M:%S}"


def _device_list(fleet: FleetService, now: datetime) -> dict[str, Any]:
    asked = request.args
    view = parse_view(asked.get("q", ""), asked.get("state", ""), asked.get("sort", ""), asked.get("page", ""))

    def link(**changes: object) -> str:
        return url_for("console.devices") + _query(view, changes)

    return {
        "view": view,
        "page": select_page(fleet.list_devices(now), view),
        "conditions": [None, *Condition],
        "link": link,
        "made_at": now,
    }


def _query(view: View, changes: dict[str, object]) -> str:
    sort = ("-" if view.descending else "") + view.sort
    values = {"q": view.search, "state": view.condition or "", "sort": sort, "page": 1} | changes
    return encode_query({name: value for name, value in values.items() if value not in {1, "state"}})

"""Statistics for everybody: as JSON, as CSV, and as a page."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from backend.http.problems import ProblemError
from backend.public.pages import Speech, asked_language, harden, kept
from backend.statistics.page import build_page
from backend.statistics.service import PeriodError, StatisticsService
from contracts.message import Words
from contracts.problems import ProblemCode
from contracts.statistics import DAYS_CSV_PATH, PROVINCES_CSV_PATH, STATISTICS_PATH, Statistics

PAGE_PATH = "/statistics"


def create_blueprint(
    service: StatisticsService, services: Mapping[str, Words], provinces: Mapping[str, Words]
) -> Blueprint:
    """Build the routes.

    Args:
        service: Reads what is published.
        services: Their names, by id.
        provinces: Theirs, by code.
    """
    blueprint = Blueprint("statistics", __name__, template_folder="templates")
    blueprint.after_request(harden)

    @blueprint.get(STATISTICS_PATH)
    def read() -> Response:
        return kept(Response(_asked(service).model_dump_json(), mimetype="application/json"))

    @blueprint.get(DAYS_CSV_PATH)
    def days() -> Response:
        rows = ((row.day, row.service, row.outcome, row.count) for row in _asked(service).days)
        return _table("days", ("day", "service", "outcome", "count"), rows)

    @blueprint.get(PROVINCES_CSV_PATH)
    def by_province() -> Response:
        found = _asked(service).provinces
        rows = ((row.month, row.province, row.service, row.outcome, row.count) for row in found)
        return _table("provinces", ("month", "province", "service", "outcome", "count"), rows)

    @blueprint.get(PAGE_PATH)
    def page() -> Response:
        language, published = asked_language(), service.read()
        shown = {"page": build_page(published, services, provinces), "published": published}
        base = {"language": language, "say": Speech(language)}
        return kept(make_response(render_template("statistics/page.html", **shown, **base)))

    return blueprint


def _asked(service: StatisticsService) -> Statistics:
    try:
        return service.read(_day("from"), _day("to"))
    except PeriodError as error:
        raise ProblemError(ProblemCode.BAD_REQUEST, "from and to are days, at most 366 of them") from error


def _day(name: str) -> date | None:
    given = request.args.get(name)
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ProblemError(ProblemCode.BAD_REQUEST, f"{name} is not a day, YYYY-MM-DD") from error


def _table(name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="baidiao-{name}.csv"'
    return kept(response)

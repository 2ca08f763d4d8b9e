"""The console's pages for rules: list, edit, check, try, replay, compare, approve."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from backend.accounts.roles import Role
from backend.console.language import current_language
from backend.console.rule_list import parse_rule_view, select_versions
from backend.console.rule_refusals import refusal_words
from backend.console.rule_views import chart_of, column_label, difference_words, fact_fields, issue_words
from backend.console.words import say
from backend.eligibility.desk import RuleDesk
from backend.eligibility.errors import EligibilityError, LifeError, TableError
from backend.eligibility.examples import read_facts
from backend.eligibility.model.lines import find_line
from backend.eligibility.model.writing import in_edition_13
from backend.eligibility.replay import CASES, INVENTED, Replay
from backend.http.problems import PROBLEMS, ProblemError
from contracts.message import Words
from contracts.problems import ProblemCode

_NDJSON: Final = "application/x-ndjson"
_MAX_FILE_BYTES: Final = 200_000


def add_rule_pages(console: Blueprint, desk: RuleDesk, now: Callable[[], datetime]) -> None:
    """Add the pages; who may open which stands in ``access``."""
    _add_readers(console, desk)
    _add_trials(console, desk)
    _add_writers(console, desk, now)


def _add_readers(console: Blueprint, desk: RuleDesk) -> None:
    @console.get("/rules")
    def rules() -> str:
        return _list_page(desk)

    @console.get("/rules/<ref>")
    def rule_page(ref: str) -> str:
        opened = _opened(desk, ref)
        others = [o for o in desk.list_versions() if o.service_id == opened.listed.service_id and o.ref != ref]
        return render_template(
            "console/rule.html",
            opened=opened,
            others=others,
            fields=fact_fields(opened.table, desk.catalogue, current_language()),
            past_cases=desk.past_cases(opened.listed.service_id),
            replayed=_kept_replay(opened.findings),
            chart=chart_of,
            reasons=desk.reason_words(ref),
            difference=_difference,
            may=_may(),
        )

    @console.get("/rules/<ref>/file.dmn")
    def rule_file(ref: str) -> Response:
        opened = _opened(desk, ref)
        download = "download" in request.args
        response = Response(opened.dmn if download else in_edition_13(opened.dmn), mimetype="application/xml")
        if download:
            name = f"{opened.listed.service_id}-{opened.listed.version}.dmn"
            response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    @console.get("/rules/<ref>/compare")
    def rule_compare(ref: str) -> str:
        before = request.args.get("with", "")
        with _refusals():
            found = desk.compare(before, ref)
        return render_template(
            "console/rule_compare.html",
            found=found,
            before=_opened(desk, before),
            after=_opened(desk, ref),
            label=lambda column: column_label(column, desk.catalogue, current_language()),
        )


def _add_trials(console: Blueprint, desk: RuleDesk) -> None:
    @console.post("/rules/<ref>/check")
    def rule_check(ref: str) -> str:
        _opened(desk, ref)
        with _refusals():
            issues = desk.check(request.get_data())
        language = current_language()
        return render_template(
            "console/_rule_checks.html", issues=[(i, issue_words(i, desk.catalogue, language)) for i in issues]
        )

    @console.post("/rules/<ref>/try")
    def rule_try(ref: str) -> str:
        asked = request.get_json()
        with _refusals():
            try:
                facts = read_facts({name: value for name, value in asked["facts"].items() if value is not None})
            except (KeyError, AttributeError, ValueError) as error:
                raise ProblemError(ProblemCode.BAD_REQUEST, say("facts_wrong", current_language())) from error
            tried = desk.try_facts(ref, str(asked.get("dmn", "")).encode(), facts)
        return render_template("console/_rule_tried.html", tried=tried)

    @console.post("/rules/<ref>/examples")
    def rule_examples(ref: str) -> str:
        with _refusals():
            results = desk.try_examples(ref)
        return render_template("console/_rule_examples.html", results=results, difference=_difference)

    @console.post("/rules/<ref>/replay")
    def rule_replay(ref: str) -> Response:
        _opened(desk, ref)
        found = desk.replay(ref, _source_chosen())
        steps = (("replay", *item) if isinstance(item, tuple) else item for item in found)
        return _stream(steps, desk.reason_words(ref))


def _add_writers(console: Blueprint, desk: RuleDesk, now: Callable[[], datetime]) -> None:
    @console.post("/rules/new")
    def rule_new() -> BaseResponse | tuple[str, int]:
        try:
            version, first = _version_typed()
            with _refusals():
                ref = desk.draft_from(request.form.get("from", ""), version, first, current_user.email, now())
        except ProblemError as error:
            return _refused_page(desk, "new", error)
        return redirect(url_for("console.rule_page", ref=ref))

    @console.post("/rules/upload")
    def rule_upload() -> BaseResponse | tuple[str, int]:
        sent = request.files.get("file")
        dmn = sent.read(_MAX_FILE_BYTES) if sent else b""
        dmn = dmn or request.form.get("dmn", "").encode()
        try:
            version, first = _version_typed()
            with _refusals(dmn):
                ref = desk.upload(dmn, version, first, current_user.email, now())
        except ProblemError as error:
            return _refused_page(desk, "upload", error, dmn)
        return redirect(url_for("console.rule_page", ref=ref))

    @console.post("/rules/<ref>/save")
    def rule_save(ref: str) -> Response:
        with _refusals():
            desk.save(ref, request.get_data(), current_user.email, now())
        return Response(json.dumps({"saved": True}), mimetype="application/json")

    @console.post("/rules/<ref>/submit")
    def rule_submit(ref: str) -> Response:
        _opened(desk, ref)
        return _stream(desk.submit(ref, _source_chosen(), request.get_data(as_text=True)), desk.reason_words(ref))

    @console.post("/rules/<ref>/approve")
    def rule_approve(ref: str) -> Response:
        with _refusals():
            desk.approve(ref, current_user.email, now())
        return Response(json.dumps({"approved": True}), mimetype="application/json")


class _refusals:  # noqa: N801  (reads as what it is: with _refusals())
    """Turns what the rules refuse into problems, in words; with the file's line where the file is at hand."""

    def __init__(self, dmn: bytes = b"") -> None:
        self._dmn = dmn

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EligibilityError):
            words = _in_words(error, current_language())
            line = find_line(self._dmn, error.place) if isinstance(error, TableError) and self._dmn else None
            told = words if line is None else f"{words} {say('table_line', current_language(), line=line)}"
            raise ProblemError(_code_of(error), told) from error


def _list_page(desk: RuleDesk, **refused: object) -> str:
    view = parse_rule_view(request.args.get("q", ""), request.args.get("sort", ""))
    every = desk.list_versions()
    rows = select_versions(every, view)
    return render_template("console/rules.html", view=view, rows=rows, every=every, may=_may(), **refused)


def _refused_page(desk: RuleDesk, form: str, error: ProblemError, dmn: bytes = b"") -> tuple[str, int]:
    """Show the list again with what was typed, and why it was refused beside it: nothing typed is lost."""
    page = _list_page(desk, refused=form, problem=error.detail, typed=request.form, dmn=dmn.decode("utf-8", "replace"))
    return page, PROBLEMS[error.code].status


def _code_of(error: EligibilityError) -> ProblemCode:
    if isinstance(error, LifeError):
        return ProblemCode.NOT_FOUND if error.cause == "unknown" else ProblemCode.RULE_STEP_REFUSED
    return ProblemCode.RULE_REFUSED


def _in_words(error: EligibilityError, language: str) -> str:
    if isinstance(error, LifeError):
        return say(f"cause_{error.cause}", language)
    if isinstance(error, TableError):
        return refusal_words(error, language)
    return str(error)


def _opened(desk: RuleDesk, ref: str) -> Any:
    with _refusals():
        return desk.open(ref)


def _version_typed() -> tuple[str, date]:
    version = request.form.get("version", "").strip()
    try:
        first = date.fromisoformat(request.form.get("first", ""))
    except ValueError:
        raise ProblemError(ProblemCode.BAD_REQUEST, say("first_wrong", current_language())) from None
    if not 0 < len(version) <= 40:
        raise ProblemError(ProblemCode.BAD_REQUEST, say("version_wrong", current_language()))
    return version, first


def _source_chosen() -> str:
    return CASES if request.args.get("source") == CASES else INVENTED


def _may() -> dict[str, bool]:
    held = current_user.held
    return {"write": Role.RULE_AUTHOR in held, "approve": Role.RULE_APPROVER in held}


def _kept_replay(findings: Mapping[str, object]) -> Replay | None:
    kept = findings.get("replay")
    return Replay.model_validate(kept) if kept else None


def _difference(about: str, got: str, wanted: str) -> str:
    return difference_words(about, got, wanted, current_language())


def _stream(items: Iterator[tuple[str, int, int] | Replay], reasons: Callable[[str], tuple[Words, ...]]) -> Response:
    """Answer line by line: steps as they are taken, then the finding as a fragment, or what went wrong."""
    language = current_language()

    def lines() -> Iterator[str]:
        try:
            for item in items:
                if isinstance(item, Replay):
                    shown = render_template("console/_rule_replay.html", replayed=item, chart=chart_of, reasons=reasons)
                    yield json.dumps({"html": shown}) + "\n"
                else:
                    step, done, total = item
                    yield json.dumps({"step": say(f"step_{step}", language), "done": done, "total": total}) + "\n"
        except EligibilityError as error:
            cause = error.cause if isinstance(error, LifeError) else ""
            yield json.dumps({"problem": _in_words(error, language), "cause": cause}) + "\n"

    response = Response(stream_with_context(lines()), mimetype=_NDJSON)
    response.headers["X-Accel-Buffering"] = "no"
    return response

"""The console's pages for auditors: search the log, see each entry checked, take it away."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request, url_for

from backend.audit.desk import EXPORT_MOST, AuditDesk, write_proof
from backend.audit.entries import AuditEntry
from backend.audit.index import COUNTED_MOST
from backend.audit.query import FIELDS, AuditQuery, AuditQueryError, parse_query
from backend.console.download import offer_file
from backend.console.table import encode_query
from backend.console.words import WORDS
from backend.http.problems import ProblemError
from contracts.message import Words
from contracts.problems import ProblemCode

_INDEX_DIGITS: Final = 18
_RULE: Final = ("table", "version", "effective_from")
_Export = Callable[[AuditQuery], Iterator[str]]


def add_audit_pages(console: Blueprint, desk: AuditDesk) -> None:
    """Add the pages; who may open which stands in ``access``."""
    exports: Mapping[str, tuple[_Export, str]] = {
        "csv": (desk.export_csv, "text/csv"),
        "json": (desk.export_json, "application/json"),
    }

    @console.get("/evidence")
    def evidence() -> str | tuple[str, int]:
        return _search_page(desk)

    @console.get("/evidence/export/<form>")
    def evidence_export(form: str) -> Response:
        write, kind = exports.get(form) or abort(404)
        try:
            lines = write(parse_query(request.args))
        except AuditQueryError as error:
            raise ProblemError(ProblemCode.BAD_REQUEST, f"{error.field}: {error.reason}") from error
        return offer_file(lines, kind, f"evidence.{form}")

    @console.get("/evidence/<index>")
    def evidence_entry(index: str) -> str:
        standing, entry = desk.open(_index(index)) or abort(404)
        names = desk.agencies()
        return render_template(
            "console/audit_entry.html",
            row=_row(entry, names, desk.services),
            entry=entry,
            seal=entry.seal,
            standing=standing,
            details=_details(entry, names),
            kept=_kept(),
        )

    @console.get("/evidence/<index>/proof.json")
    def evidence_proof(index: str) -> Response:
        found = desk.open(_index(index)) or abort(404)
        return offer_file([write_proof(*found)], "application/json", f"evidence-{index}.json")


def _search_page(desk: AuditDesk) -> str | tuple[str, int]:
    typed = {name: request.args.get(name, "").strip() for name in FIELDS}
    agencies = desk.agencies()
    shown: dict[str, Any] = {"typed": typed, "agencies": agencies, "searched": any(typed.values())}
    try:
        query = parse_query(typed)
    except AuditQueryError as error:
        return render_template("console/audit.html", wrong=error, page=None, **shown), 400
    before = request.args.get("before")
    page = desk.search(query, _index(before) if before else None)
    return render_template(
        "console/audit.html",
        wrong=None,
        page=page,
        rows=[_row(entry, agencies, desk.services) for entry in page.entries],
        counted_most=COUNTED_MOST,
        export_most=EXPORT_MOST,
        is_first=not before,
        kept=_kept(),
        link=lambda endpoint, **more: url_for(endpoint, **more.pop("path", {})) + encode_query(typed | more),
        **shown,
    )


def _kept() -> str:
    """Return the search that the address bar carries, to come back to."""
    return encode_query({name: request.args.get(name, "").strip() for name in (*FIELDS, "before")})


def _row(entry: AuditEntry, agencies: Mapping[str, Words], services: Mapping[str, Words]) -> dict[str, Any]:
    filed, service = entry.filed, entry.say("service")
    return {
        "index": filed.index,
        "at": filed.at if entry.has_time else None,
        "what": WORDS.get(f"kind_{entry.kind}") or _bare(entry.kind),
        "agency": agencies.get(filed.agency_id or "") or _bare(filed.agency_id),
        "agency_id": filed.agency_id,
        "device": filed.device_id,
        "officer": entry.say("officer"),
        "service": services.get(service) or _bare(service),
        "outcome": entry.say("outcome"),
        "outcome_words": WORDS.get(f"outcome_{entry.say('outcome')}") or _bare(entry.say("outcome")),
        "purpose": entry.say("purpose"),
        "reference": filed.reference,
        "state": entry.seal.state,
        "holds": entry.seal.holds,
        "cosigners": entry.seal.tree.cosigners,
    }


def _bare(text: str | None) -> Words | None:
    return Words(th=text, en=text) if text else None


def _details(entry: AuditEntry, agencies: Mapping[str, Words]) -> dict[str, Any]:
    """Read what only some leaves say. A leaf that was changed may say anything in any form."""
    told = entry.told
    rule, reasons, mandates = told.get("rule"), told.get("reasons"), told.get("mandates")
    sources = [one for one in _list(told.get("sources")) if isinstance(one, dict)]
    return {
        "rule": " · ".join(str(rule[part]) for part in _RULE if part in rule) if isinstance(rule, dict) else "",
        "reasons": [str(one) for one in _list(reasons)],
        "mandates": [f"{one.get('id')} ({one.get('version')})" for one in _list(mandates) if isinstance(one, dict)],
        "sources": [
            {
                "agency": agencies.get(str(one.get("agency_id"))) or _bare(str(one.get("agency_id"))),
                "state": WORDS.get(f"source_{one.get('state')}") or _bare(str(one.get("state"))),
            }
            for one in sources
        ],
        "dispute": entry.say("dispute"),
        "disputed": told["entry"] if isinstance(told.get("entry"), int) else None,
        "disputed_of": agencies.get(entry.say("about_agency")) or _bare(entry.say("about_agency")),
        "standing": WORDS.get(f"standing_{entry.say('state')}"),
        "why": WORDS.get(f"reason_{entry.say('reason')}"),
        "by": WORDS.get(f"actor_{entry.say('by')}"),
        "pseudonym": entry.say("pseudonym"),
        "raw": entry.filed.content.decode("utf-8", "replace") if entry.filed.content is not None else "",
    }


def _list(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def _index(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _INDEX_DIGITS:
        abort(404)
    return int(text)

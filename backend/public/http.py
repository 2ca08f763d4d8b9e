"""What anybody may read: the catalogue, as JSON and as a page, and the page about the interfaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request

from backend.http.problems import PROBLEMS
from backend.public.catalogue import search
from backend.public.docs import describe_sections
from backend.public.words import WORDS
from contracts.catalogue import CATALOGUE_PATH, Catalogue

PAGE_PATH: Final = "/services"
DOCS_PATH: Final = "/docs"
_SEARCH_MAX_LENGTH: Final = 100
_KEPT_S: Final = 300
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Speech:
    language: str

    def __call__(self, word: str, **values: object) -> str:
        return WORDS[word].in_language(self.language).format(**values)


def create_blueprint(catalogue: Catalogue, document: Mapping[str, Any]) -> Blueprint:
    """Build the routes.

    Args:
        catalogue: All services.
        document: The OpenAPI document.
    """
    public = Blueprint(
        "public", __name__, template_folder="templates", static_folder="static", static_url_path=f"{PAGE_PATH}/static"
    )
    public.after_request(_harden)
    sections: Sequence[Any] = describe_sections(document)

    @public.get(CATALOGUE_PATH)
    def list_services() -> Response:
        found = search(catalogue, _typed())
        return _kept(Response(found.model_dump_json(), mimetype="application/json"))

    @public.get(PAGE_PATH)
    def page() -> Response:
        language, typed = _language(), _typed()
        found = search(catalogue, typed)
        names = {"catalogue": found, "typed": typed, "language": language, "say": _Speech(language)}
        return _kept(make_response(render_template("public/services.html", **names)))

    @public.get(DOCS_PATH)
    def docs() -> Response:
        names = {"sections": sections, "problems": PROBLEMS, "info": document["info"]}
        base = {"language": "en", "say": _Speech("en")}
        return _kept(make_response(render_template("public/docs.html", **names, **base)))

    return public


def _typed() -> str:
    return request.args.get("q", "")[:_SEARCH_MAX_LENGTH].strip()


def _language() -> str:
    asked = request.args.get("lang", "")
    if asked in {"th", "en"}:
        return asked
    return request.accept_languages.best_match(["th", "en"], "th") or "th"


def _kept(response: Response) -> Response:
    """Let everybody keep the answer for minutes, and ask whether it is still the same after that."""
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={_KEPT_S}"
    response.headers["Vary"] = "Accept-Language"
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

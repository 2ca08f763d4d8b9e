"""What anybody may read: the catalogue, as JSON and as a page, and the page about the interfaces."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request

from backend.http.problems import PROBLEMS
from backend.public.catalogue import search
from backend.public.docs import describe_sections
from backend.public.pages import Speech, asked_language, harden, kept
from contracts.catalogue import CATALOGUE_PATH, Catalogue

PAGE_PATH: Final = "/services"
DOCS_PATH: Final = "/docs"
_SEARCH_MAX_LENGTH: Final = 100


def create_blueprint(catalogue: Catalogue, document: Mapping[str, Any]) -> Blueprint:
    """Build the routes.

    Args:
        catalogue: All services.
        document: The OpenAPI document.
    """
    public = Blueprint(
        "public", __name__, template_folder="templates", static_folder="static", static_url_path=f"{PAGE_PATH}/static"
    )
    public.after_request(harden)
    sections: Sequence[Any] = describe_sections(document)

    @public.get(CATALOGUE_PATH)
    def list_services() -> Response:
        found = search(catalogue, _typed())
        return kept(Response(found.model_dump_json(), mimetype="application/json"))

    @public.get(PAGE_PATH)
    def page() -> Response:
        language, typed = asked_language(), _typed()
        found = search(catalogue, typed)
        names = {"catalogue": found, "typed": typed, "language": language, "say": Speech(language)}
        return kept(make_response(render_template("public/services.html", **names)))

    @public.get(DOCS_PATH)
    def docs() -> Response:
        names = {"sections": sections, "problems": PROBLEMS, "info": document["info"]}
        base = {"language": "en", "say": Speech("en")}
        return kept(make_response(render_template("public/docs.html", **names, **base)))

    return public


def _typed() -> str:
    return request.args.get("q", "")[:_SEARCH_MAX_LENGTH].strip()

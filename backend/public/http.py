"""What anybody may read: the catalogue, as JSON and as a page, and the page about the interfaces."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request

from backend.http.problems import PROBLEMS
from backend.public.catalogue import search
from backend.public.docs import describe_sections, split_code
from backend.public.docs_words import load_thai, tell_in
from backend.public.pages import Speech, asked_language, harden, kept
from contracts.catalogue import CATALOGUE_PATH, Catalogue

PAGE_PATH: Final = "/services"
DOCS_PATH: Final = "/docs"
_SEARCH_MAX_LENGTH: Final = 100


def create_blueprint(
    catalogue: Catalogue, document: Mapping[str, Any], thai: Mapping[str, str] | None = None
) -> Blueprint:
    """Build the routes.

    Args:
        catalogue: All services.
        document: The OpenAPI document.
        thai: What the page about the interfaces says, English → Thai; None: as it comes with the project.
    """
    public = Blueprint(
        "public", __name__, template_folder="templates", static_folder="static", static_url_path=f"{PAGE_PATH}/static"
    )
    public.after_request(harden)
    words = load_thai() if thai is None else thai
    telling = {language: tell_in(language, words) for language in ("th", "en")}
    sections = {language: describe_sections(document, tell) for language, tell in telling.items()}

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
        language = asked_language()
        names = {"sections": sections[language], "problems": PROBLEMS, "info": document["info"]}
        base = {"language": language, "say": Speech(language), "tell": telling[language], "split_code": split_code}
        return kept(make_response(render_template("public/docs.html", **names, **base)))

    return public


def _typed() -> str:
    return request.args.get("q", "")[:_SEARCH_MAX_LENGTH].strip()

"""The words of the page about the interfaces: written in English where the routes are, said in Thai by a table."""

import json
from collections.abc import Mapping
from importlib.resources import files

from backend.public.docs import Telling


def load_thai() -> Mapping[str, str]:
    """Return English text → Thai text, of everything that the page says."""
    table: dict[str, str] = json.loads(files("backend.public").joinpath("docs_th.json").read_text("utf-8"))
    return table


def tell_in(language: str, thai: Mapping[str, str]) -> Telling:
    """Return what says an English text in a language; a text that has no Thai yet stays English."""
    return (lambda text: text) if language == "en" else (lambda text: thai.get(text, text))

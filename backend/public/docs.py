"""From the OpenAPI document to what the page about the interfaces shows; pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_ORDER: Final = ("agency", "admin", "public", "device")
_TITLES: Final = {
    "agency": "For agencies' own systems",
    "admin": "For administrators' tools",
    "public": "For everybody",
    "device": "For kiosks and counters",
}
_PROBLEM: Final = "application/problem+json"
Telling = Callable[[str], str]
"""From the document's English to the page's language."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One route as the page shows it.

    Attributes:
        anchor: Its place on the page.
        method: In capitals.
        path: With parameters in braces.
        summary: One line.
        short: Its first words, for the list of contents.
        description: Longer, in paragraphs of plain text with `code`.
        parameters: Name, place, whether required, example, meaning.
        request: Example, or empty.
        status: Of a success.
        answer: Example, or empty.
        problems: Status and codes.
    """

    anchor: str
    method: str
    path: str
    summary: str
    short: str
    description: tuple[tuple[bool, str], ...]
    parameters: tuple[Mapping[str, Any], ...]
    request: str
    status: str
    answer: str
    problems: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The routes of one kind of caller."""

    tag: str
    title: str
    words: str
    routes: tuple[Shown, ...]


def describe_sections(document: Mapping[str, Any], tell: Telling) -> tuple[Section, ...]:
    """Sort the document's routes by who calls them.

    Args:
        document: The OpenAPI document, in English.
        tell: Says its words in the page's language.
    """
    found: dict[str, list[Shown]] = {tag: [] for tag in _ORDER}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append(_show(path, method, operation, tell))
    words = {tag["name"]: tag["description"] for tag in document["tags"]}
    return tuple(Section(tag, tell(_TITLES[tag]), tell(words[tag]), tuple(found[tag])) for tag in _ORDER if found[tag])


def _show(path: str, method: str, operation: Mapping[str, Any], tell: Telling) -> Shown:
    responses: Mapping[str, Any] = operation["responses"]
    success = next(status for status in responses if status < "4")
    body = operation.get("requestBody", {}).get("content", {})
    answers = responses[success]["content"]
    problems = {status: one["content"][_PROBLEM] for status, one in responses.items() if _PROBLEM in one["content"]}
    return Shown(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=(summary := tell(operation["summary"])),
        short=summary.split(";")[0].split(":")[0],
        description=split_code(tell(operation.get("description", ""))),
        parameters=tuple(
            {**one, "description": tell(one.get("description", ""))} for one in operation.get("parameters", ())
        ),
        request=next((_write(kind, one["example"]) for kind, one in body.items()), ""),
        status=success,
        answer=next(
            (_write(kind, one["example"]) for kind, one in answers.items() if "example" in one),
            "",
        ),
        problems=tuple((status, tuple(one.get("examples", {}))) for status, one in sorted(problems.items())),
    )


def split_code(text: str) -> tuple[tuple[bool, str], ...]:
    """Split Markdown's `code` and *emphasis* out of a text: pairs of whether it is code, and the text."""
    parts = text.split("`")
    return tuple((bool(at % 2), part if at % 2 else part.replace("*", "")) for at, part in enumerate(parts) if part)


def _write(media_type: str, example: Any) -> str:
    if isinstance(example, str):
        return example
    if media_type == "application/x-www-form-urlencoded":
        return "&".join(f"{name}={value}" for name, value in example.items())
    return json.dumps(example, ensure_ascii=False, indent=2)

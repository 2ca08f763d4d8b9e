"""The list of rule versions: which, in which order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.eligibility.desk import Listed

SORTS: Final = ("programme", "version", "standing", "first", "author")
_WORK_FIRST: Final = ("replayed", "tried", "checked", "draft", "scheduled", "in_force", "superseded")


@dataclass(frozen=True, slots=True)
class RuleView:
    """What the officer asked to see, as the address bar carries it."""

    search: str = ""
    sort: str = "programme"
    descending: bool = False


def parse_rule_view(search: str, sort: str) -> RuleView:
    """Read a view from the address bar; what does not fit falls back to the default."""
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    known = name in SORTS
    return RuleView(search.strip()[:100], name if known else "programme", descending and known)


def select_versions(every: Sequence[Listed], view: RuleView) -> list[Listed]:
    """Filter and sort; the desk's own order stands for ``programme``."""
    words = view.search.casefold().split()
    found = [one for one in every if all(word in _haystack(one) for word in words)]
    if view.sort != "programme":
        found.sort(key=lambda one: _key(one, view.sort))
    return found[::-1] if view.descending else found


def _haystack(one: Listed) -> str:
    parts = (one.name.th, one.name.en, one.service_id, one.version, one.author, one.approver)
    return " ".join(parts).casefold()


def _key(one: Listed, sort: str) -> tuple[int, str]:
    match sort:
        case "standing":
            return (_WORK_FIRST.index(one.standing), "")
        case "first":
            return (0, one.effective_from.isoformat())
        case "author":
            return (0, one.author)
        case _:
            return (0, one.version)

"""The device table: which rows, in which order, which page; and what every paged list does alike. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from backend.fleet.listing import Condition, DeviceRow

PAGE_ROWS: Final = 50
SORTS: Final = ("state", "place", "agency", "last_seen", "version", "visits")
_WORST_FIRST: Final = {condition: place for place, condition in enumerate(Condition)}


@dataclass(frozen=True, slots=True)
class View:
    """What the officer asked to see, as the address bar carries it.

    Attributes:
        search: Words; every one must occur in the place, agency or device number.
        condition: One condition, or None for all.
        sort: One of ``SORTS``.
        descending: Whether the order is turned round.
        page: From 1.
    """

    search: str = ""
    condition: Condition | None = None
    sort: str = "state"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """The rows to show and the numbers around them.

    Attributes:
        rows: This page's rows.
        counts: Rows a condition has under the search, for the filter's labels; ``""`` counts all.
        matching: Rows under search and filter.
        fleet: Rows without either.
        number: The page shown, within what there is.
        first: One-based place of the first row, 0 when there is none.
        pages: How many pages there are, at least 1.
    """

    rows: Sequence[DeviceRow]
    counts: dict[str, int]
    matching: int
    fleet: int
    number: int
    first: int
    pages: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page lies among rows.

    Attributes:
        number: The page, within what there is.
        start: Rows before it.
        pages: How many pages there are, at least 1.
    """

    number: int
    start: int
    pages: int


def cut_page(rows: int, asked: int) -> Cut:
    """Return where the page asked for lies, or the last when there are fewer."""
    pages = max(1, -(-rows // PAGE_ROWS))
    number = min(asked, pages)
    return Cut(number, (number - 1) * PAGE_ROWS, pages)


def parse_page(typed: str) -> int:
    """Read a page's number from the address bar; the first when it is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 and int(typed) > 0 else 1


def encode_query(values: Mapping[str, object]) -> str:
    """Return an address's query with its question mark; what is empty or None is left out."""
    kept = {name: value for name, value in values.items() if value not in {"", None}}
    return "?" + urlencode(kept) if kept else ""


def parse_view(search: str, condition: str, sort: str, page: str) -> View:
    """Read a view from the address bar; what does not fit falls back to the default."""
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    return View(
        search=search.strip()[:100],
        condition=Condition(condition) if condition in set(Condition) else None,
        sort=name if name in SORTS else "state",
        descending=descending and name in SORTS,
        page=parse_page(page),
    )


def select_page(fleet: Sequence[DeviceRow], view: View) -> Page:
    """Filter, sort and cut the fleet to the page asked for."""
    found = [row for row in fleet if _matches(row, view.search)]
    counts = {"": len(found)} | {c.value: sum(row.condition is c for row in found) for c in Condition}
    rows = [row for row in found if view.condition in {None, row.condition}]
    rows.sort(key=lambda row: (row.place.th, row.device_id))
    rows.sort(key=lambda row: _sort_key(row, view.sort), reverse=view.descending)
    cut = cut_page(len(rows), view.page)
    shown = rows[cut.start : cut.start + PAGE_ROWS]
    return Page(shown, counts, len(rows), len(fleet), cut.number, cut.start + 1 if shown else 0, cut.pages)


def _matches(row: DeviceRow, search: str) -> bool:
    names = (row.place.th, row.place.en, row.agency.th, row.agency.en, row.agency_id, row.device_id, row.serial)
    haystack = " ".join(names).casefold()
    return all(word in haystack for word in search.casefold().split())


def _sort_key(row: DeviceRow, sort: str) -> tuple[int, float, str]:
    match sort:
        case "place":
            return (0, 0, row.place.th)
        case "agency":
            return (0, 0, row.agency.th)
        case "version":
            return (0, 0, row.software_version)
        case "visits":
            return (0, row.visits_total, "")
        case "last_seen":
            # Most recent first; those never seen come last.
            return (1, 0, "") if row.last_seen_at is None else (0, -row.last_seen_at.timestamp(), "")
        case _:
            return (_WORST_FIRST[row.condition], 0, "")

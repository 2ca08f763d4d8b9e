"""An agency's register as plain columns: what its view and its file show of a person, right or wrong. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from backend.demo.control import Failure

NUMBER: Final = "citizen_number"
UPDATED: Final = "updated"
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "civil_registry": {
        **{f"birth__{part}": f"birth_{part}" for part in ("year", "month", "day")},
        "born": "printf('%02d/%02d/%04d', coalesce(birth_day, 0), coalesce(birth_month, 0), birth_year + 543)",
        **{name: name for name in ("nationality", "alive", "domicile_registered")},
    },
    "revenue": {
        name: name
        for name in (
            *("income_baht", "financial_assets_baht", "house_square_wah", "flat_square_metres"),
            *("farm_land_rai", "other_land_rai"),
        )
    },
    "comptroller_general": {"receives_state_pension": "receives_state_pension"},
    "disability_register": {"card_valid": "expires >= date('now', '+7 hours')"},
    "welfare_register": {
        "newborn_registered": "newborn_birth IS NOT NULL",
        **{name: name for name in ("newborn_birth", "income_per_head_year_baht")},
    },
    "health_security": {name: name for name in ("scheme", "hospital_code")},
}
"""Agency → column → what it is in the agency's store (SQL)."""
_STEPS_A_MS: Final = 5_000
"""Steps of a recursive query that take about a millisecond."""
_NEVER: Final = 10**15
_TWISTS: Final = {
    Failure.HALF: "NULL",
    Failure.WRONG_TYPE: "'<' || person.{column} || '>'",
    Failure.OVERSIZED: "printf('%.*c', 200000, 'x')",
    Failure.LIE: "other.{column}",
}


def view_query(agency_id: str, failure: Failure, latency_ms: int) -> str:
    """Return the query of an agency's view over its table ``record``, slow or wrong as it is told to be.

    ``LIE`` gives everybody another one's values, ``HALF`` leaves them out.
    """
    twist = _TWISTS.get(failure, "person.{column}")
    shown = [f"{twist.format(column=column)} AS {column}" for column in COLUMNS[agency_id]]
    sources = ["record AS person"]
    if failure is Failure.LIE:
        sources = [
            "record AS person JOIN record AS other ON other.place = person.place % (SELECT max(place) FROM record) + 1"
        ]
    steps = _NEVER if failure is Failure.HANG else latency_ms * _STEPS_A_MS
    if steps:
        counted = f"SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {steps}"  # noqa: S608  (a number of our own)
        sources.append(f"(WITH RECURSIVE n(i) AS ({counted}) SELECT max(i) FROM n)")  # noqa: S608  (as above)
    fixed = f"person.{NUMBER} AS {NUMBER}, person.{UPDATED} AS {UPDATED}"
    return f"SELECT {', '.join([fixed, *shown])} FROM {', '.join(sources)}"  # noqa: S608  (names of our own)


def file_lines(rows: Iterable[Mapping[str, Any]], failure: Failure) -> Iterator[str]:
    """Return an agency's file as CSV lines, the head first, wrong as it is told to be."""
    before: list[str] = []
    for place, row in enumerate(rows):
        kept = 2 if failure is Failure.HALF else len(row)
        if place == 0:
            yield ",".join(list(row)[:kept]) + "\n"
        cells = ["" if value is None else str(value) for value in row.values()]
        values = cells[2:]
        if failure is Failure.WRONG_TYPE:
            values = [f"<{value}>" for value in values]
        elif failure is Failure.LIE and before:
            values = before
        before = cells[2:]
        yield ",".join([*cells[:2], *values][:kept]) + "\n"

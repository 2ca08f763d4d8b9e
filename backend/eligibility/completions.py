"""What a table may still come to when some inputs are not known: exactly, without trying every combination.

An input's possible values fall into classes that no cell tells apart. A class is the set of rows that such a value
leaves standing, as a bit mask (bit n is row n). Inputs are independent, so the sets of rows that may apply together are
the meets of one class for each unknown input; equal meets are kept once, which is what keeps this small.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import floor
from typing import Any

Classes = Collection[int]


def reachable(known: int, unknown: Iterable[Classes]) -> frozenset[int]:
    """Return every set of rows that may apply.

    Args:
        known: Rows left standing by the inputs that are known.
        unknown: For each input that is not known, the rows that each class of its values leaves standing.
    """
    masks = {known}
    for classes in unknown:
        masks = {mask & one for mask in masks for one in classes}
    return frozenset(masks)


def deciding(known: int, unknown: Sequence[Classes], result: Callable[[int], Any]) -> tuple[int, ...]:
    """Return the places of the unknown inputs that matter: two values of it alone can make two results."""
    results: dict[int, Any] = {}

    def result_of(mask: int) -> Any:
        if mask not in results:
            results[mask] = result(mask)
        return results[mask]

    found = []
    for place, classes in enumerate(unknown):
        others = reachable(known, (*unknown[:place], *unknown[place + 1 :]))
        if any(_differ(mask, classes, result_of) for mask in others):
            found.append(place)
    return tuple(found)


def _differ(mask: int, classes: Classes, result_of: Callable[[int], Any]) -> bool:
    meets = {mask & one for one in classes}
    return len(meets) > 1 and len({result_of(meet) for meet in meets}) > 1


def representatives(literals: Iterable[Any]) -> tuple[Any, ...]:
    """Return one value of each class that cells naming these literals can tell apart.

    Numbers are whole, as every number among the facts is (amounts in baht, completed years): each literal and the whole
    numbers beside it. Likewise the days beside a day; for strings each literal and one that is none of them.
    """
    points = sorted(set(literals))
    if not points:
        return (None,)
    match points[0]:
        case bool():
            return (False, True)
        case Decimal() | int():
            near = {Decimal(floor(point) + step) for point in points for step in (-1, 0, 1, 2)}
            return tuple(sorted(near))
        case date():
            day = timedelta(days=1)
            return tuple(sorted({point + step for point in points for step in (-day, 0 * day, day)}))
        case str():
            return ("", *points, *(point + "\x00" for point in points))
        case _:
            return tuple(points)

"""Who lives together: ages, sexes and how each came onto the register. Pure; shares roughly as in Thailand today."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from backend.demo.person import STATELESS, THAI
from contracts.citizen_number import Category

BORN_SINCE: Final = date(1984, 1, 1)
"""Numbers beginning with 1 or 2 belong to Thais born since this day; 3 and 4 to those on the rolls by 31 May 1984."""

_ADULT_BANDS: Final = (
    (18, 24, 8.0), (25, 34, 14.0), (35, 44, 15.0), (45, 54, 17.0), (55, 64, 19.0), (65, 74, 15.0),
    (75, 84, 8.5), (85, 99, 3.5),
)  # fmt: skip
"""First and last age and weight of those who head a household or live alone."""

_SHAPES: Final = (
    ("single", 24), ("couple", 28), ("family", 20), ("lone_parent", 6), ("three_generations", 12), ("grandparents", 10),
)  # fmt: skip
_BACKGROUNDS: Final = (
    ("thai", 930),
    ("added_later", 30),
    ("naturalised", 12),
    ("alien", 8),
    ("unlawful", 13),
    ("no_status", 7),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a household.

    Attributes:
        role: ``head``, ``spouse``, ``elder`` or ``child``.
        sex: ``"male"`` or ``"female"``.
        born: True date of birth; what the register knows of it may be less.
        age: Age in full years on the day of generation.
        category: First digit of the citizen number.
        nationality: ``THAI`` or ``STATELESS``.
    """

    role: str
    sex: str
    born: date
    age: int
    category: Category
    nationality: str


def compose_household(random: Random, today: date, room: int) -> list[Member]:
    """Invent one household of at most ``room`` members, its head first; children are younger than both parents."""
    shape = _weighted(random, _SHAPES)
    background = _weighted(random, _BACKGROUNDS)
    ages = _SHAPE_AGES[shape](random)
    return [_member(random, today, background, *entry) for entry in ages[:room]]


def _weighted(random: Random, table: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*table, strict=True)
    return str(random.choices(names, weights)[0])


def _adult_age(random: Random) -> int:
    first, last, _ = random.choices(_ADULT_BANDS, [band[2] for band in _ADULT_BANDS])[0]
    return random.randint(first, last)


def _sex(random: Random) -> str:
    return random.choice(("male", "female"))


_Ages = list[tuple[str, str, int]]


def _single(random: Random) -> _Ages:
    return [("head", _sex(random), _adult_age(random))]


def _couple(random: Random) -> _Ages:
    age = max(20, _adult_age(random))
    return [("head", "male", age), ("spouse", "female", max(18, age - random.randint(-3, 8)))]


def _children(random: Random, mother_age: int) -> _Ages:
    count = random.choices((1, 2, 3), (68, 27, 5))[0]
    births_at = sorted(random.sample(range(18, min(42, mother_age) + 1), min(count, min(42, mother_age) - 17)))
    ages = [mother_age - at for at in births_at]
    return [("child", _sex(random), age) for age in ages if age <= 30]


def _family(random: Random) -> _Ages:
    mother = random.randint(21, 56)
    father = max(20, mother + random.randint(-3, 8))
    return [("head", "male", father), ("spouse", "female", mother), *_children(random, mother)]


def _lone_parent(random: Random) -> _Ages:
    mother = random.randint(20, 52)
    return [("head", "female", mother), *_children(random, mother)]


def _three_generations(random: Random) -> _Ages:
    family = _family(random)
    elder = max(age for _, _, age in family) + random.randint(19, 30)
    elders: _Ages = [("elder", "female", elder)]
    if random.random() < 0.45:
        elders.append(("elder", "male", elder + random.randint(-2, 6)))
    return family + elders


def _grandparents(random: Random) -> _Ages:
    age = random.randint(52, 82)
    grandchild = random.randint(2, max(3, age - 48))
    return [
        ("head", "female", age),
        ("spouse", "male", age + random.randint(-3, 6)),
        ("child", _sex(random), grandchild),
    ]


_SHAPE_AGES: Final = {
    "single": _single,
    "couple": _couple,
    "family": _family,
    "lone_parent": _lone_parent,
    "three_generations": _three_generations,
    "grandparents": _grandparents,
}


def _member(random: Random, today: date, background: str, role: str, sex: str, age: int) -> Member:
    born = today - timedelta(days=int(age * 365.2425) + random.randint(1, 364))
    full_years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    category, nationality = _status(random, background, born)
    return Member(role, sex, born, full_years, category, nationality)


def _status(random: Random, background: str, born: date) -> tuple[Category, str]:
    young = born >= BORN_SINCE
    if background == "thai":
        since_1984 = (Category.BORN_SINCE_1984, Category.BORN_SINCE_1984_LATE)
        before = (Category.ON_ROLLS_1984, Category.ON_ROLLS_1984_MOVED)
        return random.choices(since_1984 if young else before, (92, 8))[0], THAI
    if background == "unlawful":
        return (Category.CHILD_OF_SIX if young else Category.UNLAWFUL_OR_TEMPORARY), STATELESS
    return {
        "added_later": (Category.ADDED_LATER, THAI),
        "naturalised": (Category.ALIEN_OR_NATURALISED, THAI),
        "alien": (Category.ALIEN_OR_NATURALISED, STATELESS),
        "no_status": (Category.NO_STATUS, STATELESS),
    }[background]

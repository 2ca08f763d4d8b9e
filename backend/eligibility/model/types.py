"""Declared types: read, and held against values. Source: OMG DMN 1.3 clauses 7.3.2 and 10.3.2.9.4 (conversions)."""

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element  # types only

from backend.eligibility.errors import SFeelError, TableError
from backend.eligibility.feel.evaluation import evaluate_tests
from backend.eligibility.feel.text import Names, parse_cell
from backend.eligibility.feel.values import UNKNOWN, FeelValue, Kind, kind_of_value
from backend.eligibility.model.parts import ItemType

_BUILT_IN: Final[Mapping[str, Kind]] = {kind.value: kind for kind in Kind} | {
    "date and time": Kind.DATE_TIME,
    "days and time duration": Kind.DAYS,
    "years and months duration": Kind.MONTHS,
}
_ANYTHING: Final = frozenset({"", "Any"})
_DEPTH: Final = 12


def read_types(root: Element, source: str) -> tuple[dict[str, ItemType], list[str]]:
    """Read every item definition; also return the names of all structures' parts.

    Raises:
        TableError: A type's allowed values are not within the subset.
    """
    parts: list[str] = []
    types = {element.get("name", ""): _read(element, source, parts) for element in root.findall("itemDefinition")}
    return types, parts


def _read(element: Element, source: str, parts: list[str]) -> ItemType:
    components = {}
    for part in element.findall("itemComponent"):
        name = " ".join(part.get("name", "").split())
        parts.append(name)
        components[name] = _read(part, source, parts)
    allowed = (element.findtext("allowedValues/text") or "").strip()
    base = (element.findtext("typeRef") or "").rpartition(":")[2].strip()
    try:
        tests = parse_cell(allowed, Names(())) if allowed else None
    except SFeelError as error:
        raise TableError(source, f"type {element.get('name')}, allowedValues", str(error)) from error
    return ItemType(base or None, element.get("isCollection") == "true", tests, components)


def conform(value: FeelValue, type_ref: str, types: Mapping[str, ItemType]) -> FeelValue:
    """Return a value as the type has it; null when it does not belong (clause 10.3.2.9.4).

    A list of one stands for its only member where one value is wanted, and one value for a list of it.
    """
    if value is None or value is UNKNOWN or type_ref in _ANYTHING:
        return value
    declared = types.get(type_ref) or ItemType(type_ref)
    if declared.collection:
        items = value if isinstance(value, list) else [value]
        return items if all(_belongs(item, declared, types, 0) for item in items) else None
    if _belongs(value, declared, types, 0):
        return value
    if isinstance(value, list) and len(value) == 1:
        return conform(value[0], type_ref, types)
    return None


def _belongs(value: FeelValue, declared: ItemType, types: Mapping[str, ItemType], depth: int) -> bool:
    """Say whether one value (not a collection) is of a type; null and what was not told belong to every type."""
    if value is None or value is UNKNOWN or depth > _DEPTH:
        return True
    if declared.components:
        return isinstance(value, dict) and all(
            _part_belongs(value.get(name), part, types, depth + 1) for name, part in declared.components.items()
        )
    if declared.allowed is not None and evaluate_tests(declared.allowed, value, {}) is not True:
        return False
    base = declared.base or ""
    if base in types:
        return _part_belongs(value, types[base], types, depth + 1)
    kind = _BUILT_IN.get(base)
    return kind is None or kind_of_value(value) is kind


def _part_belongs(value: FeelValue, declared: ItemType, types: Mapping[str, ItemType], depth: int) -> bool:
    if not declared.collection:
        return _belongs(value, declared, types, depth)
    return value is None or (isinstance(value, list) and all(_belongs(one, declared, types, depth) for one in value))


def kind_of_type(declared: ItemType, types: Mapping[str, ItemType]) -> Kind | None:
    """Return which of FEEL's own types one value of a declared type is of; None for any and for structures."""
    base, seen = declared.base or "", 0
    while base in types and seen < _DEPTH:
        base, seen = types[base].base or "", seen + 1
    return _BUILT_IN.get(base)


def find_cycle(requires: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return a name that, by way of others, requires itself; None when none does."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> str | None:
        if name in path:
            return name
        if name in done or name not in requires:
            return None
        found = next((hit for one in requires[name] if (hit := visit(one, (*path, name)))), None)
        done.add(name)
        return found

    return next((hit for name in requires if (hit := visit(name, ()))), None)

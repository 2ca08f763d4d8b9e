"""Edits to a directory's JSON, and what two directories differ in. Pure."""

import json
from collections.abc import Iterator
from typing import Any, Final

from backend.linkage.errors import DirectoryError

_KEYS: Final = {"facts": "name", "agencies": "id"}
"""Part of a directory → what names an entry in it."""


def put_entries(text: str, piece: str) -> str:
    """Return the directory with a piece's facts and agencies put in: those of the same name replaced, others added.

    Args:
        text: The directory.
        piece: JSON with ``facts``, ``agencies`` or both, in the directory's own form.

    Raises:
        DirectoryError: Either is not a JSON object of that form. Of the entries only their names are looked at.
    """
    tree, more = _parse(text, "directory"), _parse(piece, "piece")
    unknown = sorted(set(more) - set(_KEYS) - {"version", "note"})
    if unknown or not set(more) & set(_KEYS):
        raise DirectoryError("piece", ("holds 'facts' or 'agencies' and nothing else",))
    for part, key in _KEYS.items():
        entries = _entries(tree, part)
        for entry in _entries(more, part):
            place = next((n for n, old in enumerate(entries) if old[key] == entry[key]), None)
            if place is None:
                entries.append(entry)
            else:
                entries[place] = entry
        if entries:
            tree[part] = entries
    return _write(tree)


def remove_entry(text: str, name: str) -> str:
    """Return the directory without the fact or agency of this name.

    Raises:
        DirectoryError: There is none.
    """
    tree, found = _parse(text, "directory"), False
    for part, key in _KEYS.items():
        entries = _entries(tree, part)
        kept = [entry for entry in entries if entry[key] != name]
        found = found or len(kept) < len(entries)
        if entries:
            tree[part] = kept
    if not found:
        raise DirectoryError("directory", (f"no fact or agency is called {name}",))
    return _write(tree)


def differences(old: str, new: str) -> tuple[str, ...]:
    """Return what changed between two directories, a line each: ``added``, ``removed`` or ``changed`` and what."""
    before, after = _parse(old, "old"), _parse(new, "new")
    return tuple(line for part in _KEYS for line in _part_differences(part, before, after))


def _part_differences(part: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    key, kind = _KEYS[part], {"facts": "fact", "agencies": "agency"}[part]
    olds = {entry[key]: entry for entry in _entries(before, part)}
    news = {entry[key]: entry for entry in _entries(after, part)}
    for name in sorted(news.keys() - olds.keys()):
        yield f"added    {kind} {name}"
    for name in sorted(olds.keys() - news.keys()):
        yield f"removed  {kind} {name}"
    for name in sorted(olds.keys() & news.keys()):
        old, new = olds[name], news[name]
        fields = sorted(f for f in old.keys() | new.keys() if old.get(f) != new.get(f))
        if fields:
            yield f"changed  {kind} {name}: {', '.join(fields)}"


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except ValueError as error:
        raise DirectoryError(source, (f"not JSON: {error}",)) from error
    if not isinstance(tree, dict):
        raise DirectoryError(source, ("not a JSON object",))
    return tree


def _entries(tree: dict[str, Any], part: str) -> list[dict[str, Any]]:
    entries = tree.get(part, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DirectoryError(part, ("not a list of objects",))
    key = _KEYS[part]
    unnamed = tuple(
        f"{n}.{key}: is not a text" for n, entry in enumerate(entries) if not isinstance(entry.get(key), str)
    )
    if unnamed:
        raise DirectoryError(part, unnamed)
    return list(entries)


def _write(tree: dict[str, Any]) -> str:
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"

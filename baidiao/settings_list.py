"""``baidiao settings``: every environment variable the installed rooms understand."""

import json
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Final

import click

Variable = tuple[str, str, str, str]
"""Name, default, unit, meaning."""
_UNITS: Final = {"S": "s", "MS": "ms", "BYTES": "bytes", "URL": "URL", "DIR": "path", "FILE": "path", "PORT": "port"}


def collect_variables() -> list[Variable]:
    """Ask each installed room for its variables, sorted by name."""
    found: list[Variable] = []
    for point in entry_points(group="baidiao.settings"):
        offered = point.load()
        found += [_complete(row) for row in (offered() if callable(offered) else offered)]
    return sorted(found)


def _complete(row: Sequence[object]) -> Variable:
    """Read a row of four, or of three where the room leaves the unit to the name's ending."""
    name, default, *unit, meaning = (str(part) for part in row)
    return name, default, unit[0] if unit else _UNITS.get(name.rsplit("_", 1)[-1], ""), meaning


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def settings(as_json: bool) -> None:
    """List the settings: environment variables, their defaults and units."""
    variables = collect_variables()
    if as_json:
        keys = ("name", "default", "unit", "meaning")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in variables], ensure_ascii=False, indent=1))
        return
    for name, default, unit, meaning in variables:
        notes = "; ".join(note for note in (unit, f"default: {default or 'none'}") if note)
        click.echo(f"{name}\n    {meaning} ({notes})")

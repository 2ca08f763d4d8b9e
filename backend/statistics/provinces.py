"""The provinces of Thailand by the digits of ISO 3166-2:TH, with which area codes begin."""

import csv
from collections.abc import Mapping
from importlib.resources import files

from contracts.message import Words


def read_provinces() -> Mapping[str, Words]:
    """Return the names by code."""
    text = (files("backend.statistics") / "provinces.csv").read_text(encoding="utf-8")
    return {row["code"]: Words(th=row["name_th"], en=row["name_en"]) for row in csv.DictReader(text.splitlines())}

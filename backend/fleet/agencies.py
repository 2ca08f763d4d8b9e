"""The agencies that run devices: the seed plan's 71 with their readers, and an invented municipality."""

import csv
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.fleet.models import Agency


def read_seed() -> list[dict[str, str]]:
    """Return the rows of ``agencies.csv``: id, name_th, name_en, readers_allocated."""
    text = (files("backend.fleet") / "agencies.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def add_missing_agencies(session: Session) -> int:
    """Add the seed's agencies that the database lacks; rows already there stay as they are. Returns how many."""
    known = set(session.scalars(select(Agency.id)))
    missing = [row for row in read_seed() if row["id"] not in known]
    session.add_all(
        Agency(
            id=row["id"],
            name_th=row["name_th"],
            name_en=row["name_en"],
            readers_allocated=int(row["readers_allocated"]),
        )
        for row in missing
    )
    return len(missing)

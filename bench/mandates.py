"""Mandates: how long one check takes, compiled, and what counting the use of a quota adds to it (SQLite, durable)."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from backend.linkage.facts import Fact
from backend.mandates import models
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import Asking, Mandate
from backend.mandates.quota import Period, Quota
from backend.store import Base, Store
from contracts.message import Words

SERVICES = 60
ROUNDS = 20_000
TODAY = date(2026, 11, 23)


def make_mandates() -> list[Mandate]:
    """Return an agency's mandates: as many services as a large one has, three purposes each."""
    basis = Words(th="กฎหมาย", en="A law")
    quota = Quota(1_000_000_000, Period.DAY)
    return [
        Mandate("town", f"service_{number}", purpose, frozenset(Fact), basis, date(2020, 1, 1), quota=quota)
        for number in range(SERVICES)
        for purpose in ("eligibility", "slip_identity", "extract")
    ]


def median_us(work: Callable[[int], object]) -> float:
    """Return the median of single calls, in microseconds."""
    taken = []
    for number in range(ROUNDS):
        began = time.perf_counter_ns()
        work(number)
        taken.append(time.perf_counter_ns() - began)
    return round(statistics.median(taken) / 1000, 2)


def main() -> None:
    """Measure and print."""
    askings = [Asking(f"service_{number}", "eligibility", TODAY) for number in range(SERVICES)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'centre.sqlite3'}")
        Base.metadata.create_all(
            store.engine, tables=[m.__table__ for m in (models.MandateRow, models.MandateEvent, models.MandateUse)]
        )
        with store.transaction() as session:
            seed_mandates(session, make_mandates())
        book = MandateBook(store, kept_s=3600)
        compiled, now = book.of_agency("town"), datetime.now(UTC)
        spent = frozenset({-1})  # of no mandate: takes the way without memory
        figures = {
            "mandates": len(compiled.mandates),
            "check_median_us": median_us(lambda n: book.of_agency("town").check(askings[n % SERVICES])),
            "check_without_memory_median_us": median_us(lambda n: compiled.check(askings[n % SERVICES], spent)),
            "spend_median_us": median_us(lambda n: book.spend([compiled.mandates[n % SERVICES]], now, TODAY)),
        }
        began = time.perf_counter()
        for _ in range(ROUNDS):
            book.spend([compiled.mandates[1]], now, TODAY)
        figures["spend_mean_us_with_durable_blocks"] = round((time.perf_counter() - began) / ROUNDS * 1e6, 2)
        book.close()
        store.close()
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

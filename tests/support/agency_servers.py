"""Real demo agencies for tests: a small population in its stores, and servers on free ports of loopback."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path

from backend.demo.faces import open_desks
from backend.demo.holders import parse_holders
from backend.demo.papers import Papers
from backend.demo.person import Person
from backend.demo.population import generate_population
from backend.demo.server import AgencyServer, start_server
from backend.demo.stores import Store, build_stores, store_path
from backend.demo.view_file import ViewFile

TODAY = date(2026, 11, 23)
PEOPLE_FILE = Path(__file__).parents[2] / "reader_drivers" / "virtual" / "people.json"


def card_holders(today: date = TODAY) -> tuple[Person, ...]:
    """Return the eight invented card holders as the agencies know them."""
    facts = files("backend.demo").joinpath("holders.json").read_bytes()
    return parse_holders(PEOPLE_FILE.read_bytes(), facts, today)


def build_small_stores(directory: Path, size: int = 60, seed: int = 1) -> list[Person]:
    """Write stores of a small population; return its people."""
    people = list(generate_population(size, seed, TODAY, card_holders()))
    build_stores(directory, people, TODAY)
    return people


@contextmanager
def running_agency(
    agency_id: str, directory: Path, view: Path | None = None, papers: Papers | None = None
) -> Iterator[str]:
    """Run one agency's real server in a thread of its own, with its register as a view too; yields its base URL."""
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()
    ready = threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        store = Store(store_path(directory, agency_id))
        wsdl = files("backend.demo").joinpath(f"{agency_id}.wsdl")
        template = wsdl.read_text("utf-8") if wsdl.is_file() else None
        shown = None if view is None else ViewFile(view, agency_id, store_path(directory, agency_id), TODAY)
        server = AgencyServer(agency_id, open_desks(agency_id, store, lambda: TODAY), template, shown, papers)
        runner, port = await start_server(server, "127.0.0.1", 0, papers)
        ports.append(port)
        ready.set()
        await stopping.wait()
        await runner.cleanup()
        await server.close()
        store.close()
        if shown is not None:
            shown.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10), "the agency did not come up"
    try:
        yield f"http{'s' if papers else ''}://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()

"""``baidiao demo-agencies``: make the invented population, and run the agencies that know it."""

import signal
import sys
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Final

import click
import uvloop

from backend.demo.errors import DemoAgencyError
from backend.demo.faces import open_desks
from backend.demo.flock import Flock
from backend.demo.holders import parse_holders
from backend.demo.papers import Papers
from backend.demo.population import generate_population
from backend.demo.registers import AGENCY_IDS
from backend.demo.server import AgencyServer, start_server, wait_for_end
from backend.demo.stores import Store, build_stores, store_path
from backend.demo.view_file import ViewFile

_THAI_TIME: Final = timezone(timedelta(hours=7))
_LOOK_EVERY_S: Final = 0.5


def _today() -> date:
    return datetime.now(UTC).astimezone(_THAI_TIME).date()


_directory = click.option(
    "--dir", "directory", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the stores lie."
)
_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")


@click.group("demo-agencies")
def demo_agencies() -> None:
    """Demo agencies with an invented population: for trying, testing and measuring."""


@demo_agencies.command()
@_directory
@click.option(
    "--people",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="The virtual cards' holders (people.json); they live in the population.",
)
@click.option("--size", default=2_000, show_default=True, help="How many people.")
@click.option("--seed", default=2560, show_default=True, help="The same seed gives the same people.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day of generation; today if not given.")
def build(directory: Path, people: Path, size: int, seed: int, today: datetime | None) -> None:
    """Generate the population and write every agency's store."""
    day = _today() if today is None else today.date()
    facts = files("backend.demo").joinpath("holders.json").read_bytes()
    try:
        holders = parse_holders(people.read_bytes(), facts, day)
        counts = build_stores(directory, generate_population(size, seed, day, holders), day)
    except DemoAgencyError as error:
        raise click.ClickException(str(error)) from error
    for agency_id, count in counts.items():
        click.echo(f"{agency_id:20} {count:>9} people")


@demo_agencies.command()
@click.argument("agency", type=click.Choice(AGENCY_IDS))
@_directory
@_host
@click.option("--port", type=int, required=True, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--view",
    type=click.Path(path_type=Path, dir_okay=False),
    help="SQLite file that shows the register as the view `citizens`; then /register.csv hands it over as a file too.",
)
@click.option(
    "--tls",
    type=click.Path(path_type=Path, file_okay=False),
    help="Speak TLS; AGENCY.authority.pem in this directory is what callers are to trust.",
)
@click.option("--until-stdin-closes", is_flag=True, help="End when standard input does.")
def serve(
    agency: str, directory: Path, host: str, port: int, view: Path | None, tls: Path | None, until_stdin_closes: bool
) -> None:
    """Run one agency."""
    try:
        shown = None if view is None else ViewFile(view, agency, store_path(directory, agency), _today())
        papers = None if tls is None else Papers(tls, agency, host)
        uvloop.run(_serve(agency, directory, (host, port), shown, papers, until_stdin_closes=until_stdin_closes))
    except DemoAgencyError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{agency}: cannot listen on {host}:{port}: {error.strerror}") from error


async def _serve(
    agency: str,
    directory: Path,
    address: tuple[str, int],
    view: ViewFile | None,
    papers: Papers | None,
    *,
    until_stdin_closes: bool,
) -> None:
    host, port = address
    store = Store(store_path(directory, agency))
    wsdl = files("backend.demo").joinpath(f"{agency}.wsdl")
    template = wsdl.read_text("utf-8") if wsdl.is_file() else None
    server = AgencyServer(agency, open_desks(agency, store, _today), template, view, papers)
    runner, taken = await start_server(server, host, port, papers)
    click.echo(f"{agency} listens on http{'s' if papers else ''}://{host}:{taken}")
    sys.stdout.flush()
    await wait_for_end(until_stdin_closes=until_stdin_closes)
    await runner.cleanup()
    await server.close()
    store.close()
    if view is not None:
        view.close()


@demo_agencies.command("serve-all")
@_directory
@_host
@click.option("--base-port", default=8101, show_default=True, help="The first agency's port; 0 takes free ones.")
@click.option(
    "--views", is_flag=True, help="Show every register as a view too, in AGENCY.view.sqlite3 beside its store."
)
def serve_all(directory: Path, host: str, base_port: int, views: bool) -> None:
    """Run all agencies, each as a process of its own; all end with this one."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    ports = [(agency, base_port + place if base_port else 0) for place, agency in enumerate(AGENCY_IDS)]
    with Flock() as flock:
        try:
            lines = flock.start(ports, directory, host, views=views)
        except DemoAgencyError as error:
            raise click.ClickException(str(error)) from error
        for line in lines:
            click.echo(line)
        sys.stdout.flush()
        while not stopping.wait(_LOOK_EVERY_S):
            for agency in flock.find_ended():
                click.echo(f"{agency} has ended", err=True)
            if not flock.running:
                raise click.ClickException("all agencies have ended")


if __name__ == "__main__":
    demo_agencies()

"""``baidiao demo``: the whole system on this machine."""

import signal
import sys
from pathlib import Path

import click

from provisioning.demo.errors import DemoError
from provisioning.demo.plan import DemoPlan, find_ports
from provisioning.demo.run import run_demo

_CHECKOUT = Path(__file__).resolve().parents[2]


@click.group()
def demo() -> None:
    """The whole system on one machine, with virtual parts where no real ones are."""


@demo.command()
@click.option("--once", is_flag=True, help="End after one visit.")
@click.option("--dir", "root", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--population", default=2_000, show_default=True, help="Invented people the agencies know.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Also make the README's pictures in this folder.")
@click.option("--no-visit", is_flag=True, help="Start everything, but make no visit.")
def run(*, once: bool, root: Path, population: int, pictures: Path | None, no_visit: bool) -> None:
    """Start everything, make one visit by itself, say where to look, stay up until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job started in the background is born deaf to it
    plan = DemoPlan(
        root=root.resolve(),
        ports=find_ports(),
        population=population,
        people_file=_CHECKOUT / "reader_drivers" / "virtual" / "people.json",
        agency_directory_file=_CHECKOUT / "backend" / "linkage" / "demo_agencies.json",
        command=(sys.executable, "-m", "baidiao"),
    )
    try:
        run_demo(plan, once=once, visit=not no_visit, pictures=pictures, say=click.echo)
    except DemoError as error:
        click.echo(f"The demo stopped: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nEnded.")

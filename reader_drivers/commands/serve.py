"""``baidiao card serve``: counter mode."""

import re
from pathlib import Path

import click

from reader_drivers.commands.waiting import stopped_politely
from reader_drivers.counter.app import create_counter
from reader_drivers.counter.guard import Policy
from reader_drivers.counter.pcsc_cards import PcscCards
from reader_drivers.counter.server import CounterServer, load_token

DEFAULT_PORT = 8189
_ORIGIN = re.compile(r"https?://[^/\s*]+\Z")


@click.command("serve")
@click.option("--origin", "origins", multiple=True, metavar="URL", help="A page's origin that may call; repeatable.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("~/.config/baidiao/counter-token"),
    show_default=True,
    help="Where the callers' token is; made when there is none.",
)
def serve_command(origins: tuple[str, ...], port: int, token_file: Path) -> None:
    """Offer this machine's card reader to the agency's web pages, until Ctrl-C.

    HTTP and WebSocket on 127.0.0.1 alone, for the origins on the list and callers with the token.
    """
    for origin in origins:
        if not _ORIGIN.match(origin):
            raise click.UsageError(f'not an origin: "{origin}"; it looks like https://counter.agency.example')
    path = token_file.expanduser()
    try:
        token = load_token(path)
        allowed = frozenset(origin.lower() for origin in origins)
        server = CounterServer(port, lambda bound: create_counter(Policy(bound, token, allowed), PcscCards()))
    except OSError as error:
        raise click.ClickException(f"{error.filename or f'port {port}'}: {error.strerror}") from error
    stopped = stopped_politely()
    with server:
        click.echo(f"documentation  {server.url}\nexample        {server.url}example\ntoken in       {path}")
        click.echo(f"pages allowed  {', '.join(origins) or 'none but its own; see --origin'}")
        stopped.wait()

"""``baidiao card watch``: what happens at the readers, as it happens."""

import json
import queue

import click

from reader_drivers.commands.output import say
from reader_drivers.commands.waiting import stopped_politely
from reader_drivers.event_lines import describe_event, render_event
from reader_drivers.events import ReaderEvent
from reader_drivers.pcsc.watch import CardWatcher
from reader_drivers.reading import thai_today
from reader_drivers.service import ThaiIdReader

_LOOK_S = 0.5  # how soon Ctrl-C ends a quiet watch


@click.command("watch")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--no-read", "quiet", is_flag=True, help="Leave the cards alone; tell of readers and cards only.")
@click.option("--photo", is_flag=True, help="Read the photos too.")
@click.option("--personal", is_flag=True, help="Print what the cards say of their holders (only with --json).")
def watch_command(as_json: bool, quiet: bool, photo: bool, personal: bool) -> None:
    """Tell of readers and cards as they come and go and of every reading, until Ctrl-C.

    Nothing personal is printed unless asked for.
    """
    if personal and not as_json:
        raise click.UsageError("--personal needs --json")
    events: queue.SimpleQueue[ReaderEvent] = queue.SimpleQueue()
    watcher = CardWatcher(events.put) if quiet else ThaiIdReader(events.put, today=thai_today, with_photo=photo)
    stopped = stopped_politely()
    with watcher:
        while not stopped.is_set():
            try:
                event = events.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            said = describe_event(event, personal=personal)
            say(json.dumps(said, ensure_ascii=False) if as_json else render_event(said))

"""The command ``baidiao card``: one module of :mod:`reader_drivers.commands` each."""

import click

from reader_drivers.commands.doctor import doctor_command
from reader_drivers.commands.read import photo_command, read_command, replay_command
from reader_drivers.commands.serve import serve_command
from reader_drivers.commands.virtual import virtual_command
from reader_drivers.commands.watch import watch_command


@click.group()
def card() -> None:
    """Read Thai ID cards, watch the readers, find faults, plug in virtual cards."""


for _command in (
    read_command,
    photo_command,
    watch_command,
    doctor_command,
    serve_command,
    virtual_command,
    replay_command,
):
    card.add_command(_command)

"""A card's applet as a table: where each field lies and how it reads. A new card is one module here with such a table.

Pure but for the card's port. The applet must know the READ command of the Thai ID card (``core.apdu.read``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.message import Words
from reader_drivers.core.applet import AppletReader
from reader_drivers.core.exchange import Exchange
from reader_drivers.core.read_plan import Span, plan_reads


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its ``name`` in results, its place, and ``decode`` from its bytes to a JSON value."""

    name: str
    span: Span
    decode: Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Profile:
    """One applet.

    Attributes:
        key: Its name on the command line.
        title: What people call it.
        aid: Its application identifier.
        fields: Its table.
    """

    key: str
    title: Words
    aid: bytes
    fields: tuple[Field, ...]


def read_profile(exchange: Exchange, profile: Profile) -> Mapping[str, object]:
    """Select the profile's applet and read all its fields in the fewest reads.

    Raises:
        AppletAbsentError: The card has no such applet.
        ReaderError: As ``core.applet.AppletReader.fetch``.
    """
    chip = AppletReader(exchange, profile.aid)
    chip.fetch(plan_reads(field.span for field in profile.fields))
    return {field.name: field.decode(chip.memory.get(field.span)) for field in profile.fields}

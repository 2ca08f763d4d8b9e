"""The health-insurance applet (NHSO) on a Thai ID card: who pays, and which hospitals. Pure.

Source: the card facts, "Other applets". What the codes mean is the National Health Security Office's to say.
"""

from contracts.message import Words
from reader_drivers.cards.profile import Field, Profile
from reader_drivers.cards.thai_text import decode_text, parse_date
from reader_drivers.core.read_plan import Span


def decode_day(data: bytes) -> str | None:
    """Return a Buddhist-era ``YYYYMMDD`` as a common-era ISO date; None when there is none."""
    day = parse_date(decode_text(data)).day
    return None if day is None else day.isoformat()


PROFILE = Profile(
    key="nhso",
    title=Words(th="สิทธิหลักประกันสุขภาพ", en="health insurance"),
    aid=bytes.fromhex("A000000054480083"),
    fields=(
        Field("main_class", Span(0x0004, 60), decode_text),
        Field("sub_class", Span(0x0040, 100), decode_text),
        Field("main_hospital", Span(0x00A4, 80), decode_text),
        Field("sub_hospital", Span(0x00F4, 80), decode_text),
        Field("paid_type", Span(0x0144, 1), decode_text),
        Field("issued", Span(0x0145, 8), decode_day),
        Field("expires", Span(0x014D, 8), decode_day),
        Field("updated", Span(0x0155, 8), decode_day),
        Field("hospital_changes", Span(0x015D, 1), decode_text),
    ),
)

"""Exchanges and time for reading one card through pcscd and vpcd, planned reads beside one read per field.

Prints one JSON object. The virtual card answers at once, so the times are the stack's own; on a real card each byte
costs 12 etu on top, the same for both ways of reading, and each exchange a round trip through the USB reader.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reader_drivers.cards import thai_fields as at
from reader_drivers.cards.thai_decode import decode_identity, decode_rest
from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core import apdu
from reader_drivers.core.exchange import Exchange
from reader_drivers.core.read_plan import Memory, Span, plan_reads
from reader_drivers.pcsc.context import PRESENT
from reader_drivers.pcsc.transport import PcscCard, list_readers, open_card
from reader_drivers.virtual.vpcd import VirtualReader
from reader_drivers.virtual.wallet import find_card
from tests.support.reader_pcscd import PORT, READER, exclusive_virtual_reader, running_pcscd

RUNS = 31
WHO_IT_IS = (at.CITIZEN_NUMBER, at.NAME_TH, at.NAME_EN, at.BIRTH, at.SEX, at.ISSUED, at.EXPIRES)


def planned_identity(card: PcscCard) -> int:
    session = ThaiIdSession(card)
    session.read_identity()
    return session.exchanges


def planned_text(card: PcscCard) -> int:
    """Everything but the two other applets, so that both ways of reading fetch the same fields."""
    return read_and_decode(card, (*plan_reads(at.IDENTITY), *plan_reads(at.REST_OF_TEXT)))


def planned_text_and_applets(card: PcscCard) -> int:
    session = ThaiIdSession(card)
    session.read_rest(session.read_identity())
    return session.exchanges


def planned_with_photo(card: PcscCard) -> int:
    session = ThaiIdSession(card)
    session.read_rest(session.read_identity())
    session.read_photo()
    return session.exchanges


def read_and_decode(card: PcscCard, spans: Iterable[Span]) -> int:
    exchange, memory = Exchange(card), Memory()
    exchange.select(apdu.THAI_ID_AID)
    for span in spans:
        memory.put(span.offset, exchange.send(apdu.read(span.offset, span.length)).data)
    if memory.has(at.ADDRESS):
        decode_identity(memory, card.atr, exchange.count)
        decode_rest(memory)
    return exchange.count


def by_field(*fields: Span) -> Callable[[PcscCard], int]:
    """One read for each field; the photo, larger than a read, in as many as it takes."""
    return lambda card: read_and_decode(card, [part for field in fields for part in plan_reads([field])])


WAYS: dict[str, dict[str, Callable[[PcscCard], int]]] = {
    "planned": {
        "identity": planned_identity,
        "all_text": planned_text,
        "all_text_with_laser_number_and_chip_serial": planned_text_and_applets,
        "all_text_and_photo": planned_with_photo,
    },
    "field_by_field": {
        "identity": by_field(*WHO_IT_IS),
        "all_text": by_field(*at.IDENTITY, *at.REST_OF_TEXT),
        "all_text_and_photo": by_field(*at.IDENTITY, *at.REST_OF_TEXT, at.PHOTO),
    },
}


def measure(way: Callable[[PcscCard], int]) -> dict[str, float]:
    times, exchanges = [], 0
    for _ in range(RUNS):
        with open_card(READER) as card:
            began = time.perf_counter()
            exchanges = way(card)
            times.append((time.perf_counter() - began) * 1000)
    return {"exchanges": exchanges, "median_ms": round(statistics.median(times), 2), "slowest_ms": round(max(times), 2)}


def wait_for_card() -> None:
    deadline = time.monotonic() + 5
    while not any(slot.reader == READER and slot.state & PRESENT for slot in list_readers()):
        if time.monotonic() > deadline:
            raise SystemExit("the virtual reader did not notice the card")
        time.sleep(0.02)


def main() -> None:
    card = find_card("mother")
    assert card is not None
    with exclusive_virtual_reader(), running_pcscd(), VirtualReader(port=PORT) as slot:
        slot.insert(card)
        wait_for_card()
        figures = {name: {what: measure(way) for what, way in ways.items()} for name, ways in WAYS.items()}
    print(json.dumps({"card": {"reader": "vpcd through pcscd", "runs": RUNS, **figures}}, indent=2))


if __name__ == "__main__":
    main()

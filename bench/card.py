"""One Thai ID card, read: exchanges, bytes on the line and time, with another reader beside it where that can run.

Prints one JSON object. Counted at the chip, through pcscd and vpcd; a real card's time is modelled from the counts:
12 etu a byte (ISO/IEC 7816-3 clause 7.2) both ways, T=0's header and procedure byte included, and 5 ms a turnaround.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.pcsc.context import PRESENT
from reader_drivers.pcsc.transport import PcscCard, list_readers, open_card
from reader_drivers.virtual.card import ChipCard
from reader_drivers.virtual.vpcd import VirtualReader
from reader_drivers.virtual.wallet import find_card
from tests.support.reader_pcscd import PORT, READER, exclusive_virtual_reader, running_pcscd

RUNS = 31
RATES_BIT_S = (9_600, 115_200, 250_000)
ETU_A_BYTE = 12
TURNAROUND_S = 0.005
HEADER_BYTES, PROCEDURE_BYTES, STATUS_BYTES = 5, 1, 2  # ISO/IEC 7816-3 clause 10.3.2: what T=0 adds to the data
OTHER = "pythaiidcard"
OTHER_PYTHON = "BAIDIAO_BENCH_PYTHAIIDCARD"
OTHER_EXCHANGES = {"all_text": 20, "all_text_and_photo": 60}  # counted in its source, version 0.3.0
OTHER_PROGRAM = """
import sys
from smartcard.System import readers
from pythaiidcard.reader import ThaiIDCardReader
index = [str(reader) for reader in readers()].index(sys.argv[1])
reader = ThaiIDCardReader(reader_index=index, skip_system_check=True)
with reader.card_session():
    reader.read_card(include_photo=sys.argv[2] == "photo")
"""


@dataclass(slots=True)
class CountedChip:
    """Passes commands on to a chip and counts what they cost on the line."""

    chip: ChipCard
    exchanges: int = 0
    line_bytes: int = 0
    atr: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.atr = self.chip.atr

    def begin(self) -> None:
        self.exchanges = self.line_bytes = 0

    def reset(self) -> None:
        self.chip.reset()

    def respond(self, command: bytes) -> bytes:
        answer = self.chip.respond(command)
        data = max(0, len(command) - HEADER_BYTES) + len(answer) - STATUS_BYTES
        self.exchanges += 1
        self.line_bytes += HEADER_BYTES + STATUS_BYTES + data + (PROCEDURE_BYTES if data else 0)
        return answer

    def figures(self) -> dict[str, object]:
        return {
            "exchanges": self.exchanges,
            "line_bytes": self.line_bytes,
            "modelled_ms": {str(rate): self.modelled_ms(rate) for rate in RATES_BIT_S},
        }

    def modelled_ms(self, rate_bit_s: int) -> float:
        seconds = self.line_bytes * ETU_A_BYTE / rate_bit_s + self.exchanges * TURNAROUND_S
        return round(seconds * 1000, 1)


def brief_identity(card: PcscCard) -> None:
    ThaiIdSession(card).read_identity(brief=True)


def identity(card: PcscCard) -> None:
    ThaiIdSession(card).read_identity()


def identity_and_address(card: PcscCard) -> None:
    ThaiIdSession(card).read_all_text()


def text_and_applets(card: PcscCard) -> None:
    ThaiIdSession(card).read_text()


def text_and_photo(card: PcscCard) -> None:
    session = ThaiIdSession(card)
    session.read_all_text()
    session.read_photo()


OURS: dict[str, Callable[[PcscCard], None]] = {
    "identity": brief_identity,
    "identity_with_issuer": identity,
    "all_text": identity_and_address,
    "all_text_with_laser_number_and_chip_serial": text_and_applets,
    "all_text_and_photo": text_and_photo,
}


def measure(chip: CountedChip, way: Callable[[PcscCard], None]) -> dict[str, object]:
    times = []
    for _ in range(RUNS):
        with open_card(READER) as card:
            chip.begin()
            began = time.perf_counter()
            way(card)
            times.append((time.perf_counter() - began) * 1000)
    return chip.figures() | {"stack_median_ms": round(statistics.median(times), 2)}


def other_python() -> str | None:
    """Return a Python that has the other reader, None when there is none."""
    for python in filter(None, (os.environ.get(OTHER_PYTHON), shutil.which("python3.13"), sys.executable)):
        found = subprocess.run([python, "-c", f"import {OTHER}"], capture_output=True, check=False)
        if found.returncode == 0:
            return python
    return None


def measure_other(chip: CountedChip) -> dict[str, object]:
    python = other_python()
    if python is None:
        why = f"no Python with {OTHER} (as published it needs 3.13); name one in {OTHER_PYTHON}"
        return {"not_run": why, "exchanges_counted_in_its_source": OTHER_EXCHANGES}
    figures: dict[str, object] = {}
    for what, how in (("all_text", "text"), ("all_text_and_photo", "photo")):
        chip.begin()
        done = subprocess.run(
            [python, "-c", OTHER_PROGRAM, READER, how], capture_output=True, text=True, check=False, timeout=60
        )
        figures[what] = chip.figures() if done.returncode == 0 else {"failed": done.stderr.strip().splitlines()[-1:]}
    return figures


def compare(ours: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    """Return our identity as a share of the least the other does to give one: all text, for it has no smaller call."""
    mine, theirs = ours["identity"], other.get("all_text")
    if not isinstance(mine, dict) or not isinstance(theirs, dict) or "modelled_ms" not in theirs:
        return {"exchanges": round(5 / OTHER_EXCHANGES["all_text"], 2)}
    shares = {rate: round(mine["modelled_ms"][rate] / theirs["modelled_ms"][rate], 2) for rate in mine["modelled_ms"]}
    return {"exchanges": round(mine["exchanges"] / theirs["exchanges"], 2), "modelled_ms": shares}


def wait_for_card() -> None:
    deadline = time.monotonic() + 5
    while not any(slot.reader == READER and slot.state & PRESENT for slot in list_readers()):
        if time.monotonic() > deadline:
            raise SystemExit("the virtual reader did not notice the card")
        time.sleep(0.02)


def main() -> None:
    card = find_card("mother")
    assert card is not None
    chip = CountedChip(card)
    with exclusive_virtual_reader(), running_pcscd(), VirtualReader(port=PORT) as slot:
        slot.insert(chip)
        wait_for_card()
        ours: dict[str, object] = {what: measure(chip, way) for what, way in OURS.items()}
        other = measure_other(chip)
    figures = {"runs": RUNS, "baidiao": ours, OTHER: other, f"identity_as_share_of_{OTHER}": compare(ours, other)}
    print(json.dumps({"card": figures}, indent=2))


if __name__ == "__main__":
    main()

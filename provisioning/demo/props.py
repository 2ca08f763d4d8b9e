"""The stage's own parts: a slot with the invented people's cards, and the virtual printer."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from printer.virtual.server import Fault, VirtualPrinter
from provisioning.demo.stage import CardOnTable
from reader_drivers.virtual.people import Person, load_people
from reader_drivers.virtual.photo import draw_photo
from reader_drivers.virtual.vpcd import DEFAULT_HOST, VirtualReader
from reader_drivers.virtual.wallet import find_card

_NOTES: Final[Mapping[str, tuple[str, str]]] = {
    "grandmother": ("ปีเกิดไม่มีวันเดือน บัตรตลอดชีพ", "73, year-only birth, card for life"),
    "pensioner": ("ข้าราชการบำนาญ", "68, state pension"),
    "disabled": ("มีบัตรประจำตัวคนพิการ", "29, disability card"),
    "mother": ("มีบุตรแรกเกิด", "27, newborn child"),
    "earner": ("มีรายได้และทรัพย์สิน", "40, income and property"),
    "naturalised": ("แปลงสัญชาติ", "82, naturalised"),
    "stateless": ("ไม่มีสถานะทางทะเบียน", "65, no civil status"),
    "lost_card": ("บัตรแจ้งหายแล้ว", "36, card reported lost"),
}
_NO_FAULT: Final = "none"
_DRAWER_FAULTS: Final = (Fault.PAPER_OUT, Fault.PAPER_NEAR_END, Fault.COVER_OPEN, Fault.OFFLINE, Fault.SILENT)
_OTHER_CARDS: Final[Sequence[CardOnTable]] = (
    CardOnTable("bank_card", "บัตรธนาคาร", "Bank card", "ไม่ใช่บัตรประชาชน", "Not a Thai ID card"),
    CardOnTable("mute_card", "บัตรกลับด้าน", "Card upside down", "เครื่องอ่านไม่ได้", "Answers nothing"),
)


class SlotWithCards:
    """One of vpcd's slots and everybody's card beside it.

    Args:
        vpcd_port: The slot's.
        on_move: Told whether a card is inside, each time one has come or gone: the slot has a switch.
    """

    def __init__(self, vpcd_port: int, on_move: Callable[[bool], None] = lambda _inside: None) -> None:
        self._on_move = on_move
        self._reader = VirtualReader(DEFAULT_HOST, vpcd_port)
        self._people = load_people()
        self._inserted: str | None = None

    @property
    def inserted(self) -> str | None:
        """Key of the card inside, or None."""
        return self._inserted if self._reader.occupied else None

    def cards(self) -> Sequence[CardOnTable]:
        """Return all cards: people first, then the wrong ones."""
        return (*(_on_table(person) for person in self._people.values()), *_OTHER_CARDS)

    def photo(self, key: str) -> bytes | None:
        """Return the drawn photo of a person's card."""
        person = self._people.get(key)
        return None if person is None else draw_photo(person)

    def insert(self, key: str) -> None:
        """Put a card in, taking out what was inside."""
        card = find_card(key)
        if card is not None:
            self._reader.insert(card)
            self._inserted = key
            self._on_move(True)

    def remove(self) -> None:
        """Take the card out."""
        self._reader.remove()
        self._inserted = None
        self._on_move(False)


def _on_table(person: Person) -> CardOnTable:
    note_th, note_en = _NOTES[person.key]
    title_en = f"{person.name_en.first} {person.name_en.last}"
    return CardOnTable(person.key, f"{person.name_th.prefix}{person.name_th.first}", title_en, note_th, note_en)


class SwitchablePrinter:
    """The virtual receipt printer; the newest slip is also kept under one name."""

    def __init__(self, port: int, slips_dir: Path, newest: Path) -> None:
        self._newest = newest
        self._kept: Path | None = None
        self._printer = VirtualPrinter("127.0.0.1", port, slips_dir)
        self._printer.start()

    @property
    def fault(self) -> str:
        """The fault switched on, or ``none``."""
        return next((fault.value for fault in self._printer.faults), _NO_FAULT)

    def faults(self) -> Sequence[str]:
        """Return the faults a passer-by could cause, ``none`` first."""
        return (_NO_FAULT, *(fault.value for fault in _DRAWER_FAULTS))

    def switch(self, fault: str) -> None:
        """Switch one fault on, all others off."""
        for one in _DRAWER_FAULTS:
            self._printer.set_fault(one, one.value == fault)

    def newest_slip(self) -> Path | None:
        """Return the newest slip's picture, if one was printed."""
        slips = self._printer.slips
        if not slips:
            return None
        if slips[-1] != self._kept:
            # Replaced in one step: whoever looks meanwhile sees the old slip or the new one, never half of one.
            copy = self._newest.with_suffix(".new")
            shutil.copyfile(slips[-1], copy)
            copy.replace(self._newest)
            self._kept = slips[-1]
        return self._newest

    def stop(self) -> None:
        """Stop listening."""
        self._printer.stop()

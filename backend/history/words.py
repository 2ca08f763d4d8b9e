"""Purposes in the words a citizen reads."""

from collections.abc import Mapping
from typing import Final

from contracts.message import Words

LOOK_UP: Final = "history_read"
EXPORT: Final = "history_export"
EXPORT_SERVICE: Final = "access_history"
_PURPOSES: Final[Mapping[str, Words]] = {
    "eligibility": Words(th="ตรวจสอบว่าท่านมีสิทธิได้รับบริการนี้หรือไม่", en="To see whether you qualify for this service"),
    "extract": Words(
        th="พิมพ์ข้อมูลจากทะเบียน เพราะกฎหมายยังต้องใช้เอกสาร",
        en="To print what a register says, because a law still wants paper",
    ),
    LOOK_UP: Words(th="ท่านเปิดดูรายการนี้ด้วยบัตรของท่าน", en="You looked at this list with your card"),
    EXPORT: Words(th="เจ้าหน้าที่จัดทำสำเนาประวัติการสอบถามทั้งหมดให้ท่าน", en="An officer made you a copy of this whole list"),
}
_OTHER: Final = Words(th="วัตถุประสงค์อื่นตามกฎหมาย ({code})", en="Another lawful purpose ({code})")


def say_purpose(code: str) -> Words:
    """Return a purpose in words; one not known here is named by its code."""
    known = _PURPOSES.get(code)
    if known is not None:
        return known
    return Words(th=_OTHER.th.format(code=code), en=_OTHER.en.format(code=code))

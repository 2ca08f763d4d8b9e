"""Why a table is refused, in words for the officer who wrote it: where it stands, and what is wrong there. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from backend.console.words import say
from backend.eligibility.errors import SFeelError, TableError

_PLACES_TH: Final = (
    (re.compile(r"^decision (?=\S)"), "การตัดสิน "),
    (re.compile(r"^businessKnowledgeModel "), "ฟังก์ชัน "),
    (re.compile(r"\brule (?=\d)"), "ข้อ "),
    (re.compile(r"\binput (?=\d)"), "เงื่อนไขที่ "),
    (re.compile(r"\boutput (?=\d)"), "ผลที่ "),
    (re.compile(r"^file$"), "ทั้งไฟล์"),
    (re.compile(r"^rule$"), "รายการข้อ"),
    (re.compile(r"^decision$"), "การตัดสิน"),
)
_PROBLEMS_TH: Final[Mapping[str, str]] = {
    "no service has this id": "ไม่มีบริการใดใช้รหัสนี้ (id ของ decision ต้องเป็นรหัสบริการ)",
    "the decision's id is the service's and stays": "id ของ decision คือรหัสบริการ เปลี่ยนไม่ได้",
    "the outcome must be eligible or not_eligible": 'ผลต้องเป็น "eligible" หรือ "not_eligible"',
    "gives no reason": "ต้องให้รหัสเหตุผลอย่างน้อยหนึ่งรหัส",
    "only an eligible row pays": "จ่ายเงินได้เฉพาะข้อที่มีสิทธิ",
    "amount_baht or period is not valid": "จำนวนเงินหรือรอบการจ่ายไม่ถูกต้อง (เช่น 900 และ month)",
    "only literals and intervals of literals may stand here": "ช่องนี้ใส่ได้เฉพาะค่า หรือช่วงของค่า เช่น 60 หรือ [60..69]",
    "only a literal may stand here": "ช่องนี้ใส่ได้เฉพาะค่าเดียว",
    "an interval's ends must be literals": "ปลายทั้งสองของช่วงต้องเป็นค่า",
    "an interval's ends must be of one type with an order, the first not after the second": (
        "ปลายของช่วงต้องเป็นชนิดเดียวกันและเรียงจากน้อยไปมาก"
    ),
    "a comparison needs something with an order": "ค่านี้เปรียบเทียบมากน้อยไม่ได้",
    "the cell does not hold a": "ค่าในช่องไม่ใช่ชนิดของคอลัมน์นี้:",
    "no fact and no derived input has this name": "ไม่มีข้อมูลชื่อนี้",
    "has more or fewer cells than the table has columns": "จำนวนช่องไม่เท่ากับจำนวนคอลัมน์",
    "there is none": "ยังไม่มีสักข้อ",
    "has no decision table": "ไม่มีตารางตัดสิน",
    "not well-formed XML": "ไม่ใช่ XML ที่สมบูรณ์",
    "not a DMN model of edition 1.1 to 1.6": "ไม่ใช่แบบจำลอง DMN รุ่น 1.1 ถึง 1.6",
    "no words for": "ยังไม่มีคำอธิบายของรหัสเหตุผล",
    "two versions take effect on the same day": "มีอีกรุ่นที่เริ่มใช้วันเดียวกัน",
}
"""By how the problem begins; what follows stays as it is."""


def refusal_words(error: TableError, language: str) -> str:
    """Say where a table is refused, and why.

    Args:
        error: The refusal; one whose cell could not be read has that as its cause.
        language: ``th`` or ``en``.
    """
    return say("table_refused", language, place=_place(error.place, language), problem=_problem(error, language))


def _place(place: str, language: str) -> str:
    if language == "en":
        return place
    for pattern, words in _PLACES_TH:
        place = pattern.sub(words, place)
    return place


def _problem(error: TableError, language: str) -> str:
    cause = error.__cause__
    if isinstance(cause, SFeelError):
        read, rest = cause.text[: cause.position].strip(), cause.text[cause.position :].strip()
        key = "cell_unreadable" if read else "cell_unreadable_whole"
        told = say(key, language, read=read, rest=rest or "…")
        return f"{told}: {cause.expected} is expected there" if language == "en" else told
    if language == "en":
        return error.problem
    known = next((begins for begins in _PROBLEMS_TH if error.problem.startswith(begins)), None)
    if known is None:
        return error.problem
    rest = error.problem[len(known) :].strip().replace("(line ", "(บรรทัดที่ ")
    return f"{_PROBLEMS_TH[known]} {rest}".strip()

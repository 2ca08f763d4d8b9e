"""The fixed words of a slip, Thai first and English complete, in the register of a Thai office."""

from contracts.card import Assurance
from contracts.decision import Amount, AskState, Outcome
from contracts.message import Words

TITLE = Words(th="ใบแจ้งผลการตรวจสอบสิทธิ", en="Entitlement result")
HOLDER = Words(th="ผู้ถือบัตร", en="Card holder")
DATE = Words(th="วันที่", en="Date")
WHY = Words(th="เหตุผล", en="Why")
NEXT = Words(th="สิ่งที่ต้องทำต่อไป", en="What to do next")
REFERENCE = Words(th="เลขที่อ้างอิง", en="Reference")
CODE_PURPOSE = Words(th="เจ้าหน้าที่สแกนเพื่อตรวจว่าเป็นของจริง", en="Officers scan to verify.")
VALID_UNTIL = Words(th="ใช้ยืนยันได้ถึง", en="Valid until")
AS_OF = Words(th="ผลตามข้อมูล ณ เวลาที่ตรวจสอบ", en="As of the time of checking.")

OUTCOMES = {
    Outcome.ELIGIBLE: Words(th="ท่านมีสิทธิ", en="You are eligible"),
    Outcome.NOT_ELIGIBLE: Words(th="ท่านยังไม่มีสิทธิ", en="You are not eligible yet"),
    Outcome.UNDECIDED: Words(th="ยังตัดสินไม่ได้", en="Cannot be decided yet"),
}
ASSURANCES = {
    Assurance.NUMBER_ONLY: Words(th="ถามด้วยเลขประจำตัว ไม่มีการแสดงบัตร", en="Asked by number; no card was shown."),
    Assurance.PRESENTED: Words(
        th="ตรวจจากบัตรที่เสียบ ยังไม่ได้ยืนยันกับสำนักทะเบียน", en="From the card presented; not yet confirmed."
    ),
    Assurance.CONFIRMED: Words(th="ยืนยันบัตรกับสำนักทะเบียนแล้ว", en="Card confirmed with the registry."),
}
_SILENT = Words(th="ยังไม่ตอบ", en="No answer")
ASK_STATES = {
    AskState.ANSWERED: Words(th="ข้อมูลจาก", en="Information from"),
    AskState.ASKING: _SILENT,
    AskState.NOT_KNOWN: _SILENT,
}
_PERIODS = {
    "month": Words(th="บาทต่อเดือน", en="baht a month"),
    "year": Words(th="บาทต่อปี", en="baht a year"),
    "once": Words(th="บาท จ่ายครั้งเดียว", en="baht, paid once"),
}


def amount_words(amount: Amount) -> Words:
    """Say an amount of money, e.g. ``600 บาทต่อเดือน``."""
    period = _PERIODS[amount.period]
    return Words(th=f"{amount.baht:,} {period.th}", en=f"{amount.baht:,} {period.en}")


_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def thai_numerals(text: str) -> str:
    """Write a text's digits as Thai numerals."""
    return text.translate(_THAI_DIGITS)

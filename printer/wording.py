"""The fixed words of a slip, Thai first and English complete, in the register of a Thai office."""

from contracts.card import Assurance
from contracts.decision import Amount, AskState, Outcome
from contracts.message import Words

TITLE = Words(th="ใบแจ้งผลการตรวจสอบสิทธิ", en="Entitlement result")
HOLDER = Words(th="ผู้ถือบัตร", en="Card holder")
NUMBER = Words(th="เลขประจำตัว", en="ID number")
DATE = Words(th="วันที่", en="Date")
TIME = Words(th="เวลา", en="Bangkok time")
WHY = Words(th="เหตุผล", en="Why")
NEXT = Words(th="สิ่งที่ต้องทำต่อไป", en="What to do next")
SOURCES = Words(th="หน่วยงานที่ระบบสอบถาม", en="Agencies asked")
REFERENCE = Words(th="เลขที่อ้างอิง", en="Reference")
CODE_PURPOSE = Words(
    th="เจ้าหน้าที่สแกนรหัสนี้ด้วยโปรแกรมตรวจสอบ เพื่อยืนยันว่าใบนี้เป็นของจริงและไม่ถูกแก้ไข ตรวจได้แม้ไม่มีอินเทอร์เน็ต",
    en="An officer scans this code with the verifier to see that this slip is genuine and unaltered, even offline.",
)
VALID_UNTIL = Words(th="ใช้ยืนยันได้ถึง", en="Valid until")
AS_OF = Words(
    th="ผลนี้เป็นไปตามข้อมูล ณ เวลาที่ตรวจสอบ",
    en="The result reflects the data at the time of checking.",
)

OUTCOMES = {
    Outcome.ELIGIBLE: Words(th="ท่านมีสิทธิ", en="You are eligible"),
    Outcome.NOT_ELIGIBLE: Words(th="ท่านยังไม่มีสิทธิ", en="You are not eligible yet"),
    Outcome.UNDECIDED: Words(th="ยังตัดสินไม่ได้", en="Cannot be decided yet"),
}
ASSURANCES = {
    Assurance.PRESENTED: Words(
        th="ตรวจจากบัตรที่ท่านเสียบ ยังไม่ได้ยืนยันบัตรกับสำนักทะเบียน",
        en="Based on the card presented; not yet confirmed with the registry.",
    ),
    Assurance.CONFIRMED: Words(
        th="ยืนยันบัตรกับสำนักทะเบียนแล้ว",
        en="Card confirmed with the civil registry.",
    ),
}
ASK_STATES = {
    AskState.ANSWERED: Words(th="ตอบแล้ว", en="answered"),
    AskState.ASKING: Words(th="ยังไม่ตอบ", en="no answer"),
    AskState.NOT_KNOWN: Words(th="ยังไม่ตอบ", en="no answer"),
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

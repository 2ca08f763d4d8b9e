"""Why a mandate refuses, in words for whoever asked. Pure."""

from collections.abc import Mapping
from typing import Final

from backend.mandates.check import RefusalRule, Refused
from backend.mandates.quota import Period
from contracts.message import Words

_WORDS: Final[Mapping[RefusalRule, Words]] = {
    RefusalRule.PURPOSE_COMMERCIAL: Words(
        th="ไม่อนุญาตให้ใช้ข้อมูลเพื่อประโยชน์ทางการค้าหรือธุรกิจ ไม่ว่าผู้ใดจะอนุมัติ ศูนย์นี้มีไว้เพื่อบริการสาธารณะเท่านั้น",
        en="The data may not be used for commercial purposes, whoever approves. It is for public services alone.",
    ),
    RefusalRule.AGENCY_HAS_NONE: Words(
        th="หน่วยงานนี้ยังไม่ได้รับอนุญาตให้สอบถามข้อมูลใด ๆ", en="This agency has no mandate to ask for anything."
    ),
    RefusalRule.SERVICE_NOT_COVERED: Words(
        th="หน่วยงานนี้ไม่ได้รับอนุญาตให้สอบถามสำหรับบริการนี้", en="None of this agency's mandates covers this service."
    ),
    RefusalRule.PURPOSE_NOT_COVERED: Words(
        th="หน่วยงานนี้ไม่ได้รับอนุญาตให้สอบถามเพื่อวัตถุประสงค์นี้",
        en="The agency's mandates for this service cover another purpose.",
    ),
    RefusalRule.REVOKED: Words(th="สิทธิสอบถามข้อมูลนี้ถูกเพิกถอนแล้ว", en="The mandate was revoked."),
    RefusalRule.NOT_GRANTED: Words(
        th="คำขอสิทธิสอบถามข้อมูลนี้ยังรอผู้อนุมัติอีกคนหนึ่ง", en="The mandate was proposed and waits for another person's approval."
    ),
    RefusalRule.EXPIRED: Words(th="สิทธิสอบถามข้อมูลนี้สิ้นสุดแล้ว", en="The mandate has expired."),
    RefusalRule.NOT_YET_VALID: Words(th="สิทธิสอบถามข้อมูลนี้ยังไม่เริ่มมีผล", en="The mandate is not in force yet."),
    RefusalRule.SECOND_APPROVAL_MISSING: Words(
        th="ข้อมูลนี้จำกัดการเข้าถึง สิทธิสอบถามต้องมีผู้อนุมัติคนที่สองก่อน",
        en="The data is restricted: the mandate needs the approval of a second person.",
    ),
    RefusalRule.SUBJECT_NOT_COVERED: Words(
        th="สิทธิสอบถามข้อมูลนี้ไม่ครอบคลุมบุคคลหรือเลขประเภทนี้", en="The mandate does not cover subjects of this kind."
    ),
    RefusalRule.PHOTO_NOT_CHECKED: Words(
        th="ต้องให้เจ้าหน้าที่เทียบใบหน้ากับภาพถ่ายบนบัตรก่อน", en="An officer must compare the holder's face with the photo first."
    ),
    RefusalRule.CARD_NOT_CONFIRMED: Words(
        th="ต้องให้ทะเบียนกลางยืนยันบัตรก่อน และขณะนี้ยังไม่ได้รับคำยืนยัน",
        en="The registry must confirm the card first, and has not confirmed it now.",
    ),
}
_PERIODS: Final[Mapping[Period, Words]] = {
    Period.DAY: Words(th="วัน", en="day"),
    Period.MONTH: Words(th="เดือน", en="month"),
    Period.YEAR: Words(th="ปี", en="year"),
}
_BUDDHIST_OFFSET: Final = 543


COMMERCIAL_WORDS: Final = _WORDS[RefusalRule.PURPOSE_COMMERCIAL]
"""Why a mandate for such a purpose cannot even be proposed."""


def explain_refusal(refused: Refused) -> Words:
    """Say which rule refused, and for a quota which one and when it begins anew."""
    quota, day = refused.quota, refused.renews_on
    if quota is None or day is None:
        return _WORDS[refused.rule]
    period = _PERIODS[quota.period]
    thai_day = f"{day.day}/{day.month}/{day.year + _BUDDHIST_OFFSET}"
    return Words(
        th=f"ใช้สิทธิสอบถามครบ {quota.limit:,} ครั้งต่อ{period.th}แล้ว เริ่มใหม่วันที่ {thai_day}",
        en=f"The quota of {quota.limit:,} questions a {period.en} is spent. It begins anew on {day.isoformat()}.",
    )

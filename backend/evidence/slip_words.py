"""Every word of the public verification page, Thai first, and how each verdict looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.decision import Outcome
from contracts.message import Words
from contracts.slip_verification import Verdict

_BANGKOK: Final = timezone(timedelta(hours=7))
_MONTHS_TH: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_BUDDHIST_ERA: Final = 543

PAGE: Final[dict[str, Words]] = {
    "title": Words(th="ตรวจสอบใบแจ้งผล", en="Verify a slip"),
    "lead": Words(
        th="ถ่ายภาพรหัส QR บนใบแจ้งผลการตรวจสอบสิทธิ เพื่อดูว่าใบนั้นเป็นของจริงและไม่ถูกแก้ไข",
        en="Photograph the QR code on an entitlement slip to see that it is genuine and unaltered.",
    ),
    "scan": Words(th="สแกนด้วยกล้อง", en="Scan with the camera"),
    "stop": Words(th="หยุดสแกน", en="Stop scanning"),
    "take": Words(th="ถ่ายภาพหรือเลือกภาพ", en="Take or choose a picture"),
    "send": Words(th="ตรวจสอบ", en="Verify"),
    "reading": Words(th="กำลังตรวจสอบ…", en="Verifying…"),
    "no_camera": Words(th="ใช้กล้องไม่ได้ โปรดถ่ายภาพแทน", en="The camera cannot be used. Please take a picture instead."),
    "forgotten": Words(
        th="ภาพใช้เพื่ออ่านรหัสเท่านั้น ระบบไม่เก็บภาพและไม่เก็บผลการตรวจ",
        en="The picture is used to read the code alone. Neither it nor the result is kept.",
    ),
    "again": Words(th="ตรวจสอบใบอื่น", en="Verify another slip"),
    "advice": Words(
        th="วางใบให้เรียบ ให้รหัส QR อยู่กลางภาพและชัด ไม่มีเงาทับ แล้วลองอีกครั้ง",
        en="Lay the slip flat, with the whole code sharp, in the middle and out of shadow, and try again.",
    ),
    "compare": Words(
        th="เทียบกับตัวอักษรบนใบ หากไม่ตรงกัน ให้เชื่อข้อมูลบนหน้านี้",
        en="Compare with what the slip says. If they differ, believe this page.",
    ),
    "holder": Words(th="ผู้ถือบัตร", en="Card holder"),
    "reference": Words(th="เลขที่อ้างอิง", en="Reference"),
    "issued": Words(th="ออกเมื่อ", en="Issued"),
    "expires": Words(th="ใช้ยืนยันได้ถึง", en="Valid until"),
    "issuer": Words(th="ผู้ออก", en="Issuer"),
    "baht": Words(th="บาท", en="baht"),
}
LOG_WORDS: Final[dict[str, Words]] = {
    "title": Words(th="อยู่ในบันทึกของศูนย์หรือไม่", en="Does it stand in the centre's log?"),
    "entry": Words(th="ใบนี้คือรายการที่", en="This slip is entry"),
    "of": Words(th="จากทั้งหมด", en="of"),
    "chain": Words(
        th="ทุกรายการผูกต่อกันด้วยรหัส หากแก้ ลบ หรือสลับแม้รายการเดียว ตราประทับจะไม่ตรง",
        en="Each entry is tied to all the others. Change, remove or swap a single one, and the seal no longer fits.",
    ),
    "sealed": Words(th="ศูนย์ประทับตราทั้งเล่มแล้ว", en="The centre has sealed the whole book"),
    "cosigned": Words(th="พยานอิสระลงนามร่วม", en="Independent witnesses have countersigned"),
    "alone": Words(th="ยังไม่มีพยานอิสระลงนามร่วม", en="No independent witness has countersigned yet"),
    "differs": Words(th="ไม่พบรายการที่ตรงกับใบนี้", en="No entry that matches this slip was found"),
    "waits": Words(th="ยังไม่อยู่ในเล่มที่ประทับตรา", en="Not yet in the sealed book"),
    "picture": Words(th="ภาพใบแจ้งผลเป็นหน้าหนึ่งในสมุดบันทึกที่ประทับตรา", en="Picture: the slip as one page of a sealed book"),
}
OUTCOMES: Final = {
    Outcome.ELIGIBLE: Words(th="มีสิทธิ", en="Eligible"),
    Outcome.NOT_ELIGIBLE: Words(th="ยังไม่มีสิทธิ", en="Not eligible yet"),
    Outcome.UNDECIDED: Words(th="ยังตัดสินไม่ได้", en="Cannot be decided yet"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict looks: a word, a mark and a tone, so that none is told by colour alone."""

    tone: str
    mark: str
    word: Words


VERDICT_LOOKS: Final = {
    Verdict.VALID: Look("good", "✓", Words(th="ของจริง", en="Valid")),
    Verdict.EXPIRED: Look("doubt", "!", Words(th="หมดอายุ", en="Expired")),
    Verdict.REVOKED: Look("bad", "✕", Words(th="ถูกเพิกถอน", en="Revoked")),
    Verdict.ALTERED: Look("bad", "✕", Words(th="ถูกแก้ไขหรือปลอม", en="Altered or forged")),
    Verdict.UNKNOWN_KEY: Look("doubt", "?", Words(th="ไม่รู้จักผู้ออก", en="Unknown issuer")),
    Verdict.NOT_A_SLIP: Look("doubt", "?", Words(th="อ่านรหัสไม่ได้", en="No slip's code was read")),
}


def say_moment(moment: datetime) -> Words:
    """Say a moment in Bangkok's time and both calendars; ``moment`` is aware."""
    local = moment.astimezone(_BANGKOK)
    thai = f"{local.day} {_MONTHS_TH[local.month - 1]} {local.year + _BUDDHIST_ERA} {local:%H:%M} น."
    return Words(th=thai, en=f"{local:%-d %b %Y %H:%M}")

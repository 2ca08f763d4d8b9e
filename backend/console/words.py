"""Every word the console shows, Thai first."""

from typing import Final

from backend.console.audit_words import AUDIT_WORDS
from backend.console.dispute_words import DISPUTE_WORDS
from backend.console.rule_words import RULE_WORDS
from contracts.message import Words

WORDS: Final[dict[str, Words]] = (
    RULE_WORDS
    | DISPUTE_WORDS
    | AUDIT_WORDS
    | {
        "product": Words(th="ใบเดียว", en="Baidiao"),
        "centre": Words(th="ศูนย์เชื่อมโยงข้อมูล", en="Linkage centre"),
        "skip": Words(th="ข้ามไปยังเนื้อหา", en="Skip to content"),
        "other_language": Words(th="English", en="ภาษาไทย"),
        "log_out": Words(th="ออกจากระบบ", en="Log out"),
        "log_in": Words(th="เข้าสู่ระบบ", en="Log in"),
        "log_in_lead": Words(th="สำหรับเจ้าหน้าที่ที่ได้รับอนุญาตเท่านั้น", en="For authorised officers only"),
        "email": Words(th="อีเมล", en="E-mail"),
        "password": Words(th="รหัสผ่าน", en="Password"),
        "log_in_failed": Words(
            th="อีเมลหรือรหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง", en="The e-mail or the password is not right. Please try again."
        ),
        "log_in_later": Words(
            th="ลองเข้าสู่ระบบบ่อยเกินไป โปรดลองใหม่ในอีก {seconds} วินาที (เวลา {time} น.)",
            en="Too many tries to log in. Please try again in {seconds} s, at {time}.",
        ),
        "form_stale": Words(
            th="หน้านี้เปิดค้างไว้นานเกินไป โปรดกรอกอีกครั้ง", en="This page was open for too long. Please fill it in again."
        ),
        "no_account": Words(
            th="หากยังไม่มีบัญชีหรือลืมรหัสผ่าน โปรดติดต่อผู้ดูแลระบบของหน่วยงาน",
            en="No account, or the password forgotten? Please ask your agency's administrator.",
        ),
        "sections": Words(th="ส่วนต่าง ๆ ของระบบ", en="Sections"),
        "no_entry": Words(th="บัญชีของท่านไม่มีสิทธิ์เปิดหน้านี้", en="Your account may not open this page"),
        "no_entry_lead": Words(
            th="หากจำเป็นต้องใช้ในงาน โปรดขอบทบาทที่เหมาะสมจากผู้ดูแลระบบ",
            en="If your work needs it, please ask your administrator for the role.",
        ),
        "devices": Words(th="ตู้บริการ", en="Devices"),
        "devices_lead": Words(th="สถานะล่าสุดของตู้บริการทุกเครื่อง", en="The latest state of every device"),
        "search": Words(th="ค้นหาสถานที่ หน่วยงาน หรือหมายเลขเครื่อง", en="Search place, agency or device number"),
        "search_go": Words(th="ค้นหา", en="Search"),
        "state": Words(th="สถานะ", en="State"),
        "place": Words(th="สถานที่", en="Place"),
        "agency": Words(th="หน่วยงาน", en="Agency"),
        "last_seen": Words(th="ติดต่อล่าสุด", en="Last heartbeat"),
        "reader": Words(th="เครื่องอ่านบัตร", en="Card reader"),
        "printer": Words(th="เครื่องพิมพ์", en="Printer"),
        "panel": Words(th="แผงหน้า", en="Front panel"),
        "no_panel": Words(th="ไม่มี", en="None"),
        "code_case_open": Words(th="ฝาตู้เปิดอยู่", en="Case is open"),
        "code_case_was_opened": Words(th="ฝาตู้ถูกเปิดภายใน 24 ชั่วโมง", en="Case opened in the last 24 h"),
        "code_panel_fault": Words(th="ชิ้นส่วนแผงหน้าขัดข้อง", en="A part of it is faulty"),
        "code_panel_silent": Words(th="แผงหน้าไม่ตอบสนอง", en="Panel does not answer"),
        "code_power_cycled": Words(th="ถูกตัดไฟเพื่อเริ่มใหม่ใน 24 ชั่วโมง", en="Restarted by power cut in 24 h"),
        "version": Words(th="รุ่นซอฟต์แวร์", en="Software"),
        "visits": Words(th="ครั้งที่ใช้บริการ", en="Visits"),
        "filter_all": Words(th="ทั้งหมด", en="All"),
        "condition_ok": Words(th="ปกติ", en="Working"),
        "condition_warning": Words(th="ควรตรวจสอบ", en="Needs attention"),
        "condition_fault": Words(th="ขัดข้อง", en="Out of order"),
        "condition_silent": Words(th="ขาดการติดต่อ", en="Silent"),
        "condition_never_seen": Words(th="รอเริ่มใช้งาน", en="Not seen yet"),
        "condition_suspended": Words(th="ระงับการใช้งาน", en="Suspended"),
        "activity_resting": Words(th="ว่าง", en="Resting"),
        "activity_visiting": Words(th="กำลังให้บริการ", en="Serving a visitor"),
        "activity_out_of_order": Words(th="งดให้บริการ", en="Not serving"),
        "health_ok": Words(th="พร้อมใช้งาน", en="Ready"),
        "health_warning": Words(th="ควรตรวจสอบ", en="Needs attention"),
        "health_fault": Words(th="ขัดข้อง", en="Fault"),
        "health_absent": Words(th="ไม่พบอุปกรณ์", en="Not connected"),
        "health_unknown": Words(th="ยังไม่ทราบ", en="Not known"),
        "code_paper_out": Words(th="กระดาษหมด", en="Paper out"),
        "code_paper_low": Words(th="กระดาษใกล้หมด", en="Paper low"),
        "code_cover_open": Words(th="ฝาครอบเปิดอยู่", en="Cover open"),
        "code_cutter": Words(th="ใบมีดตัดกระดาษขัดข้อง", en="Cutter fault"),
        "code_offline": Words(th="ไม่ตอบสนอง", en="Offline"),
        "code_unreachable": Words(th="ติดต่อไม่ได้", en="Cannot be reached"),
        "code_no_reader": Words(th="ไม่พบเครื่องอ่านบัตร", en="No reader found"),
        "code_no_service": Words(th="บริการอ่านบัตรไม่ทำงาน", en="Card service not running"),
        "never": Words(th="ยังไม่เคยติดต่อ", en="Never"),
        "now": Words(th="เมื่อสักครู่", en="Just now"),
        "seconds_ago": Words(th="{n} วินาทีที่แล้ว", en="{n} s ago"),
        "minutes_ago": Words(th="{n} นาทีที่แล้ว", en="{n} min ago"),
        "hours_ago": Words(th="{n} ชั่วโมงที่แล้ว", en="{n} h ago"),
        "days_ago": Words(th="{n} วันที่แล้ว", en="{n} days ago"),
        "updated": Words(th="ปรับปรุงเมื่อ", en="Updated"),
        "stale": Words(
            th="ไม่สามารถปรับปรุงข้อมูลได้ในขณะนี้ กำลังแสดงข้อมูลครั้งล่าสุด",
            en="The list cannot be brought up to date now. You see the last state received.",
        ),
        "count": Words(th="แสดง {first}–{last} จาก {total} เครื่อง", en="{first}–{last} of {total} devices"),
        "previous": Words(th="ก่อนหน้า", en="Previous"),
        "next": Words(th="ถัดไป", en="Next"),
        "empty_title": Words(th="ยังไม่มีตู้บริการที่ลงทะเบียน", en="No device is enrolled yet"),
        "empty_lead": Words(
            th="ออกรหัสลงทะเบียนแบบใช้ครั้งเดียวด้วยคำสั่งนี้ แล้วนำไปกรอกที่ตู้บริการ",
            en="Make a one-time claim code with this command and type it in at the device.",
        ),
        "nothing_title": Words(th="ไม่พบตู้บริการที่ตรงกับเงื่อนไข", en="No device matches"),
        "nothing_lead": Words(th="ลองใช้คำค้นอื่น หรือแสดงทั้งหมด", en="Try other words, or show them all."),
        "show_all": Words(th="แสดงทั้งหมด", en="Show all"),
        "sorted_up": Words(th="เรียงจากน้อยไปมาก", en="sorted ascending"),
        "sorted_down": Words(th="เรียงจากมากไปน้อย", en="sorted descending"),
    }
)

_MONTHS_TH: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BUDDHIST_ERA_OFFSET: Final = 543


def say(key: str, language: str, **values: object) -> str:
    """Return a catalogue text in a language, its places filled.

    Raises:
        KeyError: The catalogue lacks the key.
    """
    return WORDS[key].in_language(language).format(**values) if values else WORDS[key].in_language(language)


def say_code(code: str, language: str) -> str:
    """Return a part's stable code in words, or the code itself when the catalogue does not know it."""
    known = WORDS.get(f"code_{code}")
    return known.in_language(language) if known else code.replace("_", " ")


def say_ago(seconds: float, language: str) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    if seconds < 5:
        return say("now", language)
    for key, size, limit in (("seconds_ago", 1, 90), ("minutes_ago", 60, 90), ("hours_ago", 3600, 48)):
        n = int(seconds // size)
        if n < limit:
            return say(key, language, n=n)
    return say("days_ago", language, n=int(seconds // 86_400))


def say_date(year: int, month: int, day: int, language: str) -> str:
    """Return a short date; Thai in the Buddhist era."""
    if language == "en":
        return f"{day} {_MONTHS_EN[month - 1]} {year}"
    return f"{day} {_MONTHS_TH[month - 1]} {year + BUDDHIST_ERA_OFFSET}"

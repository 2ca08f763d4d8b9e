"""The words of the public pages."""

from typing import Final

from contracts.message import Words

WORDS: Final = {
    "product": Words(th="ใบเดียว", en="Baidiao"),
    "centre": Words(th="ศูนย์เชื่อมโยงข้อมูลประชาชน", en="Linkage centre"),
    "skip": Words(th="ข้ามไปยังเนื้อหา", en="Skip to the content"),
    "other_language": Words(th="English", en="ไทย"),
    "title": Words(th="บริการที่ใช้บัตรใบเดียว", en="Services with just the card"),
    "lead": Words(
        th="บริการเหล่านี้ไม่ต้องใช้สำเนาเอกสาร เพียงนำบัตรประจำตัวประชาชนมา ศูนย์จะถามฐานข้อมูลของหน่วยงานแทน",
        en="These services need no copies. Bring your ID card: the centre asks the agencies' databases in their place.",
    ),
    "search": Words(th="ค้นหาบริการ เอกสาร หรือฐานข้อมูล", en="Search services, documents or databases"),
    "find": Words(th="ค้นหา", en="Search"),
    "all": Words(th="ดูทั้งหมด", en="Show all"),
    "count": Words(th="{found} จาก {total} บริการ", en="{found} of {total} services"),
    "count_all": Words(th="ทั้งหมด {total} บริการ", en="{total} services"),
    "none": Words(th="ไม่พบบริการที่ตรงกับคำค้น", en="No service fits these words"),
    "none_hint": Words(
        th="ลองใช้คำที่สั้นลง เช่น ชื่อเอกสารหรือชื่อหน่วยงาน", en="Try fewer words: the name of a document or of an agency."
    ),
    "no_copy": Words(th="ไม่ต้องนำมา", en="No need to bring"),
    "asked": Words(th="ถามแทนจาก", en="Asked instead"),
    "machine": Words(th="สำหรับระบบคอมพิวเตอร์", en="For computers"),
    "sections": Words(th="หน้าสาธารณะ", en="Public pages"),
    "nav_services": Words(th="บริการ", en="Services"),
    "nav_slip": Words(th="ตรวจสลิป", en="Verify a slip"),
    "nav_docs": Words(th="สำหรับนักพัฒนา", en="For developers"),
}

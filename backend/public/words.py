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
        th="เพียงนำบัตรประจำตัวประชาชนมา ศูนย์จะถามฐานข้อมูลของหน่วยงานแทนการขอสำเนาเอกสาร",
        en="Bring your ID card: the centre asks the agencies' databases in place of copies.",
    ),
    "search": Words(th="ค้นหาบริการหรือเอกสาร", en="Search services or papers"),
    "find": Words(th="ค้นหา", en="Search"),
    "all": Words(th="ดูทั้งหมด", en="Show all"),
    "count": Words(th="{found} จาก {total} บริการ", en="{found} of {total} services"),
    "count_all": Words(th="ทั้งหมด {total} บริการ", en="{total} services"),
    "none": Words(th="ไม่พบบริการที่ตรงกับคำค้น", en="No service fits these words"),
    "none_hint": Words(
        th="ลองใช้คำที่สั้นลง เช่น ชื่อเอกสารหรือชื่อหน่วยงาน", en="Try fewer words: the name of a document or of an agency."
    ),
    "card_alone": Words(th="ใช้บัตรใบเดียว", en="The card is enough"),
    "papers_too": Words(th="ยังต้องใช้เอกสารบางอย่าง", en="Some papers are still needed"),
    "bring": Words(th="ยังต้องนำมา", en="Please still bring"),
    "no_copy": Words(th="ไม่ต้องนำมา", en="No need to bring"),
    "asked": Words(th="ถามแทนจาก", en="Asked instead:"),
    "machine": Words(th="สำหรับระบบคอมพิวเตอร์", en="For computers"),
    "statistics": Words(th="สถิติการใช้บริการ", en="What the centre decides"),
    "statistics_lead": Words(
        th="จำนวนครั้งที่ศูนย์พิจารณาสิทธิในแต่ละบริการ ไม่มีข้อมูลของบุคคลใด ตัวเลขปัดเป็นหลักสิบ จำนวนที่น้อยกว่า {smallest} ไม่แสดง "
        "และเผยแพร่เมื่อพ้นวันนั้นไปแล้ว {delay} วัน",
        en="How often the centre decided on each service. Nothing here is about a person: counts are rounded to tens, "
        "those under {smallest} are left out, and a day is shown when {delay} whole days have passed since.",
    ),
    "period": Words(th="{since} ถึง {until}", en="{since} to {until}"),
    "by_day": Words(th="รายวัน", en="Day by day"),
    "day_total": Words(th="{day}: {count} ครั้ง", en="{day}: {count}"),
    "chart": Words(th="จำนวนต่อวัน สูงสุด {most} ครั้ง", en="Decisions a day, {most} at the most"),
    "by_service": Words(th="ตามบริการ", en="By service"),
    "service": Words(th="บริการ", en="Service"),
    "eligible": Words(th="มีสิทธิ", en="Eligible"),
    "not_eligible": Words(th="ไม่มีสิทธิ", en="Not eligible"),
    "undecided": Words(th="ยังตัดสินไม่ได้", en="Undecided"),
    "total": Words(th="รวม", en="Total"),
    "by_province": Words(th="ตามจังหวัด {month}", en="By province, {month}"),
    "province": Words(th="จังหวัด", en="Province"),
    "no_statistics": Words(th="ยังไม่มีตัวเลขที่เผยแพร่ได้", en="There is nothing to publish yet"),
    "no_statistics_hint": Words(
        th="ตัวเลขจะปรากฏเมื่อมีการตัดสินมากพอและครบกำหนดเวลาแล้ว",
        en="Counts appear when there are enough of them and their day has passed.",
    ),
    "data": Words(th="ข้อมูลเปิด", en="Open data"),
    "sections": Words(th="หน้าสาธารณะ", en="Public pages"),
    "nav_services": Words(th="บริการ", en="Services"),
    "nav_statistics": Words(th="สถิติ", en="Statistics"),
    "nav_slip": Words(th="ตรวจสลิป", en="Verify a slip"),
    "nav_docs": Words(th="สำหรับนักพัฒนา", en="For developers"),
}

"""Every word of the pages for disputes, Thai first."""

from typing import Final

from contracts.message import Words

DISPUTE_WORDS: Final[dict[str, Words]] = {
    "disputes": Words(th="ข้อโต้แย้ง", en="Disputes"),
    "disputes_lead": Words(
        th="รายการที่ประชาชนโต้แย้ง ที่ต้องตอบก่อนอยู่บนสุด ไม่มีข้อมูลระบุตัวประชาชน",
        en="What citizens dispute, the most urgent first. Nothing here names a citizen.",
    ),
    "disputes_none": Words(th="ยังไม่มีข้อโต้แย้ง", en="There are no disputes"),
    "disputes_none_lead": Words(
        th="เมื่อประชาชนโต้แย้งรายการที่ตู้บริการ จะแสดงที่นี่", en="What a citizen disputes at a kiosk appears here."
    ),
    "disputes_nothing": Words(th="ไม่พบข้อโต้แย้งที่ตรงกับเงื่อนไข", en="No dispute matches"),
    "disputes_nothing_lead": Words(th="ตรวจเลขที่อีกครั้ง หรือแสดงทั้งหมด", en="Check the number, or show them all."),
    "disputes_count": Words(th="แสดง {first}–{last} จาก {total} เรื่อง", en="{first}–{last} of {total} disputes"),
    "disputes_steward_of": Words(th="ผู้รับผิดชอบของ", en="Steward of"),
    "disputes_homeless": Words(th="บัญชีของท่านยังไม่ได้ระบุหน่วยงาน", en="Your account belongs to no agency yet"),
    "disputes_homeless_lead": Words(
        th="ท่านจะเห็นและตอบข้อโต้แย้งได้เฉพาะของหน่วยงานท่าน โปรดให้ผู้ดูแลระบบระบุหน่วยงานในบัญชี",
        en="You see and answer your own agency's disputes alone. Please ask your administrator to name it.",
    ),
    "dispute_ref": Words(th="เลขที่ข้อโต้แย้ง หรือลำดับในบันทึกหลักฐาน", en="Dispute number or log entry"),
    "dispute_wrong_ref": Words(
        th="เลขที่ข้อโต้แย้งมีรูปแบบ XXXX-XXXX-XX หรือพิมพ์ลำดับของรายการในบันทึกหลักฐานเป็นตัวเลข",
        en="A dispute's number looks like XXXX-XXXX-XX; a log entry's has digits only.",
    ),
    "dispute_reference": Words(th="เลขที่", en="Number"),
    "dispute_service": Words(th="บริการ", en="Service"),
    "dispute_reason": Words(th="เหตุผลของประชาชน", en="The citizen's reason"),
    "dispute_due": Words(th="ต้องตอบภายใน", en="Answer due"),
    "dispute_lapses": Words(th="เสร็จสิ้นเองเมื่อ", en="Closes by itself"),
    "dispute_opened": Words(th="โต้แย้งเมื่อ", en="Disputed"),
    "dispute_steward": Words(th="ผู้รับผิดชอบ", en="Steward"),
    "dispute_leaf": Words(th="ลำดับในบันทึกหลักฐาน", en="Evidence log leaf"),
    "dispute_answer": Words(th="คำตอบถึงประชาชน", en="Answer to the citizen"),
    "dispute_answer_help": Words(
        th="ประชาชนอ่านคำตอบนี้ที่ตู้บริการ อย่าใส่ชื่อหรือเลขประจำตัวของผู้ใด",
        en="The citizen reads it at a kiosk. Name nobody and give no number.",
    ),
    "dispute_take": Words(th="รับเรื่อง", en="Take it up"),
    "dispute_send": Words(th="ส่งคำตอบ", en="Send the answer"),
    "dispute_back": Words(th="กลับไปที่รายการ", en="Back to the list"),
    "dispute_overdue": Words(th="เกินกำหนด", en="Overdue"),
    "dispute_soon": Words(th="ใกล้ครบกำหนด", en="Due soon"),
    "dispute_wrong_answer": Words(th="คำตอบต้องมี 1 ถึง 2000 ตัวอักษร", en="An answer has 1 to 2000 characters"),
    "dispute_wrong_state": Words(
        th="ข้อโต้แย้งนี้เปลี่ยนสถานะไปแล้ว โปรดดูอีกครั้ง", en="This dispute has moved on meanwhile. Please look again."
    ),
    "reason_not_me": Words(th="ไม่ได้มาขอเรื่องนี้", en="Did not come for this"),
    "reason_not_agreed": Words(th="ไม่ได้ยินยอม", en="Did not agree"),
    "reason_wrong_decision": Words(th="ผลไม่ถูกต้อง", en="The result is wrong"),
    "reason_other": Words(th="เหตุผลอื่น", en="Another reason"),
    "standing_open": Words(th="รอรับเรื่อง", en="New"),
    "standing_under_review": Words(th="กำลังตรวจสอบ", en="Under review"),
    "standing_answered": Words(th="ตอบแล้ว", en="Answered"),
    "standing_objected": Words(th="ประชาชนคัดค้านคำตอบ", en="Citizen objected"),
    "standing_answered_again": Words(th="ตอบอีกครั้งแล้ว", en="Answered again"),
    "standing_closed": Words(th="เสร็จสิ้น", en="Closed"),
}

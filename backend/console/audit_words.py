"""Every word of the pages for auditors, Thai first."""

from typing import Final

from contracts.message import Words

AUDIT_WORDS: Final[dict[str, Words]] = {
    "evidence": Words(th="บันทึกหลักฐาน", en="Evidence"),
    "evidence_lead": Words(
        th="ค้นหารายการในบันทึกหลักฐาน ทุกรายการถูกพิสูจน์ใหม่ทุกครั้งที่เปิดดู ไม่มีข้อมูลระบุตัวประชาชน",
        en="Search the evidence log. Every entry is proved anew each time you look. Nothing here names a citizen.",
    ),
    "audit_ref": Words(th="เลขที่อ้างอิงหรือลำดับ", en="Reference or entry number"),
    "audit_device": Words(th="หมายเลขเครื่อง", en="Device number"),
    "audit_from": Words(th="ตั้งแต่วันที่", en="From"),
    "audit_to": Words(th="ถึงวันที่", en="To"),
    "audit_any_agency": Words(th="ทุกหน่วยงาน", en="All agencies"),
    "audit_clear": Words(th="ล้างเงื่อนไข", en="Clear"),
    "audit_export": Words(th="ส่งออก", en="Export"),
    "audit_export_help": Words(
        th="ส่งออกได้ครั้งละไม่เกิน {most} รายการล่าสุด", en="An export holds the newest {most} entries at most"
    ),
    "audit_count": Words(th="พบ {n} รายการ", en="{n} found"),
    "audit_count_more": Words(th="พบมากกว่า {n} รายการ", en="More than {n} found"),
    "audit_newest": Words(th="ล่าสุด", en="Newest"),
    "audit_older": Words(th="เก่ากว่า", en="Older"),
    "audit_at": Words(th="เวลา", en="Time"),
    "audit_entry": Words(th="ลำดับ {n}", en="Entry {n}"),
    "audit_what": Words(th="เรื่อง", en="What"),
    "audit_who": Words(th="ผู้สอบถาม", en="Who asked"),
    "audit_reference": Words(th="เลขที่อ้างอิง", en="Reference"),
    "audit_proof": Words(th="ผลการพิสูจน์", en="Proof"),
    "audit_empty": Words(th="ยังไม่มีรายการในบันทึกหลักฐาน", en="The evidence log is empty"),
    "audit_empty_lead": Words(
        th="เมื่อศูนย์ตอบคำถามแรก รายการจะแสดงที่นี่", en="The first answer the centre gives appears here."
    ),
    "audit_nothing": Words(th="ไม่พบรายการที่ตรงกับเงื่อนไข", en="No entry matches"),
    "audit_nothing_lead": Words(
        th="ตรวจเลขที่อ้างอิงอีกครั้ง หรือค้นหาด้วยช่วงเวลาที่กว้างขึ้น", en="Check the reference, or search a longer period."
    ),
    "audit_wrong_ref_form": Words(
        th="เลขที่อ้างอิงมีรูปแบบ XXXX-XXXX-XX หรือพิมพ์ลำดับของรายการเป็นตัวเลข",
        en="A reference looks like XXXX-XXXX-XX; an entry number has digits only.",
    ),
    "audit_wrong_agency_form": Words(th="โปรดเลือกหน่วยงานจากรายการ", en="Please choose an agency from the list."),
    "audit_wrong_device_form": Words(
        th="หมายเลขเครื่องขึ้นต้นด้วย dev_ ตามที่แสดงในหน้าตู้บริการ",
        en="A device number begins with dev_, as the device list shows it.",
    ),
    "audit_wrong_from_form": Words(th="วันที่เริ่มต้นไม่ถูกต้อง", en="The first day is not a date."),
    "audit_wrong_to_form": Words(th="วันที่สิ้นสุดไม่ถูกต้อง", en="The last day is not a date."),
    "audit_wrong_to_order": Words(th="วันที่สิ้นสุดอยู่ก่อนวันที่เริ่มต้น", en="The last day is before the first."),
    "log_whole": Words(th="สภาพของบันทึกขณะนี้", en="The log now"),
    "log_size": Words(th="{n} รายการ ศูนย์ลงนามแล้ว", en="{n} entries, signed by the centre"),
    "log_witnessed": Words(th="พยานลงนามรับรองถึง {n} รายการ: {names}", en="Countersigned up to {n} entries: {names}"),
    "log_no_witness": Words(
        th="ยังไม่มีพยานลงนามรับรอง ผลการพิสูจน์จึงอาศัยลายมือชื่อของศูนย์เท่านั้น",
        en="No witness has countersigned. The proofs rest on the centre's signature alone.",
    ),
    "log_contradicts": Words(
        th="บันทึกขัดแย้งกับสิ่งที่พยานเคยลงนาม อาจถูกเขียนขึ้นใหม่ โปรดเก็บรักษาฐานข้อมูลไว้และแจ้งพยานทันที",
        en="The log contradicts what witnesses countersigned: it may have been rewritten. "
        "Keep the database as it is and tell the witnesses at once.",
    ),
    "seal_witnessed": Words(th="พยานรับรองแล้ว", en="Countersigned"),
    "seal_sealed": Words(th="ศูนย์ลงนามแล้ว", en="Sealed"),
    "seal_misfiled": Words(th="ดัชนีไม่ตรง", en="Index differs"),
    "seal_changed": Words(th="เนื้อหาถูกแก้", en="Changed"),
    "seal_unproven": Words(th="พิสูจน์ไม่ได้", en="Not proved"),
    "seal_removed": Words(th="ถูกลบ", en="Removed"),
    "seal_lead_witnessed": Words(
        th="รายการนี้อยู่ในบันทึกที่พยานภายนอกลงนามรับรองแล้ว ไม่มีผู้ใดแก้ย้อนหลังได้",
        en="This entry stands in the log that outside witnesses countersigned. Nobody can change it afterwards.",
    ),
    "seal_lead_sealed": Words(
        th="รายการนี้อยู่ในบันทึกที่ศูนย์ลงนามแล้ว และยังไม่อยู่ในส่วนที่พยานรับรอง",
        en="This entry stands in the log that the centre signed. Witnesses have not countersigned that far.",
    ),
    "seal_lead_misfiled": Words(
        th="รายการเป็นของแท้ แต่ดัชนีสำหรับค้นหาระบุเป็นอย่างอื่น โปรดตรวจว่าใครแก้ตารางดัชนี",
        en="The entry is genuine, but the index it was found by says otherwise. Find out who changed the index.",
    ),
    "seal_lead_changed": Words(
        th="เนื้อหาในฐานข้อมูลไม่ใช่เนื้อหาที่บันทึกไว้ โปรดเทียบกับสำเนาสำรองและสอบสวน",
        en="The content in the database is not what was logged. Compare it with a backup and investigate.",
    ),
    "seal_lead_unproven": Words(
        th="ไม่มีทางจากเนื้อหานี้ไปถึงลายมือชื่อของบันทึก รายการนี้หรือรายการข้างเคียงถูกแก้",
        en="No path leads from this content to the signed log: this entry or one beside it was changed.",
    ),
    "seal_lead_removed": Words(
        th="ดัชนีบอกว่าเคยมีรายการนี้ แต่เนื้อหาไม่อยู่ในฐานข้อมูลแล้ว โปรดกู้จากสำเนาสำรองและสอบสวน",
        en="The index knows this entry, but its content is gone from the database. "
        "Restore it from a backup and investigate.",
    ),
    "seal_steps": Words(th="ขั้นตอนการพิสูจน์", en="How it was proved"),
    "step_content": Words(th="เนื้อหามีค่าแฮชตรงกับที่บันทึกไว้", en="The content has the hash that was logged"),
    "step_path": Words(
        th="ค่าแฮช {n} ค่านำจากรายการนี้ไปถึงรากของบันทึก {size} รายการ",
        en="{n} hashes lead from this entry to the root of {size} entries",
    ),
    "step_signed": Words(th="รากนั้นมีลายมือชื่อของศูนย์", en="The centre signed that root"),
    "step_witnessed": Words(th="{name} ลงนามรับรอง {at}", en="{name} countersigned, {at}"),
    "step_no_witness": Words(th="พยานยังไม่ลงนามรับรองถึงรายการนี้", en="Witnesses have not countersigned this far"),
    "step_index": Words(th="ดัชนีที่ใช้ค้นหาตรงกับเนื้อหา", en="The index agrees with the content"),
    "step_ok": Words(th="ถูกต้อง", en="Holds"),
    "step_bad": Words(th="ไม่ถูกต้อง", en="Does not hold"),
    "step_open": Words(th="ยังไม่มี", en="Not yet"),
    "audit_back": Words(th="กลับไปที่การค้นหา", en="Back to the search"),
    "audit_download": Words(th="ดาวน์โหลดหลักฐาน (JSON)", en="Download the proof (JSON)"),
    "audit_service": Words(th="บริการ", en="Service"),
    "audit_outcome": Words(th="ผล", en="Outcome"),
    "audit_purpose": Words(th="วัตถุประสงค์", en="Purpose"),
    "audit_officer": Words(th="เจ้าหน้าที่", en="Officer"),
    "audit_rule": Words(th="ตารางกฎ", en="Decision table"),
    "audit_reasons": Words(th="รหัสเหตุผล", en="Reason codes"),
    "audit_mandates": Words(th="อำนาจตามข้อ", en="Mandates"),
    "audit_sources": Words(th="หน่วยงานที่ถูกถาม", en="Agencies asked"),
    "audit_pseudonym": Words(th="นามแฝง", en="Pseudonym"),
    "audit_raw": Words(th="เนื้อหาตามที่บันทึก", en="The entry as logged"),
    "audit_hash": Words(th="ค่าแฮชของรายการ", en="Entry's hash"),
    "audit_path": Words(th="เส้นทางค่าแฮช", en="Path of hashes"),
    "audit_checkpoint": Words(th="จุดตรวจที่ลงนาม", en="Signed checkpoint"),
    "source_answered": Words(th="ตอบ", en="answered"),
    "source_not_known": Words(th="ไม่ทราบ", en="not known"),
    "kind_": Words(th="อ่านไม่ได้", en="Unreadable"),
    "kind_decision": Words(th="ผลการตรวจสอบสิทธิ", en="Decision"),
    "kind_extract": Words(th="พิมพ์ข้อมูลจากทะเบียน", en="Extract printed"),
    "kind_slip_revocation": Words(th="ยกเลิกใบแจ้งผล", en="Slip taken back"),
    "kind_key_rotated": Words(th="เปลี่ยนกุญแจนามแฝง", en="Pseudonym key rotated"),
    "kind_key_destroyed": Words(th="ทำลายกุญแจนามแฝง", en="Pseudonym key destroyed"),
    "kind_history_read": Words(th="เปิดดูประวัติ", en="History looked at"),
    "kind_delay_proposed": Words(th="เสนอชะลอการแสดง", en="Delay proposed"),
    "kind_delay_approved": Words(th="อนุมัติชะลอการแสดง", en="Delay approved"),
    "kind_delay_withdrawn": Words(th="ถอนการชะลอ", en="Delay withdrawn"),
    "kind_dispute": Words(th="ข้อโต้แย้ง", en="Dispute"),
}

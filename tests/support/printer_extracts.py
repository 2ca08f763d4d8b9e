"""An invented extract."""

from contracts.decision import LeafReference
from contracts.extract import Extract, ExtractFact, ExtractReceipt
from contracts.message import Words
from contracts.slip import MaskedHolder
from tests.support.printer_samples import DECIDED_AT, DISABILITY, DISABLED

FACTS = (
    ExtractFact(
        label=Words(th="บัตรประจำตัวคนพิการ", en="Disability card"), value=Words(th="มี ยังไม่หมดอายุ", en="held, valid")
    ),
    ExtractFact(label=Words(th="ประเภทความพิการ", en="Kind"), value=Words(th="ทางการเคลื่อนไหว", en="mobility")),
)


def an_extract() -> Extract:
    """Return one made by a municipality from the disability register."""
    receipt = ExtractReceipt(
        reference="9N8M-7K6J-5H",
        made_at=DECIDED_AT,
        authority=Words(th="เทศบาลเมืองตัวอย่าง", en="Municipality of Tuayang"),
        law=Words(th="ระเบียบว่าด้วยการจ่ายเงินเบี้ยความพิการ", en="Regulation on paying the disability allowance"),
        leaf=LeafReference(index=118_207, hash="0" * 64),
    )
    return Extract(
        receipt=receipt,
        service_name=DISABLED.service_name,
        source=DISABILITY,
        officer="นางสาวสมหญิง ตัวอย่าง",
        holder=MaskedHolder(masked_number="1-xxxx-xxxxx-12-3", initials=Words(th="ส.ร.", en="S.R.")),
        facts=FACTS,
    )

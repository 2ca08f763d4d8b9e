"""What an officer's extract says, in the slip's blocks. Pure."""

from collections.abc import Iterator

from contracts.extract import Extract
from contracts.message import Words
from printer.document import (
    Block,
    Divider,
    Document,
    Field,
    Heading,
    Passage,
    ServiceName,
    SignatureLine,
    Stamp,
    say_moment,
)
from printer.wording import HOLDER, REFERENCE

TITLE = Words(th="ข้อมูลทะเบียนที่หน่วยงานจัดพิมพ์เอง", en="Register extract")
SOURCE = Words(th="ทะเบียนของ", en="From the register of")
OFFICER = Words(th="ผู้จัดทำ", en="Made by")
LEAF = Words(th="ลำดับในบันทึกหลักฐาน", en="Evidence log leaf")
LAW = Words(th="กฎหมายที่ยังต้องใช้กระดาษ", en="Law that still wants paper")
FREE = Words(
    th="หน่วยงานจัดทำเอง ไม่เรียกเก็บเงินและไม่เรียกเอกสารจากประชาชน", en="Made by the authority, free of charge to the citizen"
)
CLAUSE = Words(th="คำสั่งหัวหน้า คสช. ที่ 21/2560 ข้อ 17", en="Order of the Head of the NCPO 21/2560, clause 17")
SIGNATURE = Words(th="ลงชื่อเจ้าหน้าที่", en="Officer's signature")


def _blocks(extract: Extract) -> Iterator[Block]:
    receipt = extract.receipt
    source = Words(th=f"{SOURCE.th} {extract.source.th}", en=f"{SOURCE.en} {extract.source.en}")
    yield Heading(TITLE, receipt.authority, source)
    yield Stamp(FREE)
    yield Field(HOLDER, extract.holder.initials, extract.holder.masked_number)
    yield say_moment(receipt.made_at)
    yield Divider(strong=True)
    yield ServiceName(extract.service_name, extract.source)
    for fact in extract.facts:
        yield Field(fact.label, fact.value)
    yield Divider(strong=True)
    yield Passage(LAW, (receipt.law, CLAUSE))
    yield Field(OFFICER, Words(th=extract.officer, en=""))
    yield SignatureLine(SIGNATURE)
    yield Field(REFERENCE, Words(th="", en=""), receipt.reference)
    yield Field(LEAF, Words(th="", en=""), str(receipt.leaf.index))


def compose_extract(extract: Extract) -> Document:
    """Say an extract: marked as made by the authority and free, with the facts, the law, and where it is logged."""
    named = (extract.receipt.authority, extract.source, extract.service_name)
    names = {text for words in named for text in (words.th, words.en)} | {extract.officer}
    return Document(tuple(_blocks(extract)), tuple(sorted(names)))

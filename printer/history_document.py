"""What the list of who asked about a citizen says, in the slip's blocks. Pure."""

from collections.abc import Iterator

from contracts.history import DisputeState, EntryKind, HistoryEntry, HistoryRecord
from contracts.message import Words
from printer.document import Block, Divider, Document, Field, Heading, Passage, ServiceName, Stamp, say_moment
from printer.thai_date import clock_time, english_date, thai_date
from printer.wording import HOLDER, OUTCOMES, REFERENCE

TITLE = Words(th="ใครเคยถามข้อมูลของฉัน", en="Who asked about me")
OWN_LOOK = Words(th="การเปิดดูรายการ", en="A look at this list")
WHO = Words(th="ผู้ถาม", en="Who asked")
WHEN = Words(th="เมื่อ", en="When")
WHY = Words(th="เพราะ", en="Why")
LAW = Words(th="กฎหมาย", en="Law")
RESULT = Words(th="ผล", en="Result")
DISPUTED = Words(th="ข้อโต้แย้ง", en="Dispute")
NOTHING = Words(th="ยังไม่มีผู้ใดถามข้อมูลของท่านผ่านศูนย์ข้อมูลนี้", en="Nobody has asked about you through this centre.")
MORE = Words(th="มีรายการเก่ากว่านี้ ดูได้ที่ตู้บริการ", en="There are older entries; see them at a kiosk.")
LATER = Words(th="บางรายการอาจแสดงภายหลังตามที่กฎหมายกำหนด", en="A law may let some entries appear later.")
STATES = {
    DisputeState.OPEN: Words(th="ส่งให้หน่วยงานแล้ว", en="With the agency"),
    DisputeState.UNDER_REVIEW: Words(th="หน่วยงานกำลังตรวจสอบ", en="Being looked into"),
    DisputeState.ANSWERED: Words(th="หน่วยงานตอบแล้ว", en="Answered"),
    DisputeState.OBJECTED: Words(th="ท่านคัดค้านคำตอบ", en="You objected"),
    DisputeState.ANSWERED_AGAIN: Words(th="หน่วยงานตอบอีกครั้งแล้ว", en="Answered again"),
    DisputeState.CLOSED: Words(th="เสร็จสิ้น", en="Closed"),
}


def _entry(entry: HistoryEntry) -> Iterator[Block]:
    yield Divider()
    yield ServiceName(entry.service or OWN_LOOK, entry.agency)
    when = Words(th=f"{thai_date(entry.at)} {clock_time(entry.at)} น.", en=english_date(entry.at))
    yield Field(WHEN, when, plain=True)
    yield Field(WHO, entry.agency)
    if entry.kind is not EntryKind.LOOK_UP:
        yield Passage(WHY, (entry.purpose,))
    if entry.legal_basis:
        yield Passage(LAW, entry.legal_basis)
    if entry.outcome is not None:
        yield Field(RESULT, OUTCOMES[entry.outcome])
    if entry.dispute is not None:
        yield Field(DISPUTED, STATES[entry.dispute.state], entry.dispute.reference)


def _blocks(record: HistoryRecord) -> Iterator[Block]:
    yield Heading(TITLE, record.agency, record.place)
    yield Divider(strong=True)
    yield Field(HOLDER, record.holder.initials, record.holder.masked_number)
    yield say_moment(record.looked_at)
    yield Field(REFERENCE, Words(th="", en=""), record.reference)
    if not record.entries:
        yield Stamp(NOTHING)
    for entry in record.entries:
        yield from _entry(entry)
    yield Divider(strong=True)
    yield Stamp(MORE if record.more else LATER)


def compose_history(record: HistoryRecord) -> Document:
    """Say the list: newest first, each entry with who, why, by which law, and what came of it."""
    named = [record.agency, record.place]
    named += [words for entry in record.entries for words in (entry.agency, entry.service) if words]
    names = {text for words in named for text in (words.th, words.en)}
    return Document(tuple(_blocks(record)), tuple(sorted(names)), record.large_print)

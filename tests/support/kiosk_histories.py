"""Entries of an invented person's history, as the centre would tell them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from contracts.decision import LeafReference, Outcome
from contracts.history import (
    DisputeReason,
    DisputeState,
    DisputeStatus,
    EntryKind,
    HistoryEntry,
    HistoryPage,
)
from contracts.message import Words

LOOKED_AT = datetime(2026, 11, 24, 3, 42, tzinfo=UTC)
REFERENCE = "3M9Q-2T7K-XR"
TOWN = Words(th="เทศบาลตัวอย่าง", en="Municipality of Tuayang")
_HEALTH = Words(th="โรงพยาบาลตัวอย่าง", en="Tuayang Hospital")
_SERVICES = (
    Words(th="เบี้ยยังชีพผู้สูงอายุ", en="Old-age allowance"),
    Words(th="หลักประกันสุขภาพถ้วนหน้า", en="Universal health coverage"),
    Words(th="บัตรสวัสดิการแห่งรัฐ", en="State welfare card"),
)
_LAWS = (
    Words(th="พระราชบัญญัติผู้สูงอายุ พ.ศ. 2546 มาตรา 11 (11)", en="Act on the Elderly B.E. 2546, section 11 (11)"),
    Words(th="พระราชบัญญัติหลักประกันสุขภาพแห่งชาติ พ.ศ. 2545", en="National Health Security Act B.E. 2545"),
    Words(th="มติคณะรัฐมนตรีว่าด้วยสวัสดิการแห่งรัฐ", en="Cabinet resolution on state welfare"),
)
_PURPOSE = Words(th="ตรวจสอบว่าท่านมีสิทธิได้รับบริการนี้หรือไม่", en="To see whether you qualify for this service")
_OWN = Words(th="ท่านเปิดดูรายการนี้ด้วยบัตรของท่าน", en="You looked at this list with your card")
_ASKED = (
    Words(th="กรมการปกครอง", en="Department of Provincial Administration"),
    Words(th="กรมบัญชีกลาง", en="Comptroller General's Department"),
)


def make_entry(number: int) -> HistoryEntry:
    """Return the ``number``-th entry back from the newest; every fourth is the citizen's own look."""
    at = LOOKED_AT - timedelta(days=number * 9, minutes=number * 31)
    place = LeafReference(index=900 - number, hash="ab" * 32)
    if number % 4 == 3:
        return HistoryEntry(leaf=place, kind=EntryKind.LOOK_UP, at=at, agency=TOWN, by_officer=False, purpose=_OWN)
    return HistoryEntry(
        leaf=place,
        kind=EntryKind.DECISION,
        at=at,
        agency=_HEALTH if number % 3 == 1 else TOWN,
        by_officer=number % 3 == 1,
        purpose=_PURPOSE,
        legal_basis=(_LAWS[number % 3],),
        service=_SERVICES[number % 3],
        outcome=tuple(Outcome)[number % 3],
        asked=_ASKED,
        reference="7K3M-9QXR-2T",
    )


def make_entries(count: int) -> tuple[HistoryEntry, ...]:
    """Return so many, newest first."""
    return tuple(make_entry(number) for number in range(count))


def page_of(entries: Sequence[HistoryEntry], before: int | None = None, limit: int = 5) -> HistoryPage:
    """Return a page of them, as the centre does."""
    left = [entry for entry in entries if before is None or entry.leaf.index < before]
    page, more = left[:limit], len(left) > limit
    return HistoryPage(
        entries=tuple(page),
        next=page[-1].leaf.index if more else None,
        reference=REFERENCE,
        looked_at=LOOKED_AT,
    )


def disputed(
    entry: HistoryEntry, leaf_index: int, state: DisputeState = DisputeState.OPEN, answer: str = ""
) -> HistoryEntry:
    """Return an entry as it is once it is disputed."""
    status = DisputeStatus(
        reference="2T7K-3M9Q-XR",
        state=state,
        reason=DisputeReason.NOT_ME,
        due_at=None if state is DisputeState.CLOSED else LOOKED_AT + timedelta(days=30),
        answer=answer,
        may_object=state is DisputeState.ANSWERED,
    )
    leaf = entry.leaf.model_copy(update={"index": leaf_index})
    return entry.model_copy(update={"leaf": leaf, "dispute": status})

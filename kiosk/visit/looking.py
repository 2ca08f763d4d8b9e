"""Moves of a citizen who wants to know who asked about him, and of what he disputes."""

from dataclasses import replace
from typing import Any, Literal

from contracts.history import PAGE_MOST, DisputeQuestion, DisputeReason, HistoryQuestion, HistoryRecord
from kiosk.visit import effects as do
from kiosk.visit.events import AskFault, PrintResult
from kiosk.visit.moves import Step, is_up, visit_of
from kiosk.visit.record import mask_holder, subject_of
from kiosk.visit.state import ENTRIES_A_SCREEN, Looked, Paper, Place, Rules, State, Visit

_FAULT_PLACES = {AskFault.CARD_VOID: Place.CARD_VOID, AskFault.CARD_MISMATCH: Place.CARD_MISMATCH}
_PAPERS = {
    PrintResult.PRINTED: Paper.PRINTED,
    PrintResult.FAULT: Paper.TROUBLE,
    PrintResult.UNSURE: Paper.UNSURE,
}


def ask_history(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """He wants to know: fetch the newest entries."""
    visit = visit_of(state)
    if visit.card is None:
        return Step(state)
    asked = replace(visit, looked=Looked())
    return Step(replace(state, place=Place.HISTORY_ASKING, visit=asked), (_fetch(visit, None),))


def show_history(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The entries came: the newest, or older ones after those that are here."""
    visit = visit_of(state)
    known = visit.looked or Looked()
    looked = replace(
        known,
        entries=known.entries + event.page.entries,
        older=event.page.next,
        reference=known.reference or event.page.reference,
        looked_at=known.looked_at or event.page.looked_at,
        first=len(known.entries) if event.page.entries else known.first,
        opened=None,
    )
    return Step(replace(state, place=Place.HISTORY, visit=replace(visit, looked=looked)))


def turn_page(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Older entries, fetched where they are not here yet; or newer ones."""
    visit = visit_of(state)
    looked = visit.looked or Looked()
    first = looked.first + (ENTRIES_A_SCREEN if event.older else -ENTRIES_A_SCREEN)
    if event.older and first >= len(looked.entries):
        if looked.older is None:
            return Step(state)
        return Step(replace(state, place=Place.HISTORY_ASKING), (_fetch(visit, looked.older),))
    return Step(replace(state, visit=replace(visit, looked=replace(looked, first=max(0, first)))))


def open_entry(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """One entry, more closely."""
    visit = visit_of(state)
    looked = replace(visit.looked or Looked(), opened=event.leaf_index)
    if looked.entry is None or looked.entry.service is None:  # not on his list, or his own look
        return Step(state)
    return Step(replace(state, place=Place.DISPUTE, visit=replace(visit, looked=looked)))


def close_entry(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Back to the list."""
    visit = visit_of(state)
    looked = replace(visit.looked or Looked(), opened=None)
    return Step(replace(state, place=Place.HISTORY, visit=replace(visit, looked=looked)))


def go_back(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Back to the services, or to whatever stands in their place."""
    visit = replace(visit_of(state), looked=None)
    if state.services is None:
        return Step(replace(state, place=Place.CENTRE_UNREACHABLE, visit=visit), (do.FetchServices(),))
    return Step(replace(state, place=Place.SERVICES if state.services else Place.NOT_OFFERED, visit=visit))


def dispute(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """He says that an entry is not right."""
    return _send(state, "open", event.reason)


def judge(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """He accepts the agency's answer, or objects to it."""
    return _send(state, "accept" if event.accepted else "object", DisputeReason.OTHER)


def show_dispute(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The centre took note: show the entry as it is now."""
    visit = visit_of(state)
    looked = visit.looked or Looked()
    changed = tuple(event.entry if one.leaf.index == event.entry.leaf.index else one for one in looked.entries)
    now = replace(looked, entries=changed, opened=event.entry.leaf.index)
    return Step(replace(state, place=Place.DISPUTE, visit=replace(visit, looked=now)))


def explain_fault(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """It could not be had, and why. Only a card that the registry refuses ends the visit's other business."""
    return Step(replace(state, place=_FAULT_PLACES.get(event.fault, Place.HISTORY_TROUBLE)))


def give_up(state: State, _event: Any, now_s: float, _rules: Rules) -> Step:
    """The centre is silent."""
    if not is_up(state, now_s):
        return Step(state)
    return Step(replace(state, place=Place.HISTORY_TROUBLE), (do.CancelWork(visit_of(state).visit_id),))


def print_history(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """Print what has been fetched; once, unless the press was sure that nothing came out, or he looked at the tray."""
    visit = visit_of(state)
    looked = visit.looked
    if looked is None or visit.card is None or looked.looked_at is None:
        return Step(state)
    if looked.paper in {Paper.PRINTING, Paper.PRINTED}:
        return Step(state)
    record = HistoryRecord(
        place=rules.place,
        agency=rules.agency,
        holder=mask_holder(visit.card),
        reference=looked.reference,
        looked_at=looked.looked_at,
        entries=looked.entries,
        more=looked.older is not None,
        large_print=state.view.text_size != "normal",
    )
    printing = replace(visit, looked=replace(looked, paper=Paper.PRINTING, trouble=None))
    job = do.PrintHistory(visit.visit_id, record, reprint=looked.paper is Paper.UNSURE)
    return Step(replace(state, visit=printing), (job,))


def note_paper(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Out, or surely not coming, or unsure: said beside the list, wherever he is by then."""
    visit = state.visit
    if visit is None or visit.looked is None:
        return Step(state)
    looked = replace(visit.looked, paper=_PAPERS[event.result], trouble=event.trouble)
    return Step(replace(state, visit=replace(visit, looked=looked)))


def _fetch(visit: Visit, before: int | None) -> do.AskHistory:
    assert visit.card is not None, "looking without a card"  # noqa: S101  (our own invariant, tested)
    subject = subject_of(visit.card)
    return do.AskHistory(HistoryQuestion(visit_id=visit.visit_id, subject=subject, before=before, limit=PAGE_MOST))


def _send(state: State, act: Literal["open", "object", "accept"], reason: DisputeReason) -> Step:
    visit = visit_of(state)
    if visit.card is None or visit.looked is None or visit.looked.opened is None:
        return Step(state)
    question = DisputeQuestion(
        visit_id=visit.visit_id,
        subject=subject_of(visit.card),
        leaf_index=visit.looked.opened,
        act=act,
        reason=reason,
    )
    return Step(replace(state, place=Place.HISTORY_ASKING), (do.SendDispute(question),))

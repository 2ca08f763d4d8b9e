"""The moves of the table: each takes a state and an event it was listed for, and says what becomes of both."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid5

from contracts.decision import Progress, Question
from contracts.fleet import PartHealth
from kiosk.visit import effects as do
from kiosk.visit.events import AskFault, CardFault, PrintResult
from kiosk.visit.record import make_record, subject_of
from kiosk.visit.state import Farewell, Place, Rules, State, View, Visit

UNWATCHED = frozenset({Place.REST, Place.OUT_OF_ORDER, Place.TAKE_CARD})
"""Places where nobody personal is on the screen: time resets the view there, and warns nobody."""
_ASK_FAULT_PLACES = {
    AskFault.UNREACHABLE: Place.CENTRE_UNREACHABLE,
    AskFault.NOT_OFFERED: Place.NOT_OFFERED,
    AskFault.CARD_VOID: Place.CARD_VOID,
    AskFault.CARD_MISMATCH: Place.CARD_MISMATCH,
}
_PRINT_PLACES = {PrintResult.FAULT: Place.PRINTER_TROUBLE, PrintResult.UNSURE: Place.LOOK_AT_TRAY}


@dataclass(frozen=True, slots=True)
class Step:
    """A move's result."""

    state: State
    effects: tuple[do.Effect, ...] = ()


def due_at_s(state: State, now_s: float, rules: Rules) -> float | None:
    """Say when the place's time is up, counted from now; None where nothing is to happen by time."""
    if state.place in UNWATCHED:
        return now_s + rules.idle_s if state.view != View(language=rules.default_language) else None
    limits = {
        Place.READING: rules.reading_s,
        Place.ASKING: rules.asking_s,
        Place.HISTORY_ASKING: rules.asking_s,
        Place.PRINTING: rules.printing_s,
    }
    return now_s + limits.get(state.place, rules.idle_s)


def touched(state: State, now_s: float, rules: Rules) -> State:
    """Any touch shows that somebody is there. Work in progress keeps its own deadline."""
    if state.place in {Place.READING, Place.ASKING, Place.HISTORY_ASKING, Place.PRINTING}:
        return state
    return replace(state, warned=False, due_at_s=due_at_s(state, now_s, rules))


def is_up(state: State, now_s: float) -> bool:
    """Say whether the place's time is up."""
    return state.due_at_s is not None and now_s >= state.due_at_s


def visit_of(state: State) -> Visit:
    """Return the visit of a place that has one."""
    assert state.visit is not None, "a place with a visit lost it"  # noqa: S101  (our own invariant, tested)
    return state.visit


def home(state: State) -> Place:
    """Say where the kiosk rests: in service with a reader, out of order without one."""
    gone = state.reader.health in {PartHealth.FAULT, PartHealth.ABSENT}
    return Place.OUT_OF_ORDER if gone else Place.REST


def stay(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Defined, and nothing happens."""
    return Step(state)


# Beginning and ending -------------------------------------------------------------------------------------------------


def begin_visit(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """A card came in. If the last one's removal went unseen, that visit is ended first."""
    ended = _forget(state, rules) if state.visit is not None else Step(state)
    fresh = replace(ended.state, place=Place.READING, visit=Visit(event.visit_id), farewell=Farewell.PLAIN)
    fresh = replace(fresh, felt_at_s=None, push_card=False)  # the reader has seen it
    if state.place is Place.READING:  # the table sees no change of place: restart its clock here
        fresh = replace(fresh, turn=state.turn + 1, due_at_s=due_at_s(fresh, now_s, rules), warned=False)
    return Step(fresh, (*ended.effects, do.ReadCard(event.visit_id)))


def _keep_record(visit: Visit, view: View, rules: Rules) -> tuple[do.Effect, ...]:
    if visit.card is None or visit.answer is None or visit.record_kept:
        return ()
    return (do.KeepRecord(make_record(str(visit.visit_id), visit.card, visit.answer, rules, view)),)


def _forget(state: State, rules: Rules) -> Step:
    """Drop the person from the state and stop all work for him."""
    effects: list[do.Effect] = [do.Wipe()]
    if state.visit is not None:
        visit = state.visit
        outcomes = 0 if visit.answer is None else len(visit.answer.decisions)
        effects += [do.CancelWork(visit.visit_id), *_keep_record(visit, state.view, rules)]
        effects.append(do.NoteVisitEnded(visit.visit_id, outcomes, state.place.value))
    return Step(replace(state, visit=None), tuple(effects))


def end_visit(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """The card is out: everything of the person goes in this very step, his language and text size too."""
    forgotten = _forget(state, rules)
    view = View(language=rules.default_language)
    empty = replace(forgotten.state, place=home(state), view=view, farewell=Farewell.PLAIN, warned=False, due_at_s=None)
    return Step(empty, forgotten.effects)


def _dismiss(state: State, farewell: Farewell, rules: Rules) -> Step:
    forgotten = _forget(state, rules)
    return Step(replace(forgotten.state, place=Place.TAKE_CARD, farewell=farewell), forgotten.effects)


def cancel(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """The citizen stops."""
    return _dismiss(state, Farewell.CANCELLED, rules)


def finish(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """The citizen has his answer and needs nothing more."""
    return _dismiss(state, Farewell.PLAIN, rules)


# Time -----------------------------------------------------------------------------------------------------------------


def warn_or_time_out(state: State, _event: Any, now_s: float, rules: Rules) -> Step:
    """Warn once, wait, and end the visit only when the warning went unanswered (WCAG 2.2, 2.2.1)."""
    if not is_up(state, now_s):
        return Step(state)
    if state.warned:
        return _dismiss(state, Farewell.TIMED_OUT, rules)
    return Step(replace(state, warned=True, due_at_s=now_s + rules.warning_s))


def reset_view(state: State, _event: Any, now_s: float, rules: Rules) -> Step:
    """Nobody touched the resting screen for a while: back to the default language and size."""
    if not is_up(state, now_s):
        return Step(state)
    return Step(replace(state, view=View(language=rules.default_language), due_at_s=None))


def extend_time(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """More time: the touch itself has moved the deadline, as often as he likes."""
    return Step(state)


def give_up_reading(state: State, _event: Any, now_s: float, _rules: Rules) -> Step:
    """The reader said nothing at all."""
    return Step(replace(state, place=Place.CARD_UNREADABLE)) if is_up(state, now_s) else Step(state)


def give_up_asking(state: State, _event: Any, now_s: float, _rules: Rules) -> Step:
    """The centre is silent. The question keeps its id: a retry cannot make it decide twice."""
    if not is_up(state, now_s):
        return Step(state)
    return Step(replace(state, place=Place.CENTRE_UNREACHABLE), (do.CancelWork(visit_of(state).visit_id),))


def give_up_printing(state: State, _event: Any, now_s: float, _rules: Rules) -> Step:
    """The press is silent: a slip may be in the tray, or may not."""
    return Step(replace(state, place=Place.LOOK_AT_TRAY)) if is_up(state, now_s) else Step(state)


# Card -----------------------------------------------------------------------------------------------------------------


def offer_services(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The card is read: show what is on offer, or why nothing is."""
    read = replace(state, visit=replace(visit_of(state), card=event.card))
    if state.services is None:
        return Step(replace(read, place=Place.CENTRE_UNREACHABLE), (do.FetchServices(),))
    return Step(replace(read, place=Place.SERVICES if state.services else Place.NOT_OFFERED))


def explain_card(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The card was not read."""
    other_kind = event.fault is CardFault.NOT_THAI_ID
    return Step(replace(state, place=Place.NOT_THAI_ID if other_kind else Place.CARD_UNREADABLE))


def read_again(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Try the same card once more."""
    return Step(replace(state, place=Place.READING), (do.ReadCard(visit_of(state).visit_id),))


# Services and consent -------------------------------------------------------------------------------------------------


def keep_services(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Remember what is on offer."""
    return Step(replace(state, services=event.services))


def renew_services(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The list came while somebody is choosing or waiting for it."""
    visit = visit_of(state)
    on_offer = {service.id for service in event.services}
    if visit.question is not None or visit.card is None:  # he waits for an answer, not for a list
        return Step(replace(state, services=event.services))
    chosen = tuple(service for service in visit.chosen if service in on_offer)
    place = Place.SERVICES if on_offer else Place.NOT_OFFERED
    return Step(replace(state, services=event.services, visit=replace(visit, chosen=chosen), place=place))


def toggle_service(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Choose a service, or unchoose it. The order stays the list's; a name not on the list is nobody's choice."""
    visit = visit_of(state)
    wanted = set(visit.chosen) ^ {event.service}
    chosen = tuple(service.id for service in state.services or () if service.id in wanted)
    return Step(replace(state, visit=replace(visit, chosen=chosen)))


def explain_question(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Something is chosen: say what will be asked of whom."""
    return Step(replace(state, place=Place.CONSENT)) if visit_of(state).chosen else Step(state)


def choose_again(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """Back to the list. Another choice is another question."""
    if not state.services:
        return Step(state)
    return Step(replace(state, place=Place.SERVICES, visit=replace(visit_of(state), question=None, progress=())))


# Asking ---------------------------------------------------------------------------------------------------------------


def _make_question(visit: Visit, view: View) -> Question:
    """The id follows from the visit and what is asked: the same question within a visit always has the same id."""
    assert visit.card is not None, "asking without a card"  # noqa: S101  (our own invariant, tested)
    return Question(
        question_id=uuid5(visit.visit_id, f"question/{view.language}/{'/'.join(visit.chosen)}"),
        visit_id=visit.visit_id,
        services=visit.chosen,
        subject=subject_of(visit.card),
        language=view.language,
    )


def ask(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """He agrees: ask."""
    visit = visit_of(state)
    question = _make_question(visit, state.view)
    return Step(
        replace(state, place=Place.ASKING, visit=replace(visit, question=question, progress=())),
        (do.AskCentre(question),),
    )


def ask_again(state: State, _event: Any, _now_s: float, _rules: Rules) -> Step:
    """The same message once more, or the list of services when that is what was missing."""
    visit = visit_of(state)
    if visit.question is None:
        return Step(state, (do.FetchServices(),))
    return Step(replace(state, place=Place.ASKING, visit=replace(visit, progress=())), (do.AskCentre(visit.question),))


def _with(progress: tuple[Progress, ...], news: Progress) -> tuple[Progress, ...]:
    if all(known.agency_id != news.agency_id for known in progress):
        return (*progress, news)
    return tuple(news if known.agency_id == news.agency_id else known for known in progress)


def show_progress(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """One agency's row changes."""
    visit = visit_of(state)
    return Step(replace(state, visit=replace(visit, progress=_with(visit.progress, event.progress))))


def show_answer(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """The centre decided. An answer to another question of this visit is not the answer."""
    visit = visit_of(state)
    if visit.question is None or event.answer.question_id != visit.question.question_id:
        return Step(state)
    return Step(replace(state, place=Place.ANSWER, visit=replace(visit, answer=event.answer)))


def explain_fault(state: State, event: Any, _now_s: float, rules: Rules) -> Step:
    """No answer, and why. A kiosk that the centre refuses serves nobody until the card is out again."""
    if event.fault is AskFault.REFUSED:
        forgotten = _forget(state, rules)
        return Step(replace(forgotten.state, place=Place.OUT_OF_ORDER), forgotten.effects)
    return Step(replace(state, place=_ASK_FAULT_PLACES[event.fault]))


# Printing -------------------------------------------------------------------------------------------------------------


def print_slip(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """Print, once. The press looks at the printer first: what the kiosk last heard of it may be seconds old."""
    return Step(state) if visit_of(state).print_asked else _print(state, rules, reprint=False)


def print_again(state: State, _event: Any, _now_s: float, rules: Rules) -> Step:
    """He has looked at the tray, and there is no slip."""
    return _print(state, rules, reprint=True)


def _print(state: State, rules: Rules, *, reprint: bool) -> Step:
    visit = visit_of(state)
    if visit.card is None or visit.answer is None:
        return Step(state)
    record = make_record(str(visit.visit_id), visit.card, visit.answer, rules, state.view)
    sent = replace(visit, print_asked=True, printer_trouble=None, record_kept=True)
    effects = (*_keep_record(visit, state.view, rules), do.PrintSlip(visit.visit_id, record, reprint))
    return Step(replace(state, place=Place.PRINTING, visit=sent), effects)


def show_print_result(state: State, event: Any, _now_s: float, rules: Rules) -> Step:
    """Out, or surely not coming, so that he may try again, or unsure."""
    if event.result is PrintResult.PRINTED:
        return _dismiss(state, Farewell.WITH_SLIP, rules)
    may_be_out = event.result is not PrintResult.FAULT
    visit = replace(visit_of(state), print_asked=may_be_out, printer_trouble=event.trouble)
    return Step(replace(state, place=_PRINT_PLACES[event.result], visit=visit))

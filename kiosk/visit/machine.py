"""The visit: place x event -> state and effects, as a table under stated rules. Pure: time and ids are arguments.

Rules that hold everywhere (and are tested as invariants):

1. When the card leaves, or its reader vanishes, the visit ends and is forgotten in the same step.
2. A result of work done for another visit changes nothing.
3. A slip is sent to the press once a visit, and again only if the press was sure that nothing came out or will, or the
   citizen has looked at the tray.
4. A question asked again within a visit is the very same message, so that the centre answers once.
5. A touch made on an earlier screen is dropped.
"""

from collections.abc import Callable
from dataclasses import replace

from kiosk.visit import events as ev
from kiosk.visit import looking, moves, surroundings
from kiosk.visit.effects import Effect
from kiosk.visit.moves import Step
from kiosk.visit.state import Place, Rules, State, View, Visit

__all__ = ["TABLE", "begin", "step"]

Move = Callable[[State, ev.Event, float, Rules], Step]

_ANYWHERE: dict[type[ev.Event], Move] = {
    ev.CardInserted: moves.begin_visit,
    ev.CardRemoved: moves.end_visit,
    ev.CardWasRead: moves.stay,
    ev.CardReadFailed: moves.stay,
    ev.ServicesCame: moves.keep_services,
    ev.ProgressCame: moves.stay,
    ev.AnswerCame: moves.stay,
    ev.AskFailed: moves.stay,
    ev.PrintEnded: moves.stay,
    ev.HistoryCame: moves.stay,
    ev.DisputeCame: moves.stay,
    ev.HistoryFailed: moves.stay,
    ev.HistoryPrinted: looking.note_paper,
    ev.ReaderChanged: surroundings.keep_reader,
    ev.PrinterChanged: surroundings.keep_printer,
    ev.CardFelt: surroundings.feel_card,
    ev.HeadphonesChanged: surroundings.keep_headphones,
    ev.KeyPressed: surroundings.hand_key_on,
    ev.Ticked: moves.warn_or_time_out,
    ev.ServiceToggled: moves.stay,
    ev.ChoiceMade: moves.stay,
    ev.Agreed: moves.stay,
    ev.WentBack: moves.stay,
    ev.TriedAgain: moves.stay,
    ev.SlipWanted: moves.stay,
    ev.HistoryWanted: moves.stay,
    ev.PageTurned: moves.stay,
    ev.EntryOpened: moves.stay,
    ev.EntryDisputed: moves.stay,
    ev.DisputeJudged: moves.stay,
    ev.Finished: moves.stay,
    ev.TimeExtended: moves.extend_time,
    ev.LanguageChosen: surroundings.choose_language,
    ev.TextSizeChosen: surroundings.choose_text_size,
    ev.ContrastToggled: surroundings.toggle_contrast,
    ev.HelpToggled: surroundings.toggle_help,
}
"""What every place does unless its own row says otherwise. ``stay`` means: defined, and nothing happens."""

_ROWS: dict[Place, dict[type[ev.Event], Move]] = {
    Place.REST: {ev.ReaderChanged: surroundings.rest_by_reader, ev.Ticked: surroundings.rest_on},
    Place.OUT_OF_ORDER: {ev.ReaderChanged: surroundings.rest_by_reader, ev.Ticked: moves.reset_view},
    Place.TAKE_CARD: {ev.Ticked: moves.reset_view},
    Place.READING: {
        ev.CardWasRead: moves.offer_services,
        ev.CardReadFailed: moves.explain_card,
        ev.Ticked: moves.give_up_reading,
        ev.Finished: moves.cancel,
    },
    Place.CARD_UNREADABLE: {
        ev.TriedAgain: moves.read_again,
        ev.CardWasRead: moves.offer_services,
        ev.Finished: moves.cancel,
    },
    Place.NOT_THAI_ID: {ev.TriedAgain: moves.read_again, ev.Finished: moves.cancel},
    Place.SERVICES: {
        ev.ServicesCame: moves.renew_services,
        ev.ServiceToggled: moves.toggle_service,
        ev.ChoiceMade: moves.explain_question,
        ev.HistoryWanted: looking.ask_history,
        ev.Finished: moves.cancel,
    },
    Place.CONSENT: {ev.Agreed: moves.ask, ev.WentBack: moves.choose_again, ev.Finished: moves.cancel},
    Place.ASKING: {
        ev.ProgressCame: moves.show_progress,
        ev.AnswerCame: moves.show_answer,
        ev.AskFailed: moves.explain_fault,
        ev.Ticked: moves.give_up_asking,
        ev.Finished: moves.cancel,
    },
    Place.CENTRE_UNREACHABLE: {
        ev.ServicesCame: moves.renew_services,
        ev.TriedAgain: moves.ask_again,
        ev.Finished: moves.cancel,
    },
    Place.NOT_OFFERED: {
        ev.ServicesCame: moves.renew_services,
        ev.WentBack: moves.choose_again,
        ev.Finished: moves.cancel,
    },
    Place.HISTORY_ASKING: {
        ev.HistoryCame: looking.show_history,
        ev.DisputeCame: looking.show_dispute,
        ev.HistoryFailed: looking.explain_fault,
        ev.Ticked: looking.give_up,
        ev.Finished: moves.cancel,
    },
    Place.HISTORY: {
        ev.PageTurned: looking.turn_page,
        ev.EntryOpened: looking.open_entry,
        ev.SlipWanted: looking.print_history,
        ev.WentBack: looking.go_back,
        ev.Finished: moves.finish,
    },
    Place.HISTORY_TROUBLE: {
        ev.TriedAgain: looking.ask_history,
        ev.WentBack: looking.go_back,
        ev.Finished: moves.cancel,
    },
    Place.DISPUTE: {
        ev.EntryDisputed: looking.dispute,
        ev.DisputeJudged: looking.judge,
        ev.WentBack: looking.close_entry,
        ev.Finished: moves.finish,
    },
    Place.CARD_VOID: {ev.Finished: moves.cancel},
    Place.CARD_MISMATCH: {ev.Finished: moves.cancel},
    Place.ANSWER: {ev.SlipWanted: moves.print_slip, ev.Finished: moves.finish},
    Place.PRINTING: {ev.PrintEnded: moves.show_print_result, ev.Ticked: moves.give_up_printing},
    Place.PRINTER_TROUBLE: {ev.TriedAgain: moves.print_slip, ev.Finished: moves.finish},
    Place.LOOK_AT_TRAY: {ev.TriedAgain: moves.print_again, ev.Finished: moves.finish},
}

TABLE: dict[tuple[Place, type[ev.Event]], Move] = {
    (place, event): _ROWS[place].get(event, anywhere) for place in Place for event, anywhere in _ANYWHERE.items()
}
"""Every pair of place and event, defined."""


def begin(rules: Rules) -> State:
    """Return the state of a kiosk just switched on."""
    return State(view=View(language=rules.default_language))


def _is_stale(visit: Visit | None, turn: int, event: ev.Event) -> bool:
    about = getattr(event, "visit_id", None)
    if about is not None and not isinstance(event, ev.CardInserted):
        return visit is None or visit.visit_id != about
    touched_on = getattr(event, "turn", None)
    return touched_on is not None and touched_on != turn


def step(state: State, event: ev.Event, now_s: float, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """Take one event.

    Args:
        state: Where the visit stands.
        event: What happened.
        now_s: The shell's monotonic clock, seconds.
        rules: What the operator sets.

    Returns:
        The new state (the same object when nothing changed) and the effects to carry out, in order.
    """
    if _is_stale(state.visit, state.turn, event):
        return state, ()
    if isinstance(event, ev.Touch):
        state = moves.touched(state, now_s, rules)
    done = TABLE[state.place, type(event)](state, event, now_s, rules)
    if done.state.place is not state.place:
        return _enter(state, done.state, now_s, rules), done.effects
    return done.state, done.effects


def _enter(before: State, after: State, now_s: float, rules: Rules) -> State:
    """Arrive at another place: a new turn, a new deadline, no warning and no help page over it."""
    return replace(
        after,
        turn=before.turn + 1,
        due_at_s=moves.due_at_s(after, now_s, rules),
        warned=False,
        view=replace(after.view, help_open=False),
    )

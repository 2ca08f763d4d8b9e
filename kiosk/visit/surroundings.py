"""Moves that any place may make: parts of the kiosk change, and the citizen sets the screen to his eyes."""

from dataclasses import replace
from typing import Any

from contracts.fleet import PartHealth
from kiosk.visit import effects as do
from kiosk.visit.moves import Step, end_visit, home, reset_view, touched
from kiosk.visit.state import Rules, State


def keep_printer(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Remember the printer's state."""
    return Step(replace(state, printer=event.part))


def keep_reader(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """A reader that vanished can no longer say that the card left: treat it as if it had."""
    known = replace(state, reader=event.part)
    if event.part.health in {PartHealth.ABSENT, PartHealth.FAULT}:
        return end_visit(known, event, now_s, rules)
    return Step(known)


def rest_by_reader(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """In service with a reader, out of order without."""
    known = replace(state, reader=event.part)
    return Step(replace(known, place=home(known)))


def keep_headphones(state: State, event: Any, _now_s: float, _rules: Rules) -> Step:
    """Somebody listens, or no longer."""
    return Step(replace(state, headphones=event.plugged))


def feel_card(state: State, event: Any, now_s: float, _rules: Rules) -> Step:
    """Something is in the slot. During a visit that is the visitor's card, about which the reader knows more."""
    since_s = now_s if event.inside and state.visit is None else None
    return Step(replace(state, felt_at_s=since_s, push_card=False))


def hand_key_on(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """The screen knows what a key is for there; here it shows that somebody is there, as any touch does."""
    return Step(touched(state, now_s, rules), (do.PressKey(event.key),))


def rest_on(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """Nobody is served: set the view back in time, and help with a card that is not in far enough."""
    at_rest = reset_view(state, event, now_s, rules).state
    stuck = at_rest.felt_at_s is not None and now_s - at_rest.felt_at_s >= rules.push_card_s
    return Step(replace(at_rest, push_card=True)) if stuck and not at_rest.push_card else Step(at_rest)


def choose_language(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """Another language."""
    return _seen(replace(state, view=replace(state.view, language=event.language)), now_s, rules)


def choose_text_size(state: State, event: Any, now_s: float, rules: Rules) -> Step:
    """Another text size."""
    return _seen(replace(state, view=replace(state.view, text_size=event.size)), now_s, rules)


def toggle_contrast(state: State, _event: Any, now_s: float, rules: Rules) -> Step:
    """More contrast, or the ordinary one."""
    return _seen(replace(state, view=replace(state.view, more_contrast=not state.view.more_contrast)), now_s, rules)


def toggle_help(state: State, _event: Any, now_s: float, rules: Rules) -> Step:
    """Open the help page over the place, or close it."""
    return _seen(replace(state, view=replace(state.view, help_open=not state.view.help_open)), now_s, rules)


def _seen(state: State, now_s: float, rules: Rules) -> Step:
    return Step(touched(state, now_s, rules))

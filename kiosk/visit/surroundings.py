"""Moves that any place may make: parts of the kiosk change, and the citizen sets the screen to his eyes."""

from dataclasses import replace
from typing import Any

from contracts.fleet import PartHealth
from kiosk.visit.moves import Step, end_visit, home, touched
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

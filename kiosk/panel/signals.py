"""What the ring shows to whom stands before it: visit state to light pattern. Pure."""

from kiosk.panel.wire import messages as m
from kiosk.visit.state import Place, State

_PATTERNS = {
    Place.REST: m.INSERT,
    Place.READING: m.READING,
    Place.SERVICES: m.REST,
    Place.CONSENT: m.REST,
    Place.ASKING: m.ASKING,
    Place.ANSWER: m.REST,
    Place.HISTORY_ASKING: m.ASKING,
    Place.HISTORY: m.REST,
    Place.DISPUTE: m.REST,
    Place.PRINTING: m.PRINTING,
    Place.TAKE_CARD: m.TAKE_CARD,
    Place.OUT_OF_ORDER: m.FAULT,
}
"""Everywhere else the visit cannot go on as it is, and the ring says so in amber."""


def choose_pattern(state: State) -> int:
    """Return the pattern (a number of ``kiosk.panel.wire.messages``) for a visit's state."""
    return m.TIME_WARNING if state.warned else _PATTERNS.get(state.place, m.FAULT)

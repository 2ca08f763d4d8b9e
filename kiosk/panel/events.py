"""What the panel tells the kiosk, typed. Pure values; the protocol's section 5."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kiosk.panel.wire import messages as m

SWITCHES = ("card_in", "lid_open", "back_open", "headphones_in")
REFUSALS = ("", "unknown_command", "malformed", "no_session", "out_of_sequence", "other_version", "not_now")


@dataclass(frozen=True, slots=True)
class Connected:
    """A session began.

    Attributes:
        firmware: The firmware's name for itself.
        unit: The board's own number, hexadecimal.
        features: Bits of ``messages.HAS_…``.
        log_epoch: Names the tamper log; counters of another epoch are another log's.
        boot: How often the panel has started, modulo 65,536.
        trial: The firmware is new and waits for COMMIT.
    """

    firmware: str
    unit: str
    features: int
    log_epoch: int
    boot: int
    trial: bool


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The session is over; the link tries again by itself.

    Attributes:
        reason: ``silent``, ``restarted``, ``out_of_step``, ``other_version``, ``unplugged`` or ``stopped``.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class SwitchChanged:
    """A switch moved."""

    switch: str
    active: bool


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of the keypad: one of ``0`` to ``9``, ``*``, ``#``."""

    key: str


@dataclass(frozen=True, slots=True)
class Logged:
    """A record of the tamper log: told again in each session until it is acknowledged.

    Attributes:
        counter: Number in the log, from 1.
        unix_s: When, as far as the panel knew the time; 0 when it did not.
        boot: In which start of the panel.
        kind: One of ``messages.KIND_NAMES``.
        detail: Of the kind; of ``merged`` the kind merged.
        value: Of the kind; of ``merged`` how many.
    """

    counter: int
    unix_s: int
    boot: int
    kind: str
    detail: int
    value: int


@dataclass(frozen=True, slots=True)
class WatchdogChanged:
    """The watchdog over this host changed its state (``messages.WATCHDOG_NAMES``)."""

    state: str
    remaining_s: int


@dataclass(frozen=True, slots=True)
class FaultsChanged:
    """The faults now known; none: all is well."""

    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventsLost:
    """So many events found no room on the panel."""

    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A command was carried out."""

    command: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A command was not carried out."""

    command: int
    reason: str


PanelEvent = (
    Connected
    | Disconnected
    | SwitchChanged
    | KeyPressed
    | Logged
    | WatchdogChanged
    | FaultsChanged
    | EventsLost
    | Answered
    | Refused
)


def name_of(names: tuple[str, ...], number: int) -> str:
    """Return a number's name; a newer panel's number is its own name."""
    return names[number] if number < len(names) else str(number)


def fault_names(bits: int) -> tuple[str, ...]:
    """Return the names of the faults in ``bits``."""
    return tuple(name for n, name in enumerate(m.FAULT_NAMES) if bits >> n & 1)


def parse_event(kind: int, payload: bytes) -> PanelEvent | None:
    """Read an event frame's payload; None for a newer panel's kind, or a payload too short for its kind."""
    if kind not in _READERS:
        return None
    layout, make = _READERS[kind]
    values = layout.decode(payload)
    return None if values is None else make(values)


_READERS: dict[int, tuple[m.Layout, Callable[[Any], PanelEvent]]] = {
    m.SWITCHED: (m.switched, lambda it: SwitchChanged(name_of(SWITCHES, it.switch), it.active != 0)),
    m.KEY: (m.key, lambda it: KeyPressed(chr(it.key))),
    m.LOGGED: (
        m.record,
        lambda it: Logged(it.counter, it.unix_s, it.boot, name_of(m.KIND_NAMES, it.kind), it.detail, it.value),
    ),
    m.WATCHDOG: (m.watchdog, lambda it: WatchdogChanged(name_of(m.WATCHDOG_NAMES, it.state), it.remaining_s)),
    m.FAULTS: (m.faults, lambda it: FaultsChanged(fault_names(it.bits))),
    m.LOST: (m.lost, lambda it: EventsLost(it.events)),
}

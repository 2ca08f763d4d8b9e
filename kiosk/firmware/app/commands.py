"""What each command does: takes the payload's values, returns the reply's payload, or None for "not now"."""

from wire import messages as m

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from app.panel import Panel


def beat(panel: "Panel", values: "m.Heartbeat") -> "bytes | None":
    """The host lives."""
    panel.watchdog.beat(values.flags & m.UPDATING_FLAG != 0)
    panel.set_clock(values.unix_s)
    return m.pulse.encode(panel.watchdog.state, panel.watchdog.remaining_s)


def light(panel: "Panel", values: "m.Light") -> "bytes | None":
    """The host wishes a pattern."""
    panel.wish_light(values.pattern, values.level)
    return b""


def sound(panel: "Panel", values: "m.Sound") -> "bytes | None":
    """The host wants a tune."""
    return b"" if panel.player.play(values.tune) else None


def status(panel: "Panel", _: None) -> "bytes | None":
    """The host asks how things are."""
    return panel.status()


def watch(panel: "Panel", values: "m.Watch") -> "bytes | None":
    """The host sets the limits of its watchdog."""
    watchdog = panel.watchdog
    watchdog.set_limits(values.silence_s, values.cycles_a_day)
    return m.watch.encode(watchdog.silence_s, watchdog.cycles_a_day)


def read_log(panel: "Panel", values: "m.LogRead") -> "bytes | None":
    """The host reads the newest records, from one counter on."""
    first = values.first
    found = [body for body in panel.ring.recent if int.from_bytes(body[:4], "big") >= first]
    return b"".join(found[: m.RECORDS_A_REPLY])


def acknowledge_log(panel: "Panel", values: "m.LogAck") -> "bytes | None":
    """The host has dealt with the records up to a counter."""
    panel.ring.acknowledge(values.counter)
    return b""


def test(panel: "Panel", _: None) -> "bytes | None":
    """The host wants the self-test."""
    return m.self_test.encode(panel.test())


def load(panel: "Panel", values: "m.Loader") -> "bytes | None":
    """The host wants to copy new firmware; the magic word keeps chance from it."""
    if values.word != m.LOADER_WORD:
        return None
    panel.line.loader_asked = True
    return b""


def commit(panel: "Panel", _: None) -> "bytes | None":
    """The host has seen the new firmware work."""
    panel.board.commit()
    return b""


HANDLERS: "dict[int, tuple[m.Layout | None, Callable[[Panel, Any], bytes | None]]]" = {
    m.HEARTBEAT: (m.heartbeat, beat),
    m.LIGHT: (m.light, light),
    m.SOUND: (m.sound, sound),
    m.STATUS: (None, status),
    m.WATCH: (m.watch, watch),
    m.LOG_READ: (m.log_read, read_log),
    m.LOG_ACK: (m.log_ack, acknowledge_log),
    m.SELF_TEST: (None, test),
    m.LOADER: (m.loader, load),
    m.COMMIT: (None, commit),
}
"""Layout of the payload (None: it carries nothing) and what to do."""

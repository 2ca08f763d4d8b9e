"""What frames carry: type numbers and payload layouts (protocol sections 4 and 5). Numbers are big-endian.

A payload may grow at its end: a reader ignores what it does not know and takes zeros for what an older peer left out.
"""

import struct
from collections import namedtuple

# Commands, host to panel; each is answered under the same sequence with its type plus REPLY.
HELLO = 0x01
HEARTBEAT = 0x02
LIGHT = 0x03
SOUND = 0x04
STATUS = 0x05
WATCH = 0x06
LOG_READ = 0x07
LOG_ACK = 0x08
SELF_TEST = 0x09
LOADER = 0x0A
COMMIT = 0x0B
COMMANDS = (HELLO, HEARTBEAT, LIGHT, SOUND, STATUS, WATCH, LOG_READ, LOG_ACK, SELF_TEST, LOADER, COMMIT)
REPLY = 0x80
REFUSED = 0xBF

# Events, panel to host, each acknowledged with EVENT_ACK under its sequence.
EVENT_ACK = 0x20
SWITCHED = 0x40
KEY = 0x41
LOGGED = 0x42
WATCHDOG = 0x43
FAULTS = 0x44
LOST = 0x45
EVENTS_FROM = 0x40
EVENTS_TO = 0x5F

# Why a command was refused.
UNKNOWN_COMMAND = 1
MALFORMED = 2
NO_SESSION = 3
OUT_OF_SEQUENCE = 4
OTHER_VERSION = 5
NOT_NOW = 6

# Features, bits of HELLO.
HAS_LIGHTS = 1
HAS_SOUND = 2
HAS_KEYPAD = 4
HAS_TAMPER_LOG = 8
HAS_HOST_WATCHDOG = 16
HAS_FAN = 32
HAS_LOADER = 64
ALL_FEATURES = 127

# Switches: number in SWITCHED, bit in STATUS.
CARD_IN = 0
LID_OPEN = 1
BACK_OPEN = 2
HEADPHONES_IN = 3

# Light patterns.
REST = 0
INSERT = 1
READING = 2
ASKING = 3
PRINTING = 4
TAKE_CARD = 5
TIME_WARNING = 6
FAULT = 7
TAMPER = 8
UPDATING = 9
HOST_LOST = 10
SERVICE = 11
DARK = 12
PATTERN_NAMES = (
    "rest",
    "insert",
    "reading",
    "asking",
    "printing",
    "take_card",
    "time_warning",
    "fault",
    "tamper",
    "updating",
    "host_lost",
    "service",
    "dark",
)

# Tunes.
SILENCE = 0
CLICK = 1
WELCOME = 2
DONE = 3
ATTENTION = 4
ALARM = 5

# States of the host's watchdog.
GRACE = 0
WATCHING = 1
WARNING = 2
CUT = 3
SUSPENDED = 4
HOST_UPDATING = 5
EXHAUSTED = 6
WATCHDOG_NAMES = ("grace", "watching", "warning", "cut", "suspended", "updating", "exhausted")

# Bits of FAULTS and of a self-test's result.
FAULT_FLASH = 1
FAULT_FAN = 2
FAULT_CASE_SENSOR = 4
FAULT_HOT = 8
FAULT_KEY_STUCK = 16
FAULT_NAMES = ("flash", "fan", "case_sensor", "hot", "key_stuck")

# Kinds of log records.
BOOTED = 1
LID_OPENED = 2
LID_CLOSED = 3
BACK_OPENED = 4
BACK_CLOSED = 5
POWER_CYCLED = 6
MERGED = 7
KIND_NAMES = ("", "booted", "lid_opened", "lid_closed", "back_opened", "back_closed", "power_cycled", "merged")

UPDATING_FLAG = 1
LOADER_WORD = 0x4C4F4144
UNKNOWN_TEMPERATURE = -32_768
RECORD_BYTES = 14
RECORDS_A_REPLY = 16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Layout:
    """A payload's fields: a named tuple with bytes.

    Args:
        values: The named tuple's class.
        form: Format of :mod:`struct`, without the byte order.
        needed: Fields the first version of the protocol had; the rest may be missing.
    """

    __slots__ = ("_form", "_least", "_values")

    def __init__(self, values: "Any", form: str, needed: str = "") -> None:
        self._values = values
        self._form = ">" + form
        self._least = struct.calcsize(">" + (needed or form))

    def encode(self, *values: "int | bytes") -> bytes:
        """Return the payload."""
        return struct.pack(self._form, *values)

    def decode(self, payload: bytes) -> "Any":
        """Return the named tuple, or None when the payload is shorter than any version allows."""
        if len(payload) < self._least:
            return None
        size = struct.calcsize(self._form)
        padded = payload + bytes(size - len(payload)) if len(payload) < size else payload[:size]
        return self._values(*struct.unpack(self._form, padded))


Hello = namedtuple("Hello", ("lowest", "highest", "session", "features"))
hello = Layout(Hello, "BBII")
Welcome = namedtuple(
    "Welcome", ("lowest", "highest", "session", "features", "unit", "log_epoch", "boot", "trial", "firmware")
)
welcome = Layout(Welcome, "BBII8sIHB16s")
Heartbeat = namedtuple("Heartbeat", ("flags", "unix_s"))
heartbeat = Layout(Heartbeat, "BI")
Pulse = namedtuple("Pulse", ("watchdog", "remaining_s"))
pulse = Layout(Pulse, "BH")
Light = namedtuple("Light", ("pattern", "level"))
light = Layout(Light, "BB")
Sound = namedtuple("Sound", ("tune",))
sound = Layout(Sound, "B")
Status = namedtuple(
    "Status",
    (
        "switches",
        "watchdog",
        "cycles_today",
        "chip_decicelsius",
        "case_decicelsius",
        "fan_percent",
        "fan_rpm",
        "pattern",
        "faults",
        "uptime_s",
        "longest_step_us",
        "heap_free_bytes",
        "damaged_frames",
        "unacknowledged",
    ),
)
status = Layout(Status, "BBBhhBHBHIIIHB")
Watch = namedtuple("Watch", ("silence_s", "cycles_a_day"))
watch = Layout(Watch, "HB")
LogRead = namedtuple("LogRead", ("first",))
log_read = Layout(LogRead, "I")
LogAck = namedtuple("LogAck", ("counter",))
log_ack = Layout(LogAck, "I")
SelfTest = namedtuple("SelfTest", ("faults",))
self_test = Layout(SelfTest, "H")
Loader = namedtuple("Loader", ("word",))
loader = Layout(Loader, "I")
Refusal = namedtuple("Refusal", ("command", "reason"))
refusal = Layout(Refusal, "BB")
Switched = namedtuple("Switched", ("switch", "active"))
switched = Layout(Switched, "BB")
Key = namedtuple("Key", ("key",))
key = Layout(Key, "B")
Record = namedtuple("Record", ("counter", "unix_s", "boot", "kind", "detail", "value"))
record = Layout(Record, "IIHBBH")
Watchdog = namedtuple("Watchdog", ("state", "remaining_s"))
watchdog = Layout(Watchdog, "BH")
Faults = namedtuple("Faults", ("bits",))
faults = Layout(Faults, "H")
Lost = namedtuple("Lost", ("events",))
lost = Layout(Lost, "H")

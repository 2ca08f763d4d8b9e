"""What the firmware needs of a board. ``board_rp2040`` is the real one; the simulator's has the same methods."""

from app.ticks import BOARD_PERIOD


class Segments:
    """Flash in a few segments, each appended to and erased as a whole."""

    def read(self, number: int, at: int, size: int) -> bytes:
        """Return up to ``size`` bytes of segment ``number`` from ``at``; fewer, or none, where nothing was written."""
        raise NotImplementedError

    def append(self, number: int, data: bytes) -> None:
        """Write behind what is there. A power cut may leave any part of ``data``.

        Raises:
            OSError: The flash refuses.
        """
        raise NotImplementedError

    def erase(self, number: int) -> None:
        """Make a segment empty.

        Raises:
            OSError: The flash refuses.
        """
        raise NotImplementedError


class Board:
    """The hardware port. No method waits; each returns within a millisecond, but for the flash.

    Attributes:
        ticks_period: Where ``ticks_ms`` wraps.
        unit: The board's own number, 8 bytes.
        cause: Why it started: 1 power, 3 its watchdog (as ``machine.reset_cause``).
        trial: This firmware is new, and not yet confirmed by the host.
        segments: The log's flash.
    """

    ticks_period = BOARD_PERIOD
    unit = bytes(8)
    cause = 1
    trial = False
    segments = Segments()

    def ticks_ms(self) -> int:
        """Return the clock, wrapped at ``ticks_period``."""
        raise NotImplementedError

    def ticks_us(self) -> int:
        """Return a finer clock, wrapped at the same place."""
        raise NotImplementedError

    def feed(self) -> None:
        """Tell the board's own watchdog that the loop lives; started by the first call, it cannot be stopped."""
        raise NotImplementedError

    def rest(self) -> None:
        """Spare power for up to two milliseconds, or less when the host sends something."""

    def random32(self) -> int:
        """Return 32 random bits."""
        raise NotImplementedError

    def heap_free(self) -> int:
        """Return the bytes of heap that are free."""
        raise NotImplementedError

    def receive(self, most: int) -> bytes:
        """Return up to ``most`` bytes that the host sent, or none."""
        raise NotImplementedError

    def send(self, data: bytes) -> int:
        """Hand bytes to the host's line; return how many it took now."""
        raise NotImplementedError

    def switches(self) -> int:
        """Return the switches, bits as in STATUS, not debounced."""
        raise NotImplementedError

    def keys(self) -> int:
        """Scan the keypad: bit n is key n of ``debounce.KEYS``."""
        raise NotImplementedError

    def show(self, pixels: bytearray) -> None:
        """Light the ring: 48 bytes, red, green, blue for each pixel."""
        raise NotImplementedError

    def sound(self, hertz: int) -> None:
        """Sound a tone; 0 is silence."""
        raise NotImplementedError

    def blow(self, percent: int) -> None:
        """Set the fan's power."""
        raise NotImplementedError

    def fan_pulses(self) -> int:
        """Return the tachometer's pulses since the last call."""
        raise NotImplementedError

    def chip_decicelsius(self) -> int:
        """Return the chip's temperature in tenths of a degree."""
        raise NotImplementedError

    def case_decicelsius(self) -> int:
        """Return the case's temperature as last measured and begin a new measurement; UNKNOWN_TEMPERATURE if none."""
        raise NotImplementedError

    def cut_power(self, cut: bool) -> None:
        """Open the relay in the host's 5 V line, or let it close."""
        raise NotImplementedError

    def commit(self) -> None:
        """Keep this firmware: it is the good one now."""
        raise NotImplementedError

    def enter_loader(self) -> None:
        """Restart into MicroPython's prompt, for new firmware. Does not return on a real board."""
        raise NotImplementedError

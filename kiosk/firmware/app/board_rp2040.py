"""The real board: a Raspberry Pi Pico, wired as docs/panel.md shows. Nothing decides anything here."""

import gc
import os
import select
import sys
import time

import ds18x20
import machine
import micropython
import neopixel
import onewire
import slots
from wire.messages import UNKNOWN_TEMPERATURE

from app import lights
from app.board import Board
from app.segments import FileSegments
from app.ticks import BOARD_PERIOD

# The pin map of docs/panel.md.
PIN_RING = 2
PIN_BUZZER = 3
PIN_FAN = 4
PIN_TACHOMETER = 5
PIN_ONE_WIRE = 6
PIN_RELAY = 7
PINS_SWITCHES = (8, 9, 10, 11)  # card, lid, back, headphones
PINS_ROWS = (12, 13, 14, 15)
PINS_COLUMNS = (16, 17, 18)

WATCHDOG_MS = 8_388
"""The most the RP2040's watchdog counts to (data sheet, section 4.7)."""
FAN_HERTZ = 25_000
"""Intel 4-wire PWM fan specification, section 2.1.4."""
CHANNEL_CHIP = 4


class Rp2040Board(Board):
    """Implements the port with ``machine``.

    Args:
        slot: Where the running firmware came from.
        trial: It is not confirmed yet.
    """

    ticks_period = BOARD_PERIOD

    def __init__(self, slot: str, trial: bool) -> None:
        self._relay = machine.Pin(PIN_RELAY, machine.Pin.OUT, value=0)  # first of all: the host keeps its power
        self._slot = slot
        self.trial = trial
        self.unit = machine.unique_id()
        self.cause = machine.reset_cause()
        self.segments = FileSegments("/log")
        self._dog: machine.WDT | None = None
        self._ring = neopixel.NeoPixel(machine.Pin(PIN_RING), lights.PIXELS)
        self._buzzer = machine.PWM(machine.Pin(PIN_BUZZER))
        self._buzzer.duty_u16(0)
        self._fan = machine.PWM(machine.Pin(PIN_FAN))
        self._fan.freq(FAN_HERTZ)
        self._pulses = 0
        tachometer = machine.Pin(PIN_TACHOMETER, machine.Pin.IN, machine.Pin.PULL_UP)
        tachometer.irq(self._count, machine.Pin.IRQ_FALLING)
        self._switches = [machine.Pin(n, machine.Pin.IN, machine.Pin.PULL_UP) for n in PINS_SWITCHES]
        self._rows = [machine.Pin(n, machine.Pin.IN) for n in PINS_ROWS]
        self._columns = [machine.Pin(n, machine.Pin.IN, machine.Pin.PULL_UP) for n in PINS_COLUMNS]
        self._chip = machine.ADC(CHANNEL_CHIP)
        self._sensor = ds18x20.DS18X20(onewire.OneWire(machine.Pin(PIN_ONE_WIRE)))
        self._roms: list[bytearray] = []
        self._measuring = False
        self._case = UNKNOWN_TEMPERATURE
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)
        micropython.kbd_intr(-1)  # a frame may hold a 3, which would be Ctrl-C

    def _count(self, _: machine.Pin) -> None:
        self._pulses += 1

    def ticks_ms(self) -> int:
        """See the port."""
        return time.ticks_ms()  # type: ignore[return-value]  # the stubs hide that ticks are numbers

    def ticks_us(self) -> int:
        """See the port."""
        return time.ticks_us()  # type: ignore[return-value]  # the same

    def feed(self) -> None:
        """See the port."""
        if self._dog is None:
            self._dog = machine.WDT(timeout=WATCHDOG_MS)
        self._dog.feed()

    def random32(self) -> int:
        """See the port."""
        return int.from_bytes(os.urandom(4), "big")

    def heap_free(self) -> int:
        """See the port."""
        return gc.mem_free()

    def receive(self, most: int) -> bytes:
        """See the port. Byte by byte: a longer read would wait until all have come."""
        data = bytearray()
        while len(data) < most and self._poll.poll(0):
            data += sys.stdin.buffer.read(1)
        return bytes(data)

    def send(self, data: bytes) -> int:
        """See the port. Byte by byte: "ready" promises room for one; more would wait for a host that does not read."""
        for n in range(len(data)):
            if not self._writable.poll(0):
                return n
            sys.stdout.buffer.write(data[n : n + 1])
        return len(data)

    def switches(self) -> int:
        """See the port. The card and headphone switches close when occupied; the case's open when it is opened."""
        card, lid, back, headphones = self._switches
        return (1 - card.value()) | lid.value() << 1 | back.value() << 2 | (1 - headphones.value()) << 3

    def keys(self) -> int:
        """See the port. One row is pulled low at a time, the others float: two keys never short two outputs."""
        found = 0
        for r, row in enumerate(self._rows):
            row.init(machine.Pin.OUT, value=0)
            time.sleep_us(5)
            for c, column in enumerate(self._columns):
                if column.value() == 0:
                    found |= 1 << (r * 3 + c)
            row.init(machine.Pin.IN)
        return found

    def show(self, pixels: bytearray) -> None:
        """See the port. 16 pixels take half a millisecond."""
        for n in range(lights.PIXELS):
            self._ring[n] = (pixels[n * 3], pixels[n * 3 + 1], pixels[n * 3 + 2])
        self._ring.write()

    def sound(self, hertz: int) -> None:
        """See the port."""
        if hertz:
            self._buzzer.freq(hertz)
        self._buzzer.duty_u16(32_768 if hertz else 0)

    def blow(self, percent: int) -> None:
        """See the port."""
        self._fan.duty_u16(percent * 65_535 // 100)

    def fan_pulses(self) -> int:
        """See the port."""
        pulses, self._pulses = self._pulses, 0
        return pulses

    def chip_decicelsius(self) -> int:
        """See the port. RP2040 data sheet, section 4.9.5: 27 °C at 0.706 V, 1.721 mV less for each degree."""
        microvolts = self._chip.read_u16() * 3_300_000 // 65_535
        return 270 - (microvolts - 706_000) * 10 // 1_721

    def case_decicelsius(self) -> int:
        """See the port. A reading takes 12 ms, so one call measures and the next one reads."""
        try:
            if not self._roms:
                self._roms = self._sensor.scan()
            if self._measuring:
                self._case = int(self._sensor.read_temp(self._roms[0]) * 10)
            else:
                self._sensor.convert_temp()
            self._measuring = not self._measuring
        except Exception:  # the bus says what is wrong in four kinds of errors; all mean: no temperature
            self._roms = []
            self._measuring = False
            self._case = UNKNOWN_TEMPERATURE
        return self._case

    def cut_power(self, cut: bool) -> None:
        """See the port. The relay is closed at rest: a dead panel leaves the host its power."""
        self._relay.value(1 if cut else 0)

    def commit(self) -> None:
        """See the port."""
        if self.trial:
            slots.commit("", self._slot)
            self.trial = False

    def enter_loader(self) -> None:
        """See the port."""
        slots.ask_for_loader("")
        machine.reset()

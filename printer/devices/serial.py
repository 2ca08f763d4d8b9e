"""Printers on a serial line, by python-escpos' transport (which needs pyserial)."""

import contextlib
import time
from typing import Any

from printer.errors import DeviceBrokenError, DeviceUnavailableError

WRITE_TIMEOUT_S = 8.0
CHUNK_BYTES = 1024
BITS_PER_BYTE = 10
"""Start, eight data, stop."""


class SerialDevice:
    """A printer on ``/dev/ttyS0`` or ``/dev/ttyUSB0``."""

    def __init__(self, path: str, baud: int) -> None:
        self.bytes_per_s: float | None = baud / BITS_PER_BYTE
        self._path = path
        self._baud = baud
        self._line: Any = None
        self._printer: Any = None  # kept: python-escpos closes the line when its object is forgotten

    def open(self) -> None:
        """Open the line and drop what it still holds."""
        self.close()
        try:
            from escpos.printer import Serial  # noqa: PLC0415  (slow to import; only serial printers need it)

            printer = Serial(self._path, baudrate=self._baud, timeout=0.1, dsrdtr=False)
            printer.open()
        except Exception as error:
            raise DeviceUnavailableError(f"cannot open the serial line {self._path}") from error
        self._printer, self._line = printer, printer.device
        self._line.write_timeout = WRITE_TIMEOUT_S
        self._line.reset_input_buffer()

    def send(self, data: bytes) -> None:
        """Write in pieces; hardware flow control may hold each one for a while."""
        for start in range(0, len(data), CHUNK_BYTES):
            try:
                self._line.write(data[start : start + CHUNK_BYTES])
            except (OSError, AttributeError) as error:
                raise DeviceBrokenError("the printer stopped taking bytes", start) from error

    def receive(self, timeout_s: float) -> bytes:
        """Wait for bytes in short steps."""
        deadline = time.monotonic() + timeout_s
        try:
            self._line.timeout = max(timeout_s, 0.001)
            data = bytes(self._line.read(1))
            while data and time.monotonic() < deadline and self._line.in_waiting:
                data += bytes(self._line.read(self._line.in_waiting))
        except (OSError, AttributeError) as error:
            raise DeviceBrokenError("the serial line broke") from error
        return data

    def abort(self) -> None:
        """Drop what the driver has not sent yet."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.reset_output_buffer()
        self.close()

    def close(self) -> None:
        """Close the line."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
            self._line = self._printer = None

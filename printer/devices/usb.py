"""Printers on USB, by python-escpos' transport (which needs pyusb and libusb)."""

import contextlib
from typing import Any

from printer.errors import DeviceBrokenError, DeviceUnavailableError

CHUNK_BYTES = 4096


class UsbDevice:
    """A USB printer known by its vendor and product id."""

    bytes_per_s: float | None = None

    def __init__(self, vendor: int, product: int) -> None:
        self._ids = (vendor, product)
        self._printer: Any = None

    def open(self) -> None:
        """Claim the printer."""
        self.close()
        try:
            from escpos.printer import Usb  # noqa: PLC0415  (slow to import; only USB printers need it)

            printer = Usb(*self._ids, timeout=8000)
            printer.open()
        except Exception as error:
            raise DeviceUnavailableError(
                f"cannot open the USB printer {self._ids[0]:04x}:{self._ids[1]:04x}"
            ) from error
        self._printer = printer

    def send(self, data: bytes) -> None:
        """Write in pieces of a few packets."""
        for start in range(0, len(data), CHUNK_BYTES):
            try:
                self._printer._raw(data[start : start + CHUNK_BYTES])  # noqa: SLF001  (python-escpos' transport method)
            except (OSError, AssertionError, AttributeError) as error:
                raise DeviceBrokenError("the printer stopped taking bytes", start) from error

    def receive(self, timeout_s: float) -> bytes:
        """Read one packet; a time-out is silence."""
        try:
            return bytes(self._printer.device.read(self._printer.in_ep, 64, max(int(timeout_s * 1000), 1)))
        except TimeoutError:
            return b""
        except (OSError, AttributeError) as error:
            if "timeout" in type(error).__name__.lower():  # pyusb's USBTimeoutError derives from IOError only
                return b""
            raise DeviceBrokenError("the USB line broke") from error

    def close(self) -> None:
        """Release the printer."""
        if self._printer is not None:
            with contextlib.suppress(OSError, AttributeError):
                self._printer.close()
            self._printer = None

    def abort(self) -> None:
        """Release the printer: a transfer that was handed over is the printer's already."""
        self.close()

"""What the press needs of a device. Two kinds: printers that can be asked, and stores that can be synced."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class StatusDevice(Protocol):
    """A printer on a two-way line. ``bytes_per_s`` is the line's speed where it matters, else None."""

    bytes_per_s: float | None

    def open(self) -> None:
        """Open the line anew, with nothing left over from before.

        Raises:
            DeviceUnavailableError: It cannot be opened; nothing was sent.
        """

    def send(self, data: bytes) -> None:
        """Hand over all bytes.

        Raises:
            DeviceBrokenError: The line broke or the printer stopped taking bytes.
        """

    def receive(self, timeout_s: float) -> bytes:
        """Return what has come within ``timeout_s`` seconds, at least one byte, or nothing on silence.

        Raises:
            DeviceBrokenError: The line broke.
        """

    def close(self) -> None:
        """Close the line; what was sent still arrives. Harmless when it is closed."""

    def abort(self) -> None:
        """Close the line so that of what was sent as little as possible still arrives."""


@runtime_checkable
class StoreDevice(Protocol):
    """Somewhere slips are kept instead of printed."""

    def keep(self, reference: str, data: bytes) -> bool:
        """Keep one slip's bytes; True when they are where they shall be, and would survive a power cut now.

        Raises:
            DeviceUnavailableError: They could not be kept.
        """


Device = StatusDevice | StoreDevice

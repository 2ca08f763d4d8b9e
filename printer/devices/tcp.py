"""Printers on the network, usually port 9100. Short time-outs: a citizen is waiting."""

import contextlib
import socket

from printer.errors import DeviceBrokenError, DeviceUnavailableError

CONNECT_TIMEOUT_S = 3.0
SEND_TIMEOUT_S = 8.0
"""Without progress for this long, the printer has stopped taking bytes: out of paper with its buffer full."""
CHUNK_BYTES = 4096


class TcpDevice:
    """A raw TCP printer port."""

    bytes_per_s: float | None = None

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect anew."""
        self.close()
        try:
            self._socket = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise DeviceUnavailableError(f"no printer answers at {self._address[0]}:{self._address[1]}") from error

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise DeviceBrokenError("the line to the printer is closed")
        return self._socket

    def send(self, data: bytes) -> None:
        """Send in pieces, each within its own time-out."""
        line = self._open_socket()
        line.settimeout(SEND_TIMEOUT_S)
        for start in range(0, len(data), CHUNK_BYTES):
            try:
                line.sendall(data[start : start + CHUNK_BYTES])
            except OSError as error:
                raise DeviceBrokenError("the printer stopped taking bytes", start) from error

    def receive(self, timeout_s: float) -> bytes:
        """Wait for bytes; a closed peer is a broken line."""
        line = self._open_socket()
        line.settimeout(max(timeout_s, 0.001))
        try:
            data = line.recv(256)
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceBrokenError("the line to the printer broke") from error
        if not data:
            raise DeviceBrokenError("the printer closed the line")
        return data

    def close(self) -> None:
        """Disconnect in order, so that what was sent is delivered."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
            self._socket.close()
            self._socket = None

"""Printers on the network, usually port 9100. Short time-outs: a citizen is waiting."""

import contextlib
import socket
import struct

from printer.errors import DeviceBrokenError, DeviceUnavailableError

CONNECT_TIMEOUT_S = 3.0
SEND_TIMEOUT_S = 8.0
"""Without progress for this long, the printer has stopped taking bytes: out of paper with its buffer full."""
CHUNK_BYTES = 4096
_RESET_AT_CLOSE, _DELIVER_AT_CLOSE = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)
"""SO_LINGER with no time: closing resets the connection and drops what has not been delivered."""


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
            line = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise DeviceUnavailableError(f"no printer answers at {self._address[0]}:{self._address[1]}") from error
        # If this process is killed, the rest of a slip must not run on into the printer.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = line

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
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DELIVER_AT_CLOSE)
                self._socket.shutdown(socket.SHUT_WR)
        self.abort()

    def abort(self) -> None:
        """Reset the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

"""Puts a virtual card into vpcd, the virtual reader driver of pcscd, over its socket.

Source: vsmartcard's vpcd protocol: each message has a 2-byte big-endian length; messages of one byte are controls (0
power off, 1 power on, 2 reset, 4 tell the ATR), all others are command APDUs. A connection is a card in the reader.
"""

import contextlib
import socket
import struct
import threading
import time
from typing import Self

from reader_drivers.core.errors import ServiceAbsentError
from reader_drivers.virtual.card import ChipCard

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 35963  # vpcd's first slot; the second is the next port
_CONNECT_TIMEOUT_S = 2.0
# A hand needs longer than this to swap cards; pcscd, which looks at vpcd every 400 ms, would miss a faster swap.
_SWAP_S = 0.6
_POWER_OFF, _POWER_ON, _RESET, _TELL_ATR = b"\x00", b"\x01", b"\x02", b"\x04"


class VirtualReader:
    """One slot of vpcd. Insert and remove from any thread."""

    def __init__(self, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
        """Name the slot; nothing is connected before :meth:`insert`."""
        self._address = (host, port)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._taken_out_s = time.monotonic()  # nobody knows what was in before: be as slow as a hand

    @property
    def occupied(self) -> bool:
        """True while a card is in."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def insert(self, card: ChipCard, remove_after_apdus: int | None = None) -> None:
        """Put ``card`` in; one already in is taken out first, with the pause a hand needs.

        Args:
            card: What answers.
            remove_after_apdus: Take it out by itself when the command after so many arrives.

        Raises:
            ServiceAbsentError: Nobody listens: pcscd does not run or lacks the vpcd driver.
        """
        self.remove()
        time.sleep(max(0.0, self._taken_out_s + _SWAP_S - time.monotonic()))
        try:
            connection = socket.create_connection(self._address, timeout=_CONNECT_TIMEOUT_S)
        except OSError as error:
            raise ServiceAbsentError from error
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        card.reset()
        thread = threading.Thread(
            target=self._serve, args=(connection, card, remove_after_apdus), name="virtual-card", daemon=True
        )
        with self._lock:
            self._socket, self._thread = connection, thread
        thread.start()

    def remove(self) -> None:
        """Take the card out at once, also in the middle of a read; without a card nothing happens."""
        with self._lock:
            connection, thread = self._socket, self._thread
            self._socket = self._thread = None
        if connection is not None:
            _hang_up(connection)
            self._taken_out_s = time.monotonic()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CONNECT_TIMEOUT_S)

    def wait(self) -> None:
        """Block until the card is out: by itself, or because the service ended."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _serve(self, connection: socket.socket, card: ChipCard, remove_after_apdus: int | None) -> None:
        try:
            _answer(connection, card, remove_after_apdus)
        finally:
            _hang_up(connection)
            self._taken_out_s = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _answer(connection: socket.socket, card: ChipCard, remove_after_apdus: int | None) -> None:
    """Answer until the connection ends or the card is to leave."""
    apdus = 0
    try:
        while True:
            message = _receive(connection)
            if message in {_POWER_OFF, _POWER_ON, _RESET}:
                card.reset()
            elif message == _TELL_ATR:
                _send(connection, card.atr)
            elif len(message) > 1:
                if apdus == remove_after_apdus:
                    return
                apdus += 1
                _send(connection, card.respond(message))
    except (OSError, EOFError):
        return  # the service ended, or the card was taken out: both are this thread's normal end


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack(">H", len(data)) + data)


def _receive(connection: socket.socket) -> bytes:
    (length,) = struct.unpack(">H", _receive_exactly(connection, 2))
    return _receive_exactly(connection, length)


def _receive_exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        # vpcd sends length and body apart: without this each command waits 40 ms for a delayed acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data

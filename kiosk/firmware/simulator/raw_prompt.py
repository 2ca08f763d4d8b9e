"""MicroPython's raw prompt over a file descriptor: the computer's port has none, the board's loader is one.

Enough of it for firmware to be copied: Ctrl-A enters, Ctrl-D runs what was typed, Ctrl-B leaves, Ctrl-C forgets.
"""

import io
import select
import sys

BANNER = b"raw REPL; CTRL-B to exit\r\n>"


def serve(line: int, scope: "dict[str, object]") -> None:
    """Serve until a program asks for a reset by raising SystemExit."""
    file = open(line, "r+b")
    poll = select.poll()
    poll.register(file, select.POLLIN)
    typed = bytearray()
    raw = False
    while True:
        poll.poll(1_000)
        data = file.read(512)
        if data == b"":
            raise SystemExit(0)  # whoever held the line's other end has gone
        for byte in data or b"":
            if byte == 1:
                raw, typed = True, bytearray()
                _write(file, BANNER)
            elif byte == 2:
                raw = False
                _write(file, b"\r\nMicroPython; simulated RP2040\r\n>>> ")
            elif byte == 3:
                typed = bytearray()
            elif byte == 4 and raw:
                _run(file, bytes(typed), scope)
                typed = bytearray()
            elif byte == 4:
                raise SystemExit(75)
            else:
                typed.append(byte)


def _run(file: "io.FileIO", code: bytes, scope: "dict[str, object]") -> None:
    def say(*words: object, sep: str = " ", end: str = "\n") -> None:
        _write(file, (sep.join(str(word) for word in words) + end).encode())

    scope["print"] = say
    _write(file, b"OK")
    said = b""
    try:
        exec(code.decode(), scope)
    except Exception as error:
        told = io.StringIO()
        sys.print_exception(error, told)
        said = told.getvalue().encode()
    _write(file, b"\x04" + said + b"\x04>")


def _write(file: "io.FileIO", data: bytes) -> None:
    while data:
        try:
            data = data[file.write(data) or 0 :]
        except OSError:
            return  # the host's end is closed

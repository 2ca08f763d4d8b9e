"""Starts pcscd with its virtual reader when none runs; one pcscd is all a machine can have."""

import contextlib
import fcntl
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from reader_drivers.core.errors import ServiceAbsentError
from reader_drivers.pcsc.transport import list_readers
from reader_drivers.virtual.vpcd import DEFAULT_HOST, DEFAULT_PORT

# The driver's second slot: a demonstration running on the same machine has its card in the first.
READER = "Virtual PCD 00 01"
PORT = DEFAULT_PORT + 1
SOCKET = Path("/run/pcscd/pcscd.comm")
READY_TIMEOUT_S = 10.0
PORTS_TIMEOUT_S = 70.0  # Linux keeps a closed connection's port for 60 s
LOCK = Path("/tmp/baidiao-virtual-reader.lock")


class PcscdAbsentError(RuntimeError):
    """pcscd did not come up with a virtual reader."""


def _has_virtual_reader() -> bool:
    try:
        return any("Virtual" in slot.reader for slot in list_readers())
    except ServiceAbsentError:
        return False


def _wait_until_ready(process: "subprocess.Popen[bytes] | None") -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if _has_virtual_reader() and _listens():
            return
        if process is not None and process.poll() is not None and not _has_virtual_reader():
            raise PcscdAbsentError(f"pcscd ended with {process.returncode}")
        time.sleep(0.05)
    raise PcscdAbsentError("pcscd shows no virtual reader: is vsmartcard-vpcd installed?")


def _listens() -> bool:
    """Say whether vpcd's port is taken, without connecting: a connection would be a card."""
    return not _can_bind(DEFAULT_PORT, reuse=True)


def _can_bind(port: int, *, reuse: bool) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(reuse))
        try:
            probe.bind((DEFAULT_HOST, port))
        except OSError:
            return False
        return True


def _wait_until_ports_are_free() -> None:
    """vpcd binds without SO_REUSEADDR: a connection that died with an earlier pcscd bars its port for a minute."""
    deadline = time.monotonic() + PORTS_TIMEOUT_S
    while time.monotonic() < deadline:
        if all(_can_bind(port, reuse=False) for port in (DEFAULT_PORT, DEFAULT_PORT + 1)):
            return
        time.sleep(0.25)
    raise PcscdAbsentError("vpcd's ports stay taken by another program")


def _without_polkit() -> list[str]:
    # pcscd 2 refuses everybody where no D-Bus runs; older ones do not know the option.
    known = subprocess.run(["pcscd", "--help"], capture_output=True, text=True, check=False)
    return ["--disable-polkit"] if "--disable-polkit" in known.stdout + known.stderr else []


@contextlib.contextmanager
def running_pcscd() -> Iterator[None]:
    """Yield while pcscd with the virtual reader runs: the one already there, else an own one, ended by its pid."""
    with contextlib.suppress(ServiceAbsentError):
        list_readers()  # wakes a socket-activated service
    if _has_virtual_reader():
        yield
        return
    _wait_until_ports_are_free()
    SOCKET.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        ["pcscd", "--foreground", *_without_polkit()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def exclusive_virtual_reader() -> Iterator[None]:
    """Keep other test runs on this machine off the virtual reader meanwhile."""
    handle = os.open(LOCK, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

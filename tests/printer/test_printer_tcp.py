import socket
import subprocess
import sys

import pytest

from printer.devices.tcp import TcpDevice

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


def connected(listener):
    device = TcpDevice("127.0.0.1", listener.getsockname()[1])
    device.open()
    peer, _ = listener.accept()
    peer.settimeout(5)
    return device, peer


def test_closing_delivers_what_was_sent(listener):
    device, peer = connected(listener)
    with peer:
        device.send(b"slip")
        device.close()
        assert peer.recv(10) == b"slip"
        assert peer.recv(10) == b""


def test_aborting_resets_the_line(listener):
    device, peer = connected(listener)
    with peer:
        device.send(b"slip")
        assert peer.recv(10) == b"slip"
        device.abort()
        with pytest.raises(ConnectionResetError):
            peer.recv(10)


def test_a_killed_process_resets_the_line(listener):
    """Else the kernel would deliver the rest of a slip after its process has gone."""
    port = listener.getsockname()[1]
    body = (
        f"from printer.devices.tcp import TcpDevice as T; d = T('127.0.0.1', {port}); d.open(); d.send(b'x'); input()"
    )
    process = subprocess.Popen([sys.executable, "-c", body], stdin=subprocess.PIPE)
    peer, _ = listener.accept()
    with peer, process:
        peer.settimeout(20)
        assert peer.recv(10) == b"x"
        process.kill()
        with pytest.raises(ConnectionResetError):
            peer.recv(10)

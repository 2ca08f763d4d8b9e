"""The PC/SC daemon with vpcd's virtual reader: found running, or started for as long as the demo runs."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from provisioning.demo.errors import DemoError
from provisioning.demo.processes import Processes

VPCD_PORT = 35963
"""vpcd's default port, 0x8C7B, from its reader configuration."""
_SLOTS = 2
_TIME_WAIT_S = 65
_PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")


def _daemon_listens() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(_PCSCD_SOCKET))
        except OSError:
            return False
    return True


def is_vpcd_listening(port: int = VPCD_PORT) -> bool:
    """Say whether vpcd waits for a virtual card. Asks the kernel: a connection would look like a card."""
    wanted = f":{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            if local.endswith(wanted) and state == "0A":  # TCP_LISTEN, include/net/tcp_states.h
                return True
    return False


def _without_polkit(program: str) -> list[str]:
    # pcscd 2 asks polkit about every client and refuses all where no D-Bus runs (containers, rescue systems). The
    # demo's own daemon, for invented cards, need not ask; older ones do not know the option.
    known = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return ["--disable-polkit"] if "--disable-polkit" in known.stdout + known.stderr else []


def _wait_for_free_slots() -> None:
    # vpcd binds without SO_REUSEADDR: where a card was in when an earlier pcscd ended, its ports rest for a minute
    # (TIME_WAIT), and a pcscd started meanwhile would have no reader.
    end = time.monotonic() + _TIME_WAIT_S
    while not all(_can_bind(VPCD_PORT + slot) for slot in range(_SLOTS)):
        if time.monotonic() > end:
            raise DemoError(
                f"TCP port {VPCD_PORT} or {VPCD_PORT + 1} is taken, and vpcd needs both",
                f"see who holds it: ss -ltnp '( sport = :{VPCD_PORT} or sport = :{VPCD_PORT + 1} )'",
            )
        time.sleep(0.5)


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def ensure_pcscd(processes: Processes) -> None:
    """Return when pcscd runs with the virtual reader, starting it when it does not run.

    Raises:
        DemoError: It is not installed, runs without the virtual reader, or does not start.
    """
    if _daemon_listens():
        # A running daemon may be waking up from socket activation; give it a moment to load the driver.
        for _ in range(30):
            if is_vpcd_listening():
                return
            time.sleep(0.1)
        raise DemoError(
            "pcscd runs, but without the virtual reader",
            "restart it so that it loads vpcd: sudo systemctl restart pcscd (or end it and start again)",
        )
    program = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise DemoError("pcscd is not installed", "run: make setup")
    _wait_for_free_slots()
    command = [program, "--foreground", *_without_polkit(program)]
    if os.geteuid() != 0:
        command = ["sudo", "-n", *command]
    processes.start("pcscd", command)
    processes.wait_until("pcscd", lambda: _daemon_listens() and is_vpcd_listening(), patience_s=15)

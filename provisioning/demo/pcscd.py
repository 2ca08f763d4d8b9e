"""The PC/SC daemon with vpcd's virtual reader: found running, or started for as long as the demo runs."""

import os
import shutil
import socket
import time
from pathlib import Path

from provisioning.demo.errors import DemoError
from provisioning.demo.processes import Processes

VPCD_PORT = 35963
"""vpcd's default port, 0x8C7B, from its reader configuration."""
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
    command = [program, "--foreground"] if os.geteuid() == 0 else ["sudo", "-n", program, "--foreground"]
    processes.start("pcscd", command)
    processes.wait_until("pcscd", lambda: _daemon_listens() and is_vpcd_listening(), patience_s=15)

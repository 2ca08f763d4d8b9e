"""A real nginx of this machine with the project's own configuration files, for a test's time."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "centre"
SITES = ("nginx.conf", "nginx-agencies.conf")
PATIENCE_S = 20
_MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {sites}
}}
"""


def nginx_program() -> str:
    """Find it; without it the test fails."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.fail("nginx is not installed; 'make setup' installs it")
    return found


def render_site(name: str, changes: Mapping[str, str]) -> str:
    """Return a file of ``deploy/`` with what an operator puts in; each text to be changed must be there."""
    text = (DEPLOY / name).read_text("utf-8")
    for old, new in changes.items():
        assert old in text, f"{name} no longer says {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def running_nginx(folder: Path, port: int, centre: str, certificate: Path, key: Path) -> Iterator[Path]:
    """Serve the project's sites on one port in front of a centre; gives nginx's folder.

    Args:
        folder: For its files; made.
        port: For both sites.
        centre: Host and port of the centre.
        certificate: Of the sites' names.
        key: The certificate's.
    """
    folder.mkdir()
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/baidiao/fullchain.pem": str(certificate),
        "/etc/ssl/baidiao/privkey.pem": str(key),
    }
    texts = {name: render_site(name, changes) for name in SITES}
    texts[SITES[0]], count = re.subn(r"server 127\.0\.0\.1:8080;", f"server {centre};", texts[SITES[0]])
    assert count == 1
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    sites = "\n    ".join(f"include {folder / name};" for name in texts)
    user = "user root root;" if os.getuid() == 0 else ""  # it gives its rights up otherwise, and the folder is ours
    main = folder / "main.conf"
    main.write_text(_MAIN.format(folder=folder, user=user, sites=sites), "utf-8")
    command = [nginx_program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]
    with (folder / "told").open("wb") as told:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
    try:
        _wait(port, process, folder / "error.log")
        yield folder
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait(port: int, process: "subprocess.Popen[bytes]", errors: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("nginx does not run: " + errors.read_text("utf-8"))

"""Commands ``kiosk run``, ``kiosk status`` and ``kiosk browser``."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click
import requests
import structlog

from kiosk.agent.identity import IdentityError
from kiosk.bootstrap import build
from kiosk.browser import browser_command
from kiosk.errors import KioskError, SettingsError
from kiosk.extract_command import extract_command
from kiosk.settings import Settings, parse_settings
from printer.errors import PrinterError

EXIT_NOT_ENROLLED = 2
EXIT_NOT_RUNNING = 3


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _settings() -> Settings:
    try:
        return parse_settings(os.environ)
    except SettingsError as error:
        _stop(str(error), 1)


def _url(settings: Settings) -> str:
    host = f"[{settings.screen_host}]" if ":" in settings.screen_host else settings.screen_host
    return f"http://{host}:{settings.screen_port}/"


@click.group()
def kiosk() -> None:
    """Run this device: visits, screen, heartbeats."""


@kiosk.command()
def run() -> None:
    """Serve visits until stopped. Settings come from BAIDIAO_KIOSK_... variables."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        device = build(_settings())
    except IdentityError as error:
        _stop(f"{error}. Enrol the device first: baidiao provision enrol", EXIT_NOT_ENROLLED)
    except (KioskError, PrinterError, OSError) as error:
        _stop(str(error), 1)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: device.daemon.stop())
    device.run()


@kiosk.command()
def status() -> None:
    """Say which screen is shown; exit 3 when the kiosk does not answer."""
    session = requests.Session()
    session.trust_env = False
    try:
        reply = session.get(_url(_settings()) + "state", timeout=3)
        reply.raise_for_status()
    except requests.RequestException:
        _stop("the kiosk does not answer", EXIT_NOT_RUNNING)
    click.echo(reply.text.strip())


@kiosk.command()
@click.option("--program", default="", help="Chromium; found on the path when not given.")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
def browser(program: str, flags: tuple[str, ...]) -> None:
    """Show the screen in Chromium, full screen, with a fresh profile. FLAGS after -- go to Chromium."""
    found = program or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        _stop("Chromium was not found: install it with 'apt install chromium'", 1)
    with tempfile.TemporaryDirectory(prefix="baidiao-browser-") as profile:
        sys.exit(subprocess.call(browser_command(found, _url(_settings()), Path(profile), flags)))


kiosk.add_command(extract_command)

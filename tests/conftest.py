"""Fixtures every room may use, and the rule that tests speak to this machine only."""

import platform

import pytest
from pytest_socket import socket_allow_hosts

from tests.support.browser import chromium
from tests.support.centre_postgres import make_postgres_database, postgres_server, postgres_url, store_url

__all__ = ["chromium", "make_postgres_database", "postgres_server", "postgres_url", "store_url"]


# MicroPython and its compiler are published for x86-64 alone: on a Raspberry Pi, say, there is nothing to try.
_WITH_MICROPYTHON = [
    "e2e/test_front_panel.py",
    "firmware/test_firmware_build.py",
    "firmware/test_firmware_checks.py",
    "firmware/test_firmware_week.py",
    "kiosk/test_panel_hostile.py",
    "kiosk/test_panel_link.py",
    "kiosk/test_panel_stranger.py",
]
collect_ignore = [] if platform.machine() == "x86_64" else _WITH_MICROPYTHON


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Refuse every connection that leaves the machine. Loopback and Unix sockets stay open."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)

"""Fixtures every room may use, and the rule that tests speak to this machine only."""

import platform

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.support.browser import chromium
from tests.support.centre_postgres import make_postgres_database, postgres_server, postgres_url, store_url

__all__ = ["chromium", "make_postgres_database", "postgres_server", "postgres_url", "store_url"]


settings.register_profile("baidiao", deadline=None)  # how long an example takes is for bench/ to say
settings.load_profile("baidiao")

# MicroPython and its compiler are published for x86-64 alone: on a Raspberry Pi, say, there is nothing to try.
_WITH_MICROPYTHON = [
    "e2e/test_front_panel.py",
    "firmware/test_firmware_build.py",
    "firmware/test_firmware_checks.py",
    "firmware/test_firmware_week.py",
    "kiosk/test_panel_commands.py",
    "kiosk/test_panel_flash.py",
    "kiosk/test_panel_hostile.py",
    "kiosk/test_panel_in_the_kiosk.py",
    "kiosk/test_panel_link.py",
    "kiosk/test_panel_stranger.py",
]
collect_ignore = [] if platform.machine() == "x86_64" else _WITH_MICROPYTHON


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share tests out to processes by file; whatever uses the one card reader service stays in one process."""
    for item in items:
        file = item.nodeid.split("::")[0]
        marked = item.get_closest_marker("device") or item.get_closest_marker("e2e")
        item.add_marker(pytest.mark.xdist_group("reader" if marked or "/reader_drivers/" in file else file))


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Refuse every connection that leaves the machine. Loopback and Unix sockets stay open."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)

"""Fixtures every room may use, and the rule that tests speak to this machine only."""

import platform

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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
_WITH_READER = ("tests/e2e/", "tests/reader_drivers/")
collect_ignore = [] if platform.machine() == "x86_64" else _WITH_MICROPYTHON


class _ByFile(LoadScopeScheduling):
    """Shares tests out by file; those that use the machine's one card reader service stay in one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "card reader" if file.startswith(_WITH_READER) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Have xdist share tests out this way."""
    return _ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Refuse every connection that leaves the machine. Loopback and Unix sockets stay open."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)

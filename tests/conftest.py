"""Fixtures every room may use, and the rule that tests speak to this machine only."""

import platform
from typing import Final

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
_WITHOUT = ("tests/e2e/test_nobody_is_named.py",)  # of those, what no reader is for
_READER: Final = "card reader"
_LONG_FIRST = (
    _READER,
    "tests/e2e/test_nobody_is_named.py",
    "tests/kiosk/test_panel_flash.py",
    "tests/kiosk/test_panel_commands.py",
    "tests/kiosk/test_panel_link.py",
    "tests/printer/",
    "tests/kiosk/",
)
"""What takes long, or waits much, begins first: at the end others would wait for it."""
collect_ignore = [] if platform.machine() == "x86_64" else _WITH_MICROPYTHON


def _scope_of(nodeid: str) -> str:
    file = nodeid.split("::", 1)[0]
    return _READER if file.startswith(_WITH_READER) and file not in _WITHOUT else file


def _turn_of(item: pytest.Item) -> int:
    scope = _scope_of(item.nodeid)
    return next((place for place, first in enumerate(_LONG_FIRST) if scope.startswith(first)), len(_LONG_FIRST))


class _ByFile(LoadScopeScheduling):
    """Shares tests out by file; those that use the machine's one card reader service stay in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Have xdist share tests out this way."""
    config.option.loadscopereorder = False  # by number of tests it would be
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what takes long begin first."""
    items.sort(key=_turn_of)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Refuse every connection that leaves the machine. Loopback and Unix sockets stay open."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)

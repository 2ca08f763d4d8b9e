"""Two programs on one machine never play with the same virtual slot."""

from pathlib import Path

import pytest

from reader_drivers.virtual.reservation import SLOT_PORTS, find_free_slot


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))


def test_each_slot_is_given_once_and_again_after_its_release() -> None:
    first, second = find_free_slot(), find_free_slot()
    assert first is not None
    assert second is not None
    assert (first.port, second.port) == SLOT_PORTS
    assert (first.reader, second.reader) == ("Virtual PCD 00 00", "Virtual PCD 00 01")
    assert find_free_slot() is None
    with second:
        pass
    again = find_free_slot()
    assert again is not None
    assert again.port == second.port
    for held in (first, again):
        held.release()


def test_a_named_slot_is_waited_for_by_the_caller_only() -> None:
    wanted = SLOT_PORTS[1:]
    held = find_free_slot(wanted)
    assert held is not None
    with held:
        assert find_free_slot(wanted) is None

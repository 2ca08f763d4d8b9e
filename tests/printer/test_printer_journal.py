import sqlite3
from contextlib import closing

import pytest

from printer.journal import Fate, State
from printer.press import Press
from tests.support.printer_fakes import FACE, QUICK, FakeLine, journal_at, press_on
from tests.support.printer_samples import one_service

REFERENCE = one_service().answer.reference


class DiesOn(FakeLine):
    """The process ends when these bytes are to be sent."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark

    def send(self, data):
        if self.mark in data:
            raise KeyboardInterrupt
        super().send(data)


@pytest.mark.parametrize(
    ("mark", "fate"),
    [
        (b"\x10\x04\x01", Fate.NOT_PRINTED),
        (b"\x1b@", Fate.NOT_PRINTED),
        (b"\x1dVB\x18\x1dr\x01", Fate.LOOK_AT_THE_TRAY),
    ],
)
def test_fate_after_dying_at_the_first_query_the_first_piece_and_the_tail(tmp_path, mark, fate):
    line = DiesOn(mark)
    with pytest.raises(KeyboardInterrupt):
        Press(line, journal_at(tmp_path), FACE, timing=QUICK, monotonic=line.monotonic).print_slip(one_service())
    journal = journal_at(tmp_path)
    assert journal.find_fate(REFERENCE) is fate
    assert [(found.reference, found.fate) for found in journal.recover()] == [(REFERENCE, fate)]
    assert journal.find_fate(REFERENCE) is fate
    assert journal.recover() == []
    assert line.aborted


def test_journal_tells_each_fate(tmp_path):
    journal = journal_at(tmp_path)
    assert journal.find_fate("A") is None
    attempts = {name: journal.mean(name) for name in "ABCDEF"}
    for name in "BCDEF":
        journal.mark_sent(attempts[name])
    for name in "CDEF":
        journal.mark_ending(attempts[name])
    journal.mark_ended(attempts["D"], State.CONFIRMED)
    journal.mark_ended(attempts["E"], State.UNSURE)
    journal.mark_ended(attempts["F"], State.GIVEN_UP, loose=True)
    assert {name: journal.find_fate(name) for name in "ABCDEF"} == {
        "A": Fate.NOT_PRINTED,
        "B": Fate.NOT_PRINTED,
        "C": Fate.LOOK_AT_THE_TRAY,
        "D": Fate.PRINTED,
        "E": Fate.LOOK_AT_THE_TRAY,
        "F": Fate.NOT_PRINTED,
    }
    assert [found.reference for found in journal_at(tmp_path).recover()] == ["C", "B", "A"]
    assert journal.has_loose_start()
    journal.mark_cut_off()
    assert not journal.has_loose_start()


def test_printed_once_stays_printed_whatever_a_reprint_came_to(tmp_path):
    journal = journal_at(tmp_path)
    journal.mark_ended(journal.mean("A"), State.CONFIRMED)
    journal.mark_ended(journal.mean("A"), State.GIVEN_UP)
    assert journal.find_fate("A") is Fate.PRINTED


def test_a_journal_of_an_earlier_version_is_read(tmp_path):
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection, connection:
        connection.execute(
            "CREATE TABLE attempt (id INTEGER PRIMARY KEY AUTOINCREMENT, reference TEXT NOT NULL, state TEXT NOT NULL, "
            "meant_at TEXT NOT NULL, sent_at TEXT, ended_at TEXT)"
        )
        connection.execute("INSERT INTO attempt (reference, state, meant_at) VALUES ('A', 'confirmed', '')")
    connection.close()
    journal = journal_at(tmp_path)
    assert journal.find_fate("A") is Fate.PRINTED
    assert not journal.has_loose_start()


def test_journal_holds_nothing_about_the_citizen(tmp_path):
    press_on(f"png:{tmp_path}/p", tmp_path).print_slip(one_service())
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("journal*"))
    assert b"7K3M-Q9XA-2T" in kept
    assert "ส.ร.".encode() not in kept
    assert b"xxxxx-12-3" not in kept

"""Keys of pseudonyms: rotated without losing anybody, destroyed without harming the tree."""

import pytest
from click.testing import CliRunner

from backend.evidence.cli import evidence
from backend.evidence.errors import KeyDestructionError
from backend.evidence.keyring import PRESENT, DirectoryKeyring, destroy_key, list_periods, rotate_key
from backend.evidence.keys import load_or_create_keys
from backend.evidence.leaf import Pseudonymiser, encode_leaf
from backend.evidence.log import EvidenceLog
from contracts.citizen_number import CitizenNumber
from tests.support.evidence_decisions import make_decision
from tests.support.evidence_logs import ORIGIN, make_log_store

NUMBER = CitizenNumber.parse("3550100123457")


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("BAIDIAO_CENTRE_LOG_ORIGIN", ORIGIN)
    load_or_create_keys(tmp_path / "keys")
    return tmp_path / "keys"


def run(*arguments):
    return CliRunner().invoke(evidence, [str(one) for one in arguments])


def test_a_running_centre_writes_with_the_new_key_and_looks_up_with_both(directory):
    clock = Clock()
    ring = DirectoryKeyring(directory, clock)
    first = ring.present()
    second = rotate_key(directory)
    assert (first.id, ring.present()) != (second.id, second)
    clock.now_s = 1.0
    assert ring.live() == (second, first)
    assert first.number(NUMBER) != second.number(NUMBER)


def test_a_rotation_cut_off_in_between_loses_no_key(directory):
    first = DirectoryKeyring(directory).present()
    (directory / "pseudonym-001.key").hardlink_to(directory / PRESENT)
    assert DirectoryKeyring(directory).live() == (first,)
    second = rotate_key(directory)
    assert DirectoryKeyring(directory).live() == (second, first)


def test_only_an_older_key_can_be_destroyed(directory):
    first, second = DirectoryKeyring(directory).present(), rotate_key(directory)
    with pytest.raises(KeyDestructionError) as in_use:
        destroy_key(directory, second.id)
    destroy_key(directory, first.id)
    with pytest.raises(KeyDestructionError) as gone:
        destroy_key(directory, first.id)
    assert (in_use.value.reason, gone.value.reason) == ("in_use", "unknown")
    assert [period.id for period in list_periods(directory)] == [second.id]


def test_numbers_of_destroyed_keys_are_not_given_to_newer_ones_before_older_ones(directory):
    made = [DirectoryKeyring(directory).present(), *(rotate_key(directory) for _ in range(3))]
    destroy_key(directory, made[0].id)
    made.append(rotate_key(directory))
    assert DirectoryKeyring(directory).live() == tuple(reversed(made[1:]))


def test_with_its_key_destroyed_a_period_still_verifies_and_nobody_is_found_in_it(directory, tmp_path):
    keys = load_or_create_keys(directory)
    body = b"what the device signed"
    store = make_log_store(f"sqlite:///{tmp_path / 'centre.sqlite3'}")
    log = EvidenceLog(store, ORIGIN, keys.checkpoint)
    old = DirectoryKeyring(directory).present()
    about = {"pseudonym": old.number(NUMBER), "question_hash": old.question(body), "key": old.id}
    log.append(encode_leaf(make_decision(0).model_copy(update=about)))
    log.close()
    store.close()
    (tmp_path / "question").write_bytes(body)
    older, export = directory / "pseudonym-001.key", tmp_path / "export"

    assert run("keys", "rotate", "--officer", "no-1").exit_code == 0
    verify = ("verify", export, "--key", log.verifier_key, "--question", tmp_path / "question")
    run("export", export)
    assert "answered by leaves 0" in run(*verify, "--question-key", older).output
    kept_back = run("keys", "destroy", old.id, "--reason", "retention of ten years", "--officer", "no-1")
    assert kept_back.exit_code == 2
    assert older.exists()
    destroyed = run("keys", "destroy", old.id, "--reason", "retention of ten years", "--officer", "no-1", "--yes")
    assert destroyed.exit_code == 0, destroyed.output

    run("export", tmp_path / "after")
    after = ("verify", tmp_path / "after", "--key", log.verifier_key)
    assert "the log of 3 leaves is what was signed" in run(*after).output
    entries = (tmp_path / "after/tile/entries/000.p/3").read_bytes()
    assert b'"kind":"key_destroyed"' in entries
    assert old.number(NUMBER).encode() in entries
    live = DirectoryKeyring(directory).live()
    assert not any(key.number(NUMBER).encode() in entries for key in live)
    nobody = run(*after, "--question", tmp_path / "question", "--question-key", directory / PRESENT)
    assert nobody.exit_code == 1
    assert old.key.hex() not in "".join(file.read_text("latin-1") for file in directory.iterdir())


def test_a_key_s_id_follows_from_the_key_and_does_not_give_it_away():
    assert Pseudonymiser(b"k" * 32).id == Pseudonymiser(b"k" * 32).id != Pseudonymiser(b"l" * 32).id
    assert len(Pseudonymiser(b"k" * 32).id) == 8

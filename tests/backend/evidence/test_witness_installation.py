"""A witness's directory and the centre's keys, made and rotated by command."""

import pytest
from click.testing import CliRunner

from backend.evidence.cli import evidence, witness
from backend.evidence.errors import KeyFileError, WitnessListError
from backend.evidence.keys import load_or_create_keys, rotate_checkpoint_key
from backend.evidence.witness.installation import open_witness
from backend.evidence.witness_building import load_witnesses
from contracts.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from contracts.signed_note import SignatureType, parse_verifier
from tests.support.evidence_witnesses import LOG_VERIFIER, START


def run(*arguments, group=witness):
    return CliRunner().invoke(group, arguments)


def test_a_witness_is_made_once_and_tells_its_key(tmp_path):
    made = run("init", str(tmp_path), "--name", "witness.example/w1", "--log", LOG_VERIFIER.encode())
    assert made.exit_code == 0
    verifier = parse_verifier(made.output.strip())
    assert (verifier.name, verifier.type) == ("witness.example/w1", SignatureType.COSIGNATURE)
    assert run("verify-key", str(tmp_path)).output == made.output
    again = run("init", str(tmp_path), "--name", "witness.example/w1", "--log", LOG_VERIFIER.encode())
    assert again.output == made.output
    assert (tmp_path / "witness.pem").stat().st_mode & 0o777 == 0o600
    found = open_witness(tmp_path)
    assert found.logs == (LOG_VERIFIER,)
    assert found.build_app(lambda: START).test_client().get("/healthz").text == "ok\n"


@pytest.mark.parametrize(("name", "log"), [("with space", LOG_VERIFIER.encode()), ("w", "nonsense")])
def test_what_is_not_in_note_form_is_refused(tmp_path, name, log):
    refused = run("init", str(tmp_path), "--name", name, "--log", log)
    assert refused.exit_code == 1
    assert "note form" in refused.output


def test_another_name_and_a_missing_witness_are_refused(tmp_path):
    run("init", str(tmp_path / "w"), "--name", "w", "--log", LOG_VERIFIER.encode())
    assert run("init", str(tmp_path / "w"), "--name", "v", "--log", LOG_VERIFIER.encode()).exit_code == 1
    assert "witness init" in run("verify-key", str(tmp_path)).output
    with pytest.raises(KeyFileError):
        open_witness(tmp_path)


def test_a_rotated_checkpoint_key_leaves_older_checkpoints_valid(tmp_path):
    first = load_or_create_keys(tmp_path)
    point = Checkpoint("log.example", 1, bytes(32))
    before = sign_checkpoint(point, first.checkpoint)
    second = rotate_checkpoint_key(tmp_path)
    third = rotate_checkpoint_key(tmp_path)
    raw = [key.checkpoint.private_bytes_raw() for key in (first, second, third)]
    assert len(set(raw)) == 3
    assert [key.private_bytes_raw() for key in third.older_checkpoint] == [raw[1], raw[0]]
    after = sign_checkpoint(point, third.checkpoint, third.older_checkpoint)
    for text in (before, after):  # whoever knows the first key alone can follow
        assert open_checkpoint(text, "log.example", first.checkpoint.public_key()) == point
    assert first.slip.private_bytes_raw() == third.slip.private_bytes_raw()


def test_a_rotation_that_was_cut_off_is_begun_again(tmp_path):
    first = load_or_create_keys(tmp_path)
    (tmp_path / "checkpoint-001.pem").hardlink_to(tmp_path / "checkpoint.pem")
    assert load_or_create_keys(tmp_path).older_checkpoint == ()
    after = rotate_checkpoint_key(tmp_path)
    assert after.checkpoint.private_bytes_raw() != first.checkpoint.private_bytes_raw()


def test_the_command_rotates_and_names_the_new_key(tmp_path, monkeypatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_KEYS_DIR", str(tmp_path))
    load_or_create_keys(tmp_path)
    done = run("rotate-key", group=evidence)
    key = load_or_create_keys(tmp_path).checkpoint.public_key()
    assert done.exit_code == 0
    assert parse_verifier(done.output.strip()).public_key.public_bytes_raw() == key.public_bytes_raw()


def test_a_centre_without_a_list_has_no_witnesses_and_a_missing_list_is_told(tmp_path):
    assert load_witnesses(None, 1) is None
    with pytest.raises(WitnessListError, match="cannot be read"):
        load_witnesses(tmp_path / "none", 1)

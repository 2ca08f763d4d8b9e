"""Given its salts, a question and its answer are proved from an export, without the key; and nothing else is."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.evidence.cli import evidence
from tests.support.linkage_decisions import KEYRING, ORIGIN, Centre, TestDevice, body_of, question


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export, a question and the answer to it, beside the centre's keys."""
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("BAIDIAO_CENTRE_LOG_ORIGIN", ORIGIN)
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    private = Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, content in (("checkpoint.pem", private), ("pseudonym.key", KEYRING.present().key.hex().encode())):
        (keys / name).write_bytes(content)
        (keys / name).chmod(0o600)
    centre, asked = Centre(tmp_path), question("old_age_allowance", "health_coverage")
    answer = centre.service.ask(TestDevice(), asked, body_of(asked))
    (tmp_path / "key").write_text(centre.log.verifier_key)
    centre.close()
    (tmp_path / "question").write_bytes(body_of(asked))
    (tmp_path / "answer").write_text(answer.model_dump_json(), "utf-8")
    assert run("export", tmp_path / "export").exit_code == 0
    told = run("keys", "salts", "--question", tmp_path / "question", "--answer", tmp_path / "answer")
    (tmp_path / "salts").write_text(told.output)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(evidence, [str(one) for one in arguments])


def verify(folder: Path, *more: object) -> Result:
    key = (folder / "key").read_text()
    return run("verify", folder / "export", "--key", key, "--salts", folder / "salts", *more)


def test_question_and_answer_are_proved_by_their_salts_alone(folder: Path) -> None:
    (folder / "keys" / "pseudonym.key").unlink()
    done = verify(folder, "--question", folder / "question", "--answer", folder / "answer")
    assert done.exit_code == 0, done.output
    assert "the question was answered by leaves 0, 1" in done.output
    assert "the answer is what leaves 0, 1 were made of" in done.output
    assert KEYRING.present().key.hex() not in (folder / "salts").read_text()


@pytest.mark.parametrize(("name", "part"), [("answer", '"baht":700'), ("question", '"language":"th"')])
def test_what_was_changed_afterwards_is_not_proved(folder: Path, name: str, part: str) -> None:
    told = (folder / name).read_text("utf-8")
    assert part in told
    (folder / name).write_text(told.replace(part, part.replace("700", "900").replace('"th"', '"en"')), "utf-8")
    refused = verify(folder, f"--{name}", folder / name)
    assert refused.exit_code == 1
    assert "Error:" in refused.output


def test_salts_of_another_do_not_prove_it(folder: Path) -> None:
    salts = json.loads((folder / "salts").read_text())
    salts["answer"] = dict.fromkeys(salts["answer"], "00" * 16)
    (folder / "salts").write_text(json.dumps(salts))
    assert verify(folder, "--answer", folder / "answer").exit_code == 1
    assert run("keys", "salts", "--question", folder / "question", "--key", "ffffffff").exit_code == 1

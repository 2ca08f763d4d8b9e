"""Checkpoints as signed notes."""

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence.merkle import EMPTY_ROOT
from contracts.checkpoint import Checkpoint, key_id, open_checkpoint, sign_checkpoint, verifier_key
from contracts.signed_note import CheckpointError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "centre.baidiao.example"
POINT = Checkpoint(ORIGIN, 42, sha256(b"root").digest())


def test_a_checkpoint_is_three_lines_a_blank_one_and_a_signature():
    text = sign_checkpoint(POINT, KEY)
    body = f"{ORIGIN}\n42\n{b64encode(POINT.root).decode()}\n"
    expected_id = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public_key().public_bytes_raw()).digest()[:4]
    signature = b64encode(expected_id + KEY.sign(body.encode())).decode()
    assert text == f"{body}\n— {ORIGIN} {signature}\n"
    assert verifier_key(ORIGIN, KEY.public_key()).startswith(f"{ORIGIN}+{expected_id.hex()}+A")


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
def test_what_is_signed_opens(size, root):
    point = Checkpoint(ORIGIN, size, root)
    assert open_checkpoint(sign_checkpoint(point, KEY), ORIGIN, KEY.public_key()) == point


def test_a_witness_signature_beside_it_is_ignored_and_extension_lines_are_signed():
    text = sign_checkpoint(POINT, KEY)
    witnessed = text + "— witness.example " + b64encode(bytes(72)).decode() + "\n"
    assert open_checkpoint(witnessed, ORIGIN, KEY.public_key()) == POINT
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(text.replace("\n\n", "\nextension\n\n"), ORIGIN, KEY.public_key())
    assert caught.value.reason == "signature"


@given(st.data())
def test_any_altered_character_is_refused(data):
    text = sign_checkpoint(POINT, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("aZ0+/= \n—").filter(lambda letter: letter != text[place]))
    with pytest.raises(CheckpointError):
        open_checkpoint(text[:place] + other + text[place + 1 :], ORIGIN, KEY.public_key())


def test_another_key_and_another_log_are_refused():
    text = sign_checkpoint(POINT, KEY)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with pytest.raises(CheckpointError, match="signature"):
        open_checkpoint(text, ORIGIN, other)
    with pytest.raises(CheckpointError, match="origin"):
        open_checkpoint(text, "other.example", KEY.public_key())


@pytest.mark.parametrize(
    "body",
    [
        f"{ORIGIN}\n042\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"{ORIGIN}\n-1\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"{ORIGIN}\n๔\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"{ORIGIN}\n1\n{b64encode(EMPTY_ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n1\nnot base 64\n",
        f"{ORIGIN}\n1\n",
        f"\n1\n{b64encode(EMPTY_ROOT).decode()}\n",
    ],
)
def test_a_rightly_signed_text_that_is_no_checkpoint_is_refused(body):
    signature = b64encode(key_id(ORIGIN, KEY.public_key()) + KEY.sign(body.encode())).decode()
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(f"{body}\n— {ORIGIN} {signature}\n", ORIGIN, KEY.public_key())
    assert caught.value.reason == "form"


@pytest.mark.parametrize("text", ["", "\n\n", "a\n1\n\n", "a\n\n\n"])
def test_texts_without_signatures_are_refused(text):
    with pytest.raises(CheckpointError):
        open_checkpoint(text, ORIGIN, KEY.public_key())

"""Notes, verifier keys and cosignatures, by the specifications' own examples and by construction."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.checkpoint import Checkpoint, open_checkpoint, parse_body, sign_checkpoint
from contracts.signed_note import (
    CheckpointError,
    Note,
    NoteVerifier,
    SignatureType,
    cosign_note,
    cosigned_at_s,
    parse_note,
    parse_verifier,
    sign_note,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
BODY = Checkpoint("log.example", 42, bytes(32)).body()
WITNESS = NoteVerifier("witness.example/w1", KEY.public_key(), SignatureType.COSIGNATURE)

# The example of golang.org/x/mod/sumdb/note, whose form C2SP signed-note describes.
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# C2SP tlog-cosignature, the example at its head.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_a_published_example_verifies_and_an_altered_one_does_not():
    verifier = parse_verifier(NEUMANN_KEY)
    assert verifier.encode() == NEUMANN_KEY
    assert verifier.find_signature(parse_note(NEUMANN_NOTE)) == parse_note(NEUMANN_NOTE).signatures[0]
    with pytest.raises(CheckpointError):
        verifier.find_signature(parse_note(NEUMANN_NOTE.replace("answer", "question")))


def test_the_cosignature_example_reads_as_the_specification_says():
    note = parse_note(COSIGNED)
    point = parse_body(note.body)
    assert (point.origin, point.size) == ("example.com/behind-the-sofa", 20852163)
    assert note.signatures[1].name == "witness.example.com/w1"
    assert cosigned_at_s(note.signatures[1].value) == 1679315147
    assert note.encode() == COSIGNED


def test_a_cosignature_signs_its_header_its_time_and_the_body():
    signature = cosign_note(BODY, WITNESS.name, KEY, 1679315147)
    message = b"cosignature/v1\ntime 1679315147\n" + BODY.encode()
    assert signature.value == (1679315147).to_bytes(8, "big") + KEY.sign(message)
    assert WITNESS.find_signature(Note(BODY, (signature,))) == signature
    assert b64decode(WITNESS.encode().split("+", 2)[2])[0] == 4


@given(st.integers(0, 8 * 72 - 1))
def test_a_cosignature_altered_in_any_bit_is_refused(bit):
    signature = cosign_note(BODY, WITNESS.name, KEY, 1679315147)
    altered = bytearray(signature.value)
    altered[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(CheckpointError):
        WITNESS.find_signature(Note(BODY, (type(signature)(signature.name, signature.key_id, bytes(altered)),)))


def test_a_plain_signature_by_a_witness_key_is_no_cosignature():
    plain = sign_note(BODY, WITNESS.name, KEY)
    assert plain.key_id != WITNESS.key_id
    assert WITNESS.find_signature(Note(BODY, (plain,))) is None


def test_a_rotated_key_signs_beside_the_older_one_and_either_opens_the_note():
    text = sign_checkpoint(parse_body(BODY), KEY, [OTHER])
    for keys in ([KEY], [OTHER], [OTHER, KEY]):
        assert open_checkpoint(text, "log.example", *(key.public_key() for key in keys)).size == 42
    with pytest.raises(CheckpointError):
        open_checkpoint(text, "log.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann+c74f20a3",
        NEUMANN_KEY.replace("c74f20a3", "c74f20a4"),
        NEUMANN_KEY.replace("+ARpc", "+AxpC"),
        NEUMANN_KEY[:-4],
        "Peter Neumann" + NEUMANN_KEY[12:],
    ],
)
def test_what_is_no_verifier_key(text):
    with pytest.raises(CheckpointError):
        parse_verifier(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text[:-1],
        lambda text: text.replace("answer", "ans\twer"),
        lambda text: text.replace("PeterNeumann", "Peter+Neumann"),
        lambda text: text.replace("x08g", "x0 8g"),
        lambda text: text + "— a AAAA\n",
        lambda text: text + text.splitlines(keepends=True)[-1] * 64,
    ],
)
def test_what_is_no_note(change):
    assert change(NEUMANN_NOTE) != NEUMANN_NOTE
    with pytest.raises(CheckpointError):
        parse_note(change(NEUMANN_NOTE))

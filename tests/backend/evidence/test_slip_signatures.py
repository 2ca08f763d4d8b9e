"""Slip tokens verify under the published keys and under no others; key files are private and made once."""

import threading
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import cwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.evidence.errors import KeyFileError, SlipIssuerError
from backend.evidence.keys import load_or_create_keys
from backend.evidence.slips import SlipSigner, slip_key_id, thumbprint
from contracts.decision import Outcome
from contracts.slip import SlipClaims, TokenDecision, encode_token_text, parse_claims, parse_token_text
from contracts.slip_verification import Verdict, parse_keys, verify_token

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUER = "centre.baidiao.example"
SIGNER = SlipSigner(KEY, slip_key_id(KEY.public_key()), ISSUER)
CLAIMS = SlipClaims(
    issuer=ISSUER,
    reference="7K3M-9QXV-2A",
    issued_at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
    expires_at=datetime(2099, 11, 23, 3, 0, tzinfo=UTC),
    holder_number="3-XXXX-XXXXX-45-7",
    holder_initials="บ.ส.",
    decisions=(
        TokenDecision(service="old_age_allowance", outcome=Outcome.ELIGIBLE, amount_baht=700, leaf_index=41),
        TokenDecision(service="state_welfare", outcome=Outcome.UNDECIDED, amount_baht=None, leaf_index=42),
    ),
)


def published_key(signer):
    jwk = signer.key_set()["keys"][0]
    return cwt.COSEKey.from_jwk({**jwk, "key_ops": ["verify"]})


def test_a_token_verifies_under_the_published_key_and_says_what_was_claimed():
    text = SIGNER.sign(CLAIMS)
    assert text.startswith("BD1:")
    claims = cwt.decode(parse_token_text(text), published_key(SIGNER))
    assert parse_claims(claims, ISSUER) == CLAIMS
    assert set(claims) == {4, 6, 7, 169, -70001}  # and nothing of the library's own
    assert SIGNER.sign(CLAIMS) == text


def test_the_tokens_kid_is_the_key_ids_bytes_and_its_algorithm_eddsa():
    protected, unprotected, _ = cwt.COSE.new().decode_with_headers(
        parse_token_text(SIGNER.sign(CLAIMS)), published_key(SIGNER)
    )
    assert protected == {1: -8, 4: SIGNER.key_id.encode()}
    assert unprotected == {}


def test_a_token_altered_in_any_bit_is_refused():
    token, keys = parse_token_text(SIGNER.sign(CLAIMS)), parse_keys(SIGNER.key_set())
    for bit in range(8 * len(token)):
        altered = bytearray(token)
        altered[bit // 8] ^= 1 << bit % 8
        found = verify_token(encode_token_text(bytes(altered)), keys, CLAIMS.issued_at)
        assert found.verdict in {Verdict.ALTERED, Verdict.UNKNOWN_KEY}, bit


def test_another_key_does_not_verify():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signer = SlipSigner(other, SIGNER.key_id, ISSUER)
    with pytest.raises(cwt.VerifyError):
        cwt.decode(parse_token_text(SIGNER.sign(CLAIMS)), published_key(signer))


def test_another_issuers_claims_are_not_signed():
    with pytest.raises(SlipIssuerError) as caught:
        SIGNER.sign(CLAIMS.model_copy(update={"issuer": "elsewhere.example"}))
    assert caught.value.issuer == "elsewhere.example"


def test_the_thumbprint_of_the_rfcs_example_key():
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x + "="))
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037 appendix A.3


def test_the_key_set_holds_public_parts_only():
    older = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    first, second = SlipSigner(KEY, SIGNER.key_id, ISSUER, [older]).key_set()["keys"]
    assert set(first) == {"kty", "crv", "kid", "x", "alg", "use", "iss"}
    assert first["iss"] == second["iss"] == ISSUER
    assert (first["kty"], first["crv"], first["alg"], first["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert first["kid"] == SIGNER.key_id
    assert second["kid"] == slip_key_id(older)


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path):
    directory = tmp_path / "keys"
    first, second = load_or_create_keys(directory), load_or_create_keys(directory)
    assert first.slip.private_bytes_raw() == second.slip.private_bytes_raw()
    assert first.slip.private_bytes_raw() != first.checkpoint.private_bytes_raw()
    assert sorted(path.name for path in directory.iterdir()) == [
        "checkpoint.pem",
        "pseudonym.key",
        "slip-next.pem",
        "slip.pem",
    ]
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert directory.stat().st_mode & 0o077 == 0


def test_processes_that_begin_together_agree_on_the_keys(tmp_path):
    gate, seen = threading.Barrier(8), []

    def load():
        gate.wait()
        seen.append(load_or_create_keys(tmp_path / "keys").slip.private_bytes_raw())

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def _other_kind():
    return generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("slip.pem", b"nonsense"),
        ("checkpoint.pem", _other_kind()),
        ("pseudonym.key", b"xyz"),
        ("pseudonym.key", b"ab" * 31),
        ("pseudonym.key", b"\xff"),
    ],
)
def test_a_key_file_that_is_none_is_refused_by_name(tmp_path, name, content):
    load_or_create_keys(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KeyFileError) as caught:
        load_or_create_keys(tmp_path)
    assert caught.value.name == name


def test_a_key_others_may_read_is_refused(tmp_path):
    load_or_create_keys(tmp_path)
    (tmp_path / "slip.pem").chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        load_or_create_keys(tmp_path)

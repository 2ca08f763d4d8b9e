import json
from datetime import timedelta

import base45
import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.slip import TOKEN_PREFIX, encode_claims, encode_token_text, parse_token_text
from contracts.slip_verification import KeysError, Verdict, parse_keys, verify_token
from tests.support.printer_samples import (
    DECIDED_AT,
    EXPIRES_AT,
    OLD_AGE,
    PRIVATE_KEY,
    claims_of,
    four_services,
    one_service,
    public_keys,
    sign,
    signing_key,
)

KEYS = parse_keys(public_keys())
TOKEN = one_service().answer.slip_token
COSE_BYTES = parse_token_text(TOKEN)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


def verdict(token, keys=KEYS, now=DECIDED_AT):
    return verify_token(token, keys, now).verdict


def test_valid_until_the_last_moment():
    found = verify_token(TOKEN, KEYS, EXPIRES_AT - timedelta(seconds=1))
    assert found.claims.issuer == "centre.baidiao.example"
    assert found.verdict is Verdict.VALID
    assert found.claims == claims_of("7K3M-Q9XA-2T", [OLD_AGE])
    assert verdict(TOKEN, now=EXPIRES_AT) is Verdict.EXPIRED


def test_four_services_verify():
    found = verify_token(four_services().answer.slip_token, KEYS, DECIDED_AT)
    assert [decision.service for decision in found.claims.decisions] == [
        "old_age_allowance",
        "disability_allowance",
        "state_welfare",
        "health_coverage",
    ]


def test_plain_cwt_encoding_verifies_too():
    token = encode_token_text(cwt.encode(encode_claims(claims_of("AAAA-BBBB-CC", [OLD_AGE])), signing_key()))
    assert verdict(token) is Verdict.VALID


def test_unknown_key():
    token = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE]), kid="another")
    assert verdict(token) is Verdict.UNKNOWN_KEY
    assert verdict(TOKEN, keys={}) is Verdict.UNKNOWN_KEY


def test_stranger_under_the_known_key_id_is_refused():
    token = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE]), key=STRANGER)
    assert verdict(token) is Verdict.ALTERED


def test_raised_amount_is_refused():
    tag = cbor2.loads(COSE_BYTES)
    protected, unprotected, payload, signature = tag.value
    claims = cbor2.loads(payload)
    claims[-70001][0][2] = 60_000
    forged = cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, cbor2.dumps(claims), signature]))
    assert verdict(encode_token_text(forged)) is Verdict.ALTERED


@pytest.mark.parametrize("algorithm", [None, -7, 5, 0])
def test_other_algorithms_are_refused(algorithm):
    tag = cbor2.loads(COSE_BYTES)
    header = {} if algorithm is None else {1: algorithm}
    forged = cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps(header), *tag.value[1:]]))
    assert verdict(encode_token_text(forged)) is Verdict.ALTERED


@pytest.mark.parametrize("text", ["", "BD1:", "HC1:" + TOKEN[4:], TOKEN[4:], TOKEN.lower(), "BD1:ก", TOKEN + "ก"])
def test_foreign_text_is_no_slip(text):
    assert verdict(text) in {Verdict.NOT_A_SLIP, Verdict.ALTERED}
    assert verdict(text) is not Verdict.VALID


def flipped(bit):
    altered = bytearray(COSE_BYTES)
    altered[bit // 8] ^= 1 << bit % 8
    return encode_token_text(bytes(altered))


def test_every_flipped_bit_is_refused():
    verdicts = {verdict(flipped(bit)) for bit in range(len(COSE_BYTES) * 8)}
    assert verdicts == {Verdict.ALTERED, Verdict.UNKNOWN_KEY}


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_calmly(data):
    assert verdict(TOKEN_PREFIX + base45.b45encode(data).decode()) is not Verdict.VALID


@settings(max_examples=50, deadline=None)
@given(st.integers(1, len(TOKEN) - 1))
def test_any_cut_text_is_refused(length):
    assert verdict(TOKEN[:length]) is not Verdict.VALID


@pytest.mark.parametrize(
    "keys", [None, [], {}, {"keys": 1}, {"keys": [{"kty": "OKP", "crv": "Ed25519"}]}, {"keys": ["x"]}]
)
def test_bad_key_sets_are_named(keys):
    with pytest.raises(KeysError):
        parse_keys(keys)


def test_other_kinds_of_keys_are_passed_over():
    keys = public_keys()
    keys["keys"].append({"kty": "EC", "crv": "P-256", "kid": "p", "x": "", "y": ""})
    assert list(parse_keys(json.loads(json.dumps(keys)))) == [b"c-2026"]
    assert PRIVATE_KEY is not None


def test_revoked_is_told_before_expired():
    reference = one_service().answer.reference
    found = verify_token(TOKEN, KEYS, DECIDED_AT, revoked={reference})
    assert found.verdict is Verdict.REVOKED
    assert found.claims.reference == reference
    assert verify_token(TOKEN, KEYS, EXPIRES_AT, revoked={reference}).verdict is Verdict.REVOKED
    assert verify_token(TOKEN, KEYS, DECIDED_AT, revoked={"0000-0000-00"}).verdict is Verdict.VALID


def test_rotated_keys_verify_slips_of_both():
    newer = sign(claims_of("AAAA-BBBB-CC", [OLD_AGE]), kid="c-2027", key=STRANGER)
    keys = parse_keys({"keys": public_keys("c-2027", STRANGER)["keys"] + public_keys()["keys"]})
    assert verdict(TOKEN, keys) is Verdict.VALID
    assert verdict(newer, keys) is Verdict.VALID


def test_anything_beside_the_key_id_in_the_unprotected_header_is_refused():
    protected, _, payload, signature = cbor2.loads(COSE_BYTES).value
    for unprotected in ({33: b"x"}, {4: b"c-2026"}, {1: -8}):
        forged = cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, payload, signature]))
        assert verdict(encode_token_text(forged)) is Verdict.ALTERED

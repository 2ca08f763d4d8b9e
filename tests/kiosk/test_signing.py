import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from contracts.signature import COVERED_COMPONENTS, LABEL, TAG
from kiosk.agent.identity import key_thumbprint
from kiosk.uplink.signing import SigningError, sign_request

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = key_thumbprint(KEY.public_key())
CREATED = 1_795_424_400


def sign(url="https://centre.example:8443/v1/device/questions?x=1", body=b'{"a": 1}', method="POST"):
    return sign_request(method, url, body, KEY, KEY_ID, CREATED, "bm9uY2Vub25jZW5vbmNlMQ")


def signature_base(body=b'{"a": 1}', path="/v1/device/questions", query="?x=1", authority="centre.example:8443"):
    """RFC 9421 section 2.5, written out by hand."""
    digest = b64encode(sha256(body).digest()).decode()
    covered = '("@method" "@authority" "@path" "@query" "content-digest")'
    signed = f'created={CREATED};keyid="{KEY_ID}";alg="ed25519";nonce="bm9uY2Vub25jZW5vbmNlMQ";tag="baidiao-device-v1"'
    lines = [
        '"@method": POST',
        f'"@authority": {authority}',
        f'"@path": {path}',
        f'"@query": {query}',
        f'"content-digest": sha-256=:{digest}:',
        f'"@signature-params": {covered};{signed}',
    ]
    return "\n".join(lines).encode()


def raw_signature(headers):
    found = re.fullmatch(r"baidiao=:([A-Za-z0-9+/=]+):", headers["Signature"])
    assert found
    return b64decode(found.group(1), validate=True)


def test_signature_holds_over_the_base_of_the_standard():
    headers = sign()
    KEY.public_key().verify(raw_signature(headers), signature_base())
    assert headers["Signature-Input"].startswith('baidiao=("@method" "@authority" "@path" "@query" "content-digest");')
    assert set(headers) == {"Content-Digest", "Signature-Input", "Signature"}


def test_no_body_and_no_query_are_covered_too():
    headers = sign(url="http://127.0.0.1:80/v1/device/services", body=b"")
    base = signature_base(body=b"", path="/v1/device/services", query="?", authority="127.0.0.1")
    KEY.public_key().verify(raw_signature(headers), base)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"a": 2}'},
        {"path": "/v1/device/heartbeats"},
        {"query": "?x=2"},
        {"authority": "other.example:8443"},
    ],
)
def test_signature_falls_with_any_covered_part(change):
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(raw_signature(sign()), signature_base(**change))


@pytest.mark.parametrize(("method", "url"), [("post", "https://centre.example/"), ("POST", "/v1/device/questions")])
def test_unsignable_requests_are_the_callers_mistake(method, url):
    with pytest.raises(SigningError):
        sign(url=url, method=method)


class Received:
    def __init__(self, method, url, headers):
        self.method, self.url, self.headers = method, url, headers


class AnyTimeVerifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input, max_age=None):
        assert sig_input.params["created"] == CREATED


@given(body=st.binary(max_size=300), query=st.text("abc09=&", max_size=20))
def test_the_library_verifies_what_we_sign(body, query):
    url = f"https://centre.example/v1/x?{query}"
    headers = sign(url=url, body=body)
    resolver = MappingKeyResolver(public_keys={KEY_ID: KEY.public_key()}, private_keys={})
    verifier = AnyTimeVerifier(signature_algorithm=ED25519, key_resolver=resolver)
    (result,) = verifier.verify(
        Received("POST", url, headers),
        max_age=None,
        expect_tag=TAG,
        expect_label=LABEL,
        require_components=COVERED_COMPONENTS,
        body=body,
    )
    assert result.body == body
    assert datetime.fromtimestamp(result.parameters["created"], UTC).year == 2026

"""Agencies' own systems: tokens, one decision, what is refused and how."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey

from backend.clients.errors import ClientInputError
from backend.clients.register import ADMINISTER, ClientRegister, certificate_thumbprint, parse_client_key
from contracts.agency import AGENCY_SERVICES_PATH, DECISIONS_PATH, TOKEN_PATH, AgencyAnswer
from tests.support.agency_api import TOWN, basic, question, whole_centre

HEADER = "X-Client-Cert"


@pytest.fixture
def whole(tmp_path, logging_as_before):
    with whole_centre(tmp_path, CLIENT_CERT_HEADER=HEADER) as whole:
        yield whole


def test_one_decision_with_the_officer_in_the_log(whole):
    response = whole.post(DECISIONS_PATH, question())
    assert response.status_code == 200, response.text
    answer = AgencyAnswer.model_validate_json(response.data)
    assert answer.assurance == "number_only"
    assert "slip_token" not in response.get_json()
    leaf = whole.leaf(answer.decisions[0].leaf.index)
    assert (leaf["agency_id"], leaf["device_id"], leaf["officer"]) == (TOWN, whole.client_id, "T-1042")


@pytest.mark.parametrize("officer", [None, "", "3999900000010", "สมหญิง", "x" * 65])
def test_the_officer_is_required_and_has_a_form(whole, officer):
    response = whole.post(DECISIONS_PATH, question(officer=officer))
    assert (response.status_code, response.get_json()["code"]) == (400, "bad_request")
    assert "3999900000010" not in response.text


def test_a_card_goes_with_its_citizen_number(whole):
    name = {"prefix": "นาย", "first": "ก", "middle": "", "last": "ข"}
    card = {"name_th": name, "birth": {"year": 1950, "month": 1, "day": 1}, "request_number": "1"}
    subject = {"type": "juristic_number", "juristic_number": "0105500000017", "card": card}
    response = whole.post(DECISIONS_PATH, question(subject=subject))
    assert (response.status_code, response.get_json()["code"]) == (400, "bad_request")


def test_the_agencys_mandates_apply(whole):
    response = whole.post(DECISIONS_PATH, question(services=["driving_licence"]))
    assert response.get_json()["code"] == "mandate_missing"
    offered = {one["id"] for one in whole.get(AGENCY_SERVICES_PATH).get_json()["services"]}
    assert "old_age_allowance" in offered
    assert "driving_licence" not in offered


def test_the_same_key_gets_the_same_answer(whole):
    key = {"Idempotency-Key": "order-0001"}
    first = whole.post(DECISIONS_PATH, question(), headers=key)
    again = whole.post(DECISIONS_PATH, question(), headers=key)
    assert (first.status_code, again.get_json()) == (200, first.get_json())
    other = whole.post(DECISIONS_PATH, question(officer="T-7"), headers=key)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_conflict")
    assert whole.post(DECISIONS_PATH, question(), headers={"Idempotency-Key": "a b"}).status_code == 400
    assert whole.log_size() == 1


def test_rates_are_told_and_kept(tmp_path, logging_as_before):
    with whole_centre(tmp_path, CLIENT_RATE_PER_MINUTE="60") as whole:
        refused = whole.get(AGENCY_SERVICES_PATH)
        assert refused.headers["RateLimit"] == '"default";r=9;t=60'
        for _ in range(200):  # one a second comes back meanwhile
            if refused.status_code != 200:
                break
            refused = whole.get(AGENCY_SERVICES_PATH)
        assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.get_json()["retryable"] is True


@pytest.mark.parametrize("change", ["secret", "nobody", "revoked"])
def test_strangers_get_no_token(whole, change):
    client_id, secret = whole.client_id, whole.secret
    if change == "revoked":
        whole.register.revoke(client_id, datetime.now(UTC))
    pair = {"secret": (client_id, "x" + secret), "nobody": ("agc_nobody", secret), "revoked": (client_id, secret)}
    response = whole.ask_token(*pair[change])
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


def test_a_revoked_clients_token_ends_with_it(whole):
    assert whole.get(AGENCY_SERVICES_PATH).status_code == 200
    whole.register.revoke(whole.client_id, datetime.now(UTC))
    assert whole.get(AGENCY_SERVICES_PATH).get_json()["code"] == "token_wrong"


def test_a_rotated_secret_replaces_the_old_one(whole):
    fresh = whole.register.rotate(whole.client_id)
    assert whole.ask_token(whole.client_id, whole.secret).status_code == 401
    assert whole.ask_token(whole.client_id, fresh).status_code == 200


def test_an_altered_or_foreign_token_is_refused(whole):
    head, body, _ = whole.token.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    for token in (f"{head}.{body}.AAAA", f"{unsigned}.{body}.", "x", "ü", "a" * 4000):
        response = whole.get(AGENCY_SERVICES_PATH, headers={"Authorization": f"Bearer {token}"})
        assert response.get_json()["code"] == "token_wrong", token[:10]
    assert (
        whole.get(AGENCY_SERVICES_PATH, headers={"Authorization": basic("a", "b")}).get_json()["code"]
        == "token_missing"
    )


def test_administrators_do_not_ask_and_agencies_do_not_administer(whole):
    client_id, secret = whole.register.add(TOWN, "admin", datetime.now(UTC), scopes=(ADMINISTER,), person="o@c.example")
    token = whole.ask_token(client_id, secret).get_json()["access_token"]
    response = whole.get(AGENCY_SERVICES_PATH, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.get_json()["code"]) == (403, "scope_missing")


def test_a_token_is_bound_to_the_certificate_shown(whole):
    ours, theirs = (quote(make_certificate().decode()) for _ in range(2))
    token = whole.ask_token(whole.client_id, whole.secret, headers={HEADER: ours}).get_json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert whole.get(AGENCY_SERVICES_PATH, headers=bearer | {HEADER: ours}).status_code == 200
    for headers in (bearer, bearer | {HEADER: theirs}, bearer | {HEADER: "junk"}):
        assert whole.get(AGENCY_SERVICES_PATH, headers=headers).get_json()["code"] == "certificate_wrong"


def test_a_header_is_believed_only_where_set_so(tmp_path, logging_as_before):
    with whole_centre(tmp_path) as whole:
        shown = {HEADER: quote(make_certificate().decode())}
        token = whole.ask_token(whole.client_id, whole.secret, headers=shown).get_json()["access_token"]
        assert whole.get(AGENCY_SERVICES_PATH, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_client_with_a_certificate_gets_tokens_with_it_alone(whole):
    pem = make_certificate()
    client_id, secret = whole.register.add(TOWN, "m", datetime.now(UTC), certificate=certificate_thumbprint(pem))
    assert whole.ask_token(client_id, secret).status_code == 401
    assert whole.ask_token(client_id, secret, headers={HEADER: quote(pem.decode())}).status_code == 200


def test_a_client_may_prove_itself_with_its_key_once_each(whole):
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    client_id, secret = whole.register.add(TOWN, "k", datetime.now(UTC), public_key=parse_client_key(public))
    assert secret == ""
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": whole.settings.public_url + TOKEN_PATH,
        "exp": now + 60,
        "jti": "1",
    }
    assertion = jwt.encode({"alg": "ES256"}, claims, ECKey.import_key(key))
    assert whole.ask_token_by_key(assertion).status_code == 200
    assert whole.ask_token_by_key(assertion).get_json()["error"] == "invalid_client"  # used before
    other = jwt.encode(
        {"alg": "ES256"}, claims | {"jti": "2"}, ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    )
    assert whole.ask_token_by_key(other).get_json()["error"] == "invalid_client"
    assert whole.ask_token(client_id, "").status_code == 401


def test_a_private_key_is_not_taken():
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ClientInputError, match="private"):
        parse_client_key(private)
    with pytest.raises(ClientInputError, match="not a public key"):
        parse_client_key(b"junk")


def test_a_device_must_show_a_card(whole):
    device = whole.centre.enrol()
    asked = {
        "question_id": "018f3c5a-6f0e-7c39-9b56-2d9f3d0d8a11",
        "visit_id": "018f3c5a-6f0e-7c39-9b56-2d9f3d0d8a10",
        "services": ["old_age_allowance"],
        "subject": {"citizen_number": "3999900000010"},
    }
    response = device.post("/v1/device/questions", asked)
    assert response.get_json()["detail"] == "does not fit: subject.card"


def make_certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "system.town.example")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_the_register_lists_what_is_there(whole):
    (only,) = ClientRegister(whole.centre.store).list_all()
    assert (only.device_id, only.agency_id) == (whole.client_id, TOWN)
    assert whole.secret not in json.dumps(repr(only))

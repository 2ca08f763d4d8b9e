"""Tokens bound to TLS certificates (RFC 8705): a real nginx with the files of ``deploy/`` before a real centre."""

import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jws

from agency_client import AgencyClient, SignInError
from backend.clients.register import certificate_thumbprint
from bench.centre_processes import TOWN, baidiao, free_port, served_centre
from contracts.agency import AGENCY_SERVICES_PATH, BULK_PATH, DECISIONS_PATH, TOKEN_PATH
from contracts.problems import Problem
from tests.support.nginx import running_nginx

PUBLIC, AGENCIES = "centre.example", "agencies.centre.example"
FORGED = ("X-Client-Cert", "x-client-cert", "X_Client_Cert", "Client-Cert")


@dataclass(frozen=True)
class Shown:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path

    @property
    def pair(self) -> tuple[str, str]:
        return str(self.certificate), str(self.key)

    @property
    def pem(self) -> bytes:
        return self.certificate.read_bytes()


def make_certificate(
    folder: Path, name: str, *names: str, usage: x509.ObjectIdentifier, days: int = 2, age_days: int = 1
) -> Shown:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - timedelta(days=age_days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if names:
        alternatives = [x509.DNSName(one) for one in names] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    shown = Shown(folder / f"{name}.pem", folder / f"{name}.key")
    shown.certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    shown.key.write_bytes(key.private_bytes(*plain))
    return shown


@dataclass(frozen=True)
class Scene:
    """What runs, and an agency's two systems: one whose tokens need no certificate, one that must show its own."""

    port: int
    server: Shown
    ours: Shown
    theirs: Shown
    folder: Path
    client: tuple[str, str]
    bound_client: tuple[str, str]

    def url(self, host: str, path: str = "") -> str:
        return f"https://{host}:{self.port}{path}"

    def ask_token(self, host, shown=None, headers=None, client=None):
        return requests.post(
            self.url(host, TOKEN_PATH),
            data={"grant_type": "client_credentials"},
            auth=client or self.client,
            headers=headers,
            cert=shown.pair if shown else None,
            verify=str(self.server.certificate),
            timeout=10,
        )

    def ask(self, host, token, shown=None, headers=None):
        return requests.get(
            self.url(host, AGENCY_SERVICES_PATH),
            headers={"Authorization": f"Bearer {token}"} | (headers or {}),
            cert=shown.pair if shown else None,
            verify=str(self.server.certificate),
            timeout=10,
        )

    def agency(self, host: str, shown: Shown | None, client: tuple[str, str]) -> AgencyClient:
        pair = shown.pair if shown else None
        return AgencyClient(self.url(host), *client, certificate=pair, authorities=str(self.server.certificate))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    state = folder / "state"
    environment = {
        "BAIDIAO_CENTRE_STATE_DIR": str(state),
        "BAIDIAO_CENTRE_PUBLIC_URL": f"https://{PUBLIC}",
        "BAIDIAO_CENTRE_TRUSTED_PROXIES": "1",
        "BAIDIAO_CENTRE_CLIENT_CERT_HEADER": "X-Client-Cert",
        "BAIDIAO_CENTRE_CLIENT_RATE_PER_MINUTE": "0",
    }
    server = make_certificate(folder, "server", PUBLIC, AGENCIES, usage=ExtendedKeyUsageOID.SERVER_AUTH)
    ours, theirs = (
        make_certificate(folder, name, usage=ExtendedKeyUsageOID.CLIENT_AUTH) for name in ("ours", "theirs")
    )
    baidiao("centre", "init", **environment)
    add = ("centre", "clients", "add", "--agency", TOWN, "--name", "Town hall")
    clients = []
    for more in ((), ("--certificate", str(ours.certificate))):
        words = baidiao(*add, *more, **environment).split()
        clients.append((words[1], words[3]))
    port = free_port()
    with (
        served_centre(state, environment, 4) as (centre, _pid),
        running_nginx(folder / "nginx", port, centre.removeprefix("http://"), server.certificate, server.key),
    ):
        yield Scene(port, server, ours, theirs, folder, *clients)


@pytest.fixture(autouse=True)
def names_lead_here(monkeypatch):
    """Both names are this machine's, as they would be in an operator's DNS."""
    real = socket.getaddrinfo

    def here(host, *rest, **more):
        return real("127.0.0.1" if host in {PUBLIC, AGENCIES} else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)


def binding(response) -> str | None:
    token = response.json()["access_token"]
    return json.loads(jws.extract_compact(token.encode()).payload).get("cnf", {}).get("x5t#S256")


def refusal(response) -> tuple[int, str]:
    assert response.headers["Content-Type"].startswith("application/problem+json"), response.text
    return response.status_code, Problem.model_validate_json(response.content).code


def test_a_token_works_with_the_certificate_it_was_asked_with_and_with_no_other(scene):
    answer = scene.ask_token(AGENCIES, scene.ours)
    assert binding(answer) == certificate_thumbprint(scene.ours.pem)
    token = answer.json()["access_token"]
    assert scene.ask(AGENCIES, token, scene.ours).status_code == 200
    assert refusal(scene.ask(AGENCIES, token, scene.theirs)) == (401, "certificate_wrong")
    assert refusal(scene.ask(AGENCIES, token)) == (401, "certificate_wrong")
    assert refusal(scene.ask(PUBLIC, token, scene.ours)) == (401, "certificate_wrong"), "nobody looks at it there"


def test_a_token_asked_without_a_certificate_is_bound_to_none(scene):
    answer = scene.ask_token(AGENCIES)
    assert binding(answer) is None
    assert scene.ask(AGENCIES, answer.json()["access_token"], scene.ours).status_code == 200
    assert scene.ask(PUBLIC, answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("host", [PUBLIC, AGENCIES])
def test_whoever_writes_the_header_himself_gains_nothing(scene, host, name):
    forged = {name: quote(scene.ours.pem.decode())}
    assert binding(scene.ask_token(host, headers=forged)) is None
    token = scene.ask_token(AGENCIES, scene.ours).json()["access_token"]
    assert refusal(scene.ask(host, token, headers=forged)) == (401, "certificate_wrong")
    assert refusal(scene.ask(host, token, scene.theirs, headers=forged)) == (401, "certificate_wrong")
    assert binding(scene.ask_token(AGENCIES, scene.theirs, headers=forged)) == certificate_thumbprint(scene.theirs.pem)


@pytest.mark.parametrize("name", FORGED)
def test_a_system_with_a_certificate_of_its_own_gets_no_token_without_it(scene, name):
    forged = {name: quote(scene.ours.pem.decode())}
    for shown, headers in ((None, {}), (None, forged), (scene.theirs, forged)):
        refused = scene.ask_token(AGENCIES, shown, headers, scene.bound_client)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert scene.ask_token(AGENCIES, scene.ours, client=scene.bound_client).status_code == 200


@pytest.mark.parametrize("host", [PUBLIC, AGENCIES])
def test_batches_pass_in_whole_and_are_held_to_the_same(scene, host):
    token = scene.ask_token(AGENCIES, scene.ours).json()["access_token"]
    large = b" " * 200_000 + b"{}"

    def post(path, shown, **headers):
        given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
        pair, trusted = shown.pair if shown else None, str(scene.server.certificate)
        return requests.post(scene.url(host, path), data=large, headers=given, cert=pair, verify=trusted, timeout=10)

    forged = {"X-Client-Cert": quote(scene.ours.pem.decode())}
    assert refusal(post(BULK_PATH, scene.theirs, **forged)) == (401, "certificate_wrong")
    assert refusal(post(BULK_PATH, None, **forged)) == (401, "certificate_wrong")
    if host == AGENCIES:
        assert refusal(post(BULK_PATH, scene.ours)) == (400, "bad_request"), "the centre has read it"
    assert post(DECISIONS_PATH, scene.ours).status_code == 413


def test_a_certificate_without_its_key_is_of_no_use(scene):
    stolen = Shown(scene.ours.certificate, scene.theirs.key)
    with pytest.raises((OSError, ssl.SSLError)):
        scene.ask_token(AGENCIES, stolen)


@pytest.mark.parametrize(
    ("usage", "days"), [(ExtendedKeyUsageOID.CLIENT_AUTH, 1), (ExtendedKeyUsageOID.SERVER_AUTH, 9)]
)
def test_a_certificate_that_has_expired_or_is_not_for_clients_is_refused_as_a_problem(scene, usage, days):
    unfit = make_certificate(scene.folder, "unfit", usage=usage, days=days, age_days=3)
    assert refusal(scene.ask_token(AGENCIES, unfit)) == (401, "certificate_wrong")


def test_the_agencies_name_is_not_reached_through_the_public_ones_handshake(scene):
    """Where no certificate is asked for, none can be shown: the name in the request must be that of the handshake."""
    trusted = ssl.create_default_context(cafile=str(scene.server.certificate))
    token = scene.ask_token(AGENCIES, scene.ours).json()["access_token"]
    connection = HTTPSConnection(PUBLIC, scene.port, context=trusted, timeout=10)
    connection.request("GET", AGENCY_SERVICES_PATH, headers={"Host": AGENCIES, "Authorization": f"Bearer {token}"})
    assert connection.getresponse().status == 421
    connection.close()


@pytest.mark.parametrize("path", ["/", "/console", "/docs", "/metrics", "/v1/device/questions"])
def test_the_agencies_name_leads_to_the_agencies_interface_alone(scene, path):
    answer = requests.get(scene.url(AGENCIES, path), verify=str(scene.server.certificate), timeout=10)
    assert answer.status_code == 404


def test_the_client_in_python_shows_its_certificate(scene):
    client = scene.agency(AGENCIES, scene.ours, scene.bound_client)
    assert "old_age_allowance" in {service.id for service in client.services()}
    client.close()
    for shown in (None, scene.theirs):
        client = scene.agency(AGENCIES, shown, scene.bound_client)
        with pytest.raises(SignInError):
            client.services()
        client.close()

"""TLS with an agency over real sockets and authorities of our own; and twins that are asked in time."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.linkage.adapters.linking import make_providers
from backend.linkage.directory import Agency
from backend.linkage.errors import DirectoryError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.transport import HttpTransport
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import AgencyServer, drops, hangs, says, subject

REQUEST = {"send": {"n": "citizen_number"}, "facts": {"registry.alive": {"at": "a", "as": "bool"}}}
ANSWER = {"found": True, "a": True}


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._sign(self.subject, self.key, ca=True))

    def issue(self, name: str) -> tuple[str, str]:
        """Return a certificate's file and its key's."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        files = (self.folder / f"{self.name}-{name}.pem", self.folder / f"{self.name}-{name}.key")
        files[0].write_bytes(self._sign(subject, key, ca=False))
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        files[1].write_bytes(key.private_bytes(*pem))
        return str(files[0]), str(files[1])

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
        now = datetime.now(UTC)
        usage = x509.KeyUsage(
            digital_signature=not ca,
            key_cert_sign=ca,
            crl_sign=ca,
            **dict.fromkeys(
                (
                    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
                    *("encipher_only", "decipher_only"),
                ),
                False,
            ),
        )
        key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(key_id, critical=False)
            .add_extension(issuer_id, critical=False)
        )
        if not ca:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@contextmanager
def tls_agency(ours: Authority, certificate: tuple[str, str]) -> Iterator[str]:
    """Serve over TLS, for clients with a certificate of ``ours`` alone."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ours.file))
    context.load_cert_chain(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    loop, stopping, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async def handle(_request: web.BaseRequest) -> web.Response:
            return web.json_response(ANSWER)

        runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        ports.append(runner.addresses[0][1])
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"https://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()


def ask(entry: dict[str, Any], deadline_s: float = 1.5) -> Facts | NotKnown:
    agency = Agency.model_validate(
        {"id": "tax", "name": {"th": "ก", "en": "T"}, "adapter": "rest", "requests": [REQUEST], **entry}
    )

    async def run() -> Facts | NotKnown:
        transport = HttpTransport()
        try:
            (provider,) = make_providers(agency, transport)
            return await provider.ask(subject(), frozenset({Fact.ALIVE}), deadline_s)
        finally:
            await transport.aclose()

    return asyncio.run(run())


def test_tls_with_pinned_authorities_and_a_certificate_of_our_own(tmp_path: Path) -> None:
    right, wrong = Authority(tmp_path, "right"), Authority(tmp_path, "wrong")
    certificate, key = right.issue("centre")
    ours = {"certificate_file": certificate, "key_file": key}
    stranger = dict(zip(("certificate_file", "key_file"), wrong.issue("centre"), strict=True))
    with tls_agency(right, right.issue("agency")) as url:
        assert ask({"base_url": url, "tls": {"ca_file": str(right.file), **ours}}) == {Fact.ALIVE: True}
        for tls in (
            {"ca_file": str(wrong.file), **ours},
            ours,  # the machine's authorities do not know this one
            {"ca_file": str(right.file), **stranger},
            {"ca_file": str(right.file)},
        ):
            told = ask({"base_url": url, "tls": tls})
            assert isinstance(told, NotKnown), tls
            assert told.cause is NotKnownCause.UNREACHABLE


def test_an_unreadable_certificate_is_found_on_loading(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="tls: FileNotFoundError"):
        ask({"base_url": "https://127.0.0.1:1", "tls": {"ca_file": str(tmp_path / "none.pem")}})


@pytest.mark.parametrize(
    ("first", "asked_twin"), [(hangs, 1), (drops, 1), (says({}, status=503), 1), (says(ANSWER), 0)]
)
def test_a_twin_is_asked_when_the_first_is_late_or_in_trouble(first: Any, asked_twin: int) -> None:
    with AgencyServer(first) as one, AgencyServer(says(ANSWER)) as two:
        told = ask({"base_url": one.base_url, "twins": [two.base_url], "hedge_after_ms": 50})
        assert told == {Fact.ALIVE: True}
        assert len(two.seen) == asked_twin


def test_a_late_first_answer_still_counts() -> None:
    with AgencyServer(says(ANSWER, delay_s=0.2)) as one, AgencyServer(hangs) as two:
        assert ask({"base_url": one.base_url, "twins": [two.base_url], "hedge_after_ms": 50}) == {Fact.ALIVE: True}
        assert len(two.seen) == 1


def test_two_dead_twins_are_told_within_the_deadline() -> None:
    with AgencyServer(hangs) as one, AgencyServer(drops) as two:
        told = ask({"base_url": one.base_url, "twins": [two.base_url], "hedge_after_ms": 50}, 0.3)
    assert told == NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")


def test_a_definite_no_is_not_asked_again() -> None:
    with AgencyServer(says({"found": False})) as one, AgencyServer(says(ANSWER)) as two:
        told = ask({"base_url": one.base_url, "twins": [two.base_url], "hedge_after_ms": 500})
        assert told == NotKnown(NotKnownCause.NO_RECORD, retryable=False)
        assert two.seen == []

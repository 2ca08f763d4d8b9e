"""A timestamping authority made of openssl's own: its keys in a folder, and served over HTTP with its whims."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

_CONFIGURATION = """[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class TimestampingHouse:
    """An authority in a folder: ``root.pem`` for whoever believes it, and what it signs with."""

    folder: Path
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate("root", root_key, "root", root_key, x509.BasicConstraints(ca=True, path_length=0))
        own = _certificate(
            "authority", key, "root", root_key, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        )
        for name, certificate in (("root", root), ("own", own)):
            (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (self.folder / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (self.folder / "serial").write_text("01\n")
        (self.folder / "configuration").write_text(_CONFIGURATION.format(folder=self.folder))

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """Answer as RFC 3161 wants."""
        self.asked.append(request)
        query, reply = self.folder / "query", self.folder / "reply"
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", self.folder / "configuration", "-queryfile", query]
        signer = ["-signer", self.folder / "own.pem", "-inkey", self.folder / "own.key", "-out", reply]
        subprocess.run([*command, *signer], check=True, capture_output=True)
        return reply.read_bytes()

    def stamp_another(self, _request: bytes) -> bytes:
        """Answer somebody else's request."""
        other = TimestampRequestBuilder().data(b"another checkpoint").hash_algorithm(HashAlgorithm.SHA256).build()
        return self.stamp(other.as_bytes())

    def openssl_verifies(self, note: Path, reply: Path) -> bool:
        command = ["openssl", "ts", "-verify", "-data", note, "-in", reply, "-CAfile", self.root]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


def without_nonce(request: bytes) -> bytes:
    """Return a request for the same hash that bears no nonce."""
    at = request.index(b"\x04\x20") + 2
    digest = request[at : at + 32]
    imprint = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    body = b"\x02\x01\x01" + imprint + b"\x01\x01\xff"
    return b"\x30" + bytes([len(body)]) + body


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.answer(self, self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]

    def log_message(self, *_args) -> None:
        pass


def send(handler: BaseHTTPRequestHandler, reply: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/timestamp-reply")
    handler.send_header("Content-Length", str(len(reply)))
    handler.end_headers()
    handler.wfile.write(reply)


def trickle(handler: BaseHTTPRequestHandler, _request: bytes) -> None:
    """Send a byte now and then, without end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"\x30" * 1024)
            time.sleep(0.05)
    except OSError:  # the client had enough
        pass


@contextmanager
def authority_at(answer) -> Iterator[str]:
    """Serve an authority whose ``answer(handler, request)`` replies; gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.answer = answer  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(name, key, issuer, issuer_key, extension) -> x509.Certificate:
    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(extension, critical=True)
        .sign(issuer_key, hashes.SHA256())
    )

"""An agency's TLS papers: an authority of its own, the certificate that it signed, and one that nobody did."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAYS: Final = 30
_Key = ec.EllipticCurvePrivateKey


class Papers:
    """Made anew at every start; the authority's certificate is what callers are to trust.

    Args:
        directory: Gets ``AGENCY.authority.pem``, and the agency's keys beside it.
        agency_id: Whose.
        host: The address that it listens on.
    """

    def __init__(self, directory: Path, agency_id: str, host: str) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.authority = directory / f"{agency_id}.authority.pem"
        signed = _certify(f"authority of {agency_id}", host, authority, f"authority of {agency_id}", authority)
        self.authority.write_bytes(signed)
        self._good = self._write(directory / f"{agency_id}.pem", agency_id, host, authority)
        self._bad = self._write(directory / f"{agency_id}.strange.pem", agency_id, host, stranger)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.show(good=True)

    def show(self, *, good: bool) -> None:
        """Show who connects from now on the right certificate or the strange one."""
        self.context.load_cert_chain(self._good if good else self._bad)

    def _write(self, path: Path, agency_id: str, host: str, signer: _Key) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(*form) + _certify(agency_id, host, key, f"authority of {agency_id}", signer))
        return path


def _certify(name: str, host: str, key: _Key, issuer: str, signer: _Key) -> bytes:
    now = datetime.now(UTC)
    own = key is signer
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_address(host)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _address(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)

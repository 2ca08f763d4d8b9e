"""Timestamps over checkpoints (RFC 3161): what a reply must be to count. Reads no clock and asks nobody.

A witness says that a checkpoint follows from the one before; an authority's timestamp says that it was there by a
certain time, in a form that courts know and any tool checks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client import VerificationError as RefusedError

from backend.evidence.errors import TimestampError

CLOCKS_APART: Final = timedelta(minutes=5)
"""How far an authority's clock may be from the centre's before its answer is not believed."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A timestamping authority.

    Attributes:
        certificates: Its root's certificate, and any between the root and the authority's own.
    """

    certificates: tuple[Certificate, ...]

    def check(self, reply: bytes, message: bytes, nonce: int | None = None) -> datetime:
        """Return the time that a reply gives a message.

        Args:
            reply: ``TimeStampResp`` in DER, RFC 3161 section 2.4.2.
            message: What was stamped.
            nonce: That of the request; None when the reply comes out of a store.

        Raises:
            TimestampError: No timestamp of this authority over this message, or the answer to another request.
        """
        try:
            response = decode_timestamp_response(reply)
            told = response.tst_info
            if nonce is not None and told.nonce != nonce:
                raise TimestampError("wrong_nonce")
            verifier = VerifierBuilder(roots=list(self.certificates), nonce=nonce).build()
            verifier.verify_message(response, message)
        except (RefusedError, ValueError) as error:
            raise TimestampError("bad_answer") from error
        return told.gen_time.astimezone(UTC)


def read_authority(pem: bytes) -> Authority:
    """Read an authority's certificates.

    Raises:
        TimestampError: They are none.
    """
    try:
        return Authority(tuple(load_pem_x509_certificates(pem)))
    except ValueError as error:
        raise TimestampError("certificate") from error


def make_request(message: bytes) -> tuple[bytes, int | None]:
    """Return a request for a message's timestamp, in DER, and its nonce."""
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    return request.as_bytes(), request.nonce


def check_clock(stamped_at: datetime, now: datetime) -> None:
    """Refuse a time that cannot be.

    Raises:
        TimestampError: The authority's clock and ours are too far apart.
    """
    if abs(stamped_at - now) > CLOCKS_APART:
        raise TimestampError("wrong_time")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checkpoint with its timestamp.

    Attributes:
        size: The checkpoint's.
        note: The checkpoint, byte for byte what was stamped.
        reply: The authority's.
    """

    size: int
    note: bytes
    reply: bytes

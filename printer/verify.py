"""Is this slip genuine? Decided offline from the token's text and the centre's public keys. Pure: time is an argument.

The token is COSE_Sign1 (RFC 9052, tag 18), EdDSA with Ed25519 (RFC 9053), the key's id in the header.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import cbor2
from cwt import COSE, COSEKey, CWTError

from contracts.message import Words
from contracts.slip import SlipClaims, TokenTextError, parse_claims, parse_token_text
from printer.errors import KeysError

COSE_SIGN1_TAG = 18
HEADER_ALG, HEADER_KID = 1, 4
ALG_EDDSA = -8


class Verdict(StrEnum):
    """What a verifier may say of a slip."""

    VALID = "valid"
    EXPIRED = "expired"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    NOT_A_SLIP = "not_a_slip"


VERDICT_WORDS = {
    Verdict.VALID: Words(th="ใบนี้เป็นของจริงและไม่ถูกแก้ไข", en="This slip is genuine and unaltered."),
    Verdict.EXPIRED: Words(
        th="ใบนี้เป็นของจริง แต่หมดอายุการยืนยันแล้ว โปรดให้ตรวจสอบสิทธิใหม่",
        en="This slip is genuine but no longer current. Please have the entitlement checked again.",
    ),
    Verdict.ALTERED: Words(
        th="ใบนี้ถูกแก้ไขหรือเสียหาย ใช้เป็นหลักฐานไม่ได้", en="This slip was altered or damaged. It proves nothing."
    ),
    Verdict.UNKNOWN_KEY: Words(
        th="ไม่รู้จักผู้ออกใบนี้ โปรดปรับปรุงกุญแจสาธารณะแล้วตรวจใหม่",
        en="The issuer's key is not known here. Please update the public keys and try again.",
    ),
    Verdict.NOT_A_SLIP: Words(
        th="รหัสนี้ไม่ใช่รหัสของใบแจ้งผล หรืออ่านได้ไม่ครบ", en="This code is not a slip's, or was not read whole."
    ),
}


@dataclass(frozen=True)
class Verification:
    """The verdict, and what the slip claims.

    Attributes:
        verdict: What may be said.
        claims: Only when the signature is good: valid and expired.
    """

    verdict: Verdict
    claims: SlipClaims | None = field(default=None, repr=False)

    @property
    def words(self) -> Words:
        """The verdict for an officer at a counter."""
        return VERDICT_WORDS[self.verdict]


def parse_keys(key_set: Any) -> dict[bytes, Any]:
    """Read a JSON Web Key Set (RFC 7517) with Ed25519 keys (RFC 8037); others in it are passed over.

    Returns:
        COSE keys by key id.

    Raises:
        KeysError: Not a key set, or a key is malformed.
    """
    try:
        wanted = [key for key in key_set["keys"] if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"]
        return {
            key["kid"].encode(): COSEKey.from_jwk(
                {name: key[name] for name in ("kty", "crv", "kid", "x")} | {"alg": "EdDSA"}
            )
            for key in wanted
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise KeysError("not a JSON Web Key Set with Ed25519 keys") from error


def _opened(cose: bytes) -> tuple[Any, Any, Any]:
    """The tag's content, its protected and unprotected headers; ValueError and kin when it is no COSE_Sign1."""
    tag = cbor2.loads(cose)
    if not isinstance(tag, cbor2.CBORTag) or tag.tag != COSE_SIGN1_TAG:
        raise TokenTextError("not COSE_Sign1")
    protected, unprotected, _, _ = tag.value
    return tag, cbor2.loads(protected) if protected else {}, unprotected


def verify_token(token_text: str, keys: Mapping[bytes, Any], now: datetime) -> Verification:
    """Verify a token.

    Args:
        token_text: The QR code's text.
        keys: From :func:`parse_keys`.
        now: Aware time of verification.
    """
    try:
        cose = parse_token_text(token_text)
    except TokenTextError:
        return Verification(Verdict.NOT_A_SLIP)
    try:
        tag, protected, unprotected = _opened(cose)
        kid = protected.get(HEADER_KID) or unprotected.get(HEADER_KID)
        if protected.get(HEADER_ALG) != ALG_EDDSA or not isinstance(kid, bytes):
            return Verification(Verdict.ALTERED)
    except (ValueError, TypeError, AttributeError, cbor2.CBORError):
        return Verification(Verdict.ALTERED)
    if kid not in keys:
        return Verification(Verdict.UNKNOWN_KEY)
    try:
        claims = parse_claims(cbor2.loads(COSE.new().decode(tag, keys[kid])))
    except (CWTError, ValueError, TypeError, AttributeError, cbor2.CBORError):
        return Verification(Verdict.ALTERED)
    return Verification(Verdict.VALID if now < claims.expires_at else Verdict.EXPIRED, claims)

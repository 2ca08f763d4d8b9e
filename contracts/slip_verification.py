"""Is this slip genuine? Decided offline from the token's text and the centre's public keys. Pure: time is an argument.

The token is COSE_Sign1 (RFC 9052, tag 18), EdDSA with Ed25519 (RFC 9053), the key's id in the header.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import cbor2
from cwt import COSE, COSEKey, CWTError

from contracts.message import Words
from contracts.slip import SlipClaims, TokenTextError, parse_claims, parse_token_text

COSE_SIGN1_TAG = 18
HEADER_ALG, HEADER_KID = 1, 4
ALG_EDDSA = -8


class KeysError(ValueError):
    """A key set is not a JSON Web Key Set with Ed25519 keys (RFC 7517, RFC 8037)."""


@dataclass(frozen=True)
class SlipKey:
    """A public key that signs, or signed, slips.

    Attributes:
        key: For COSE.
        issuer: Whose it is, as the key set says (member ``iss``); empty when it does not.
    """

    key: Any
    issuer: str


class Verdict(StrEnum):
    """What a verifier may say of a slip."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    NOT_A_SLIP = "not_a_slip"


VERDICT_WORDS = {
    Verdict.VALID: Words(th="ใบนี้เป็นของจริงและไม่ถูกแก้ไข", en="This slip is genuine and unaltered."),
    Verdict.EXPIRED: Words(
        th="ใบนี้เป็นของจริง แต่หมดอายุการยืนยันแล้ว โปรดให้ตรวจสอบสิทธิใหม่",
        en="This slip is genuine but no longer current. Please have the entitlement checked again.",
    ),
    Verdict.REVOKED: Words(
        th="ผู้ออกเพิกถอนใบนี้แล้ว ใช้เป็นหลักฐานไม่ได้ โปรดให้ตรวจสอบสิทธิใหม่",
        en="The issuer has revoked this slip. It proves nothing. Please have the entitlement checked again.",
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
        claims: Only when the signature is good: valid, expired and revoked.
    """

    verdict: Verdict
    claims: SlipClaims | None = field(default=None, repr=False)

    @property
    def words(self) -> Words:
        """The verdict for an officer at a counter."""
        return VERDICT_WORDS[self.verdict]


def parse_keys(key_set: Any) -> dict[bytes, SlipKey]:
    """Read a JSON Web Key Set (RFC 7517) with Ed25519 keys (RFC 8037); others in it are passed over.

    Returns:
        Keys by key id.

    Raises:
        KeysError: Not a key set, or a key is malformed.
    """
    try:
        wanted = [key for key in key_set["keys"] if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"]
        return {
            key["kid"].encode(): SlipKey(
                COSEKey.from_jwk({name: key[name] for name in ("kty", "crv", "kid", "x")} | {"alg": "EdDSA"}),
                str(key.get("iss", "")),
            )
            for key in wanted
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise KeysError("not a JSON Web Key Set with Ed25519 keys") from error


def _opened(cose: bytes) -> tuple[Any, Any, Any]:
    """The tag's content, its algorithm and its key's id; ValueError and kin when it is no COSE_Sign1.

    The signature does not cover the unprotected header. It may hold the key's id, where another key is simply the wrong
    one; anything else in it was put there by somebody.
    """
    tag = cbor2.loads(cose)
    if not isinstance(tag, cbor2.CBORTag) or tag.tag != COSE_SIGN1_TAG:
        raise TokenTextError("not COSE_Sign1")
    encoded, unprotected, _, _ = tag.value
    protected = cbor2.loads(encoded)
    if set(unprotected) - ({HEADER_KID} - set(protected)):
        raise TokenTextError("something beside the key's id in the unprotected header")
    return tag, protected.get(HEADER_ALG), {**unprotected, **protected}.get(HEADER_KID)


def verify_token(
    token_text: str, keys: Mapping[bytes, SlipKey], now: datetime, revoked: Container[str] = frozenset()
) -> Verification:
    """Verify a token.

    Args:
        token_text: The QR code's text.
        keys: From :func:`parse_keys`.
        now: Aware time of verification.
        revoked: References of slips that their issuer took back.
    """
    try:
        cose = parse_token_text(token_text)
    except TokenTextError:
        return Verification(Verdict.NOT_A_SLIP)
    try:
        tag, algorithm, kid = _opened(cose)
        if algorithm != ALG_EDDSA or not isinstance(kid, bytes):
            return Verification(Verdict.ALTERED)
    except (ValueError, TypeError, AttributeError, cbor2.CBORError):
        return Verification(Verdict.ALTERED)
    if kid not in keys:
        return Verification(Verdict.UNKNOWN_KEY)
    return _judge(tag, keys[kid], now, revoked)


def _judge(tag: Any, known: SlipKey, now: datetime, revoked: Container[str]) -> Verification:
    try:
        claims = parse_claims(cbor2.loads(COSE.new().decode(tag, known.key)), known.issuer)
    except (CWTError, ValueError, TypeError, AttributeError, cbor2.CBORError):
        return Verification(Verdict.ALTERED)
    if claims.reference in revoked:
        return Verification(Verdict.REVOKED, claims)
    return Verification(Verdict.VALID if now < claims.expires_at else Verdict.EXPIRED, claims)

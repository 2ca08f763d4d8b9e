"""What a slip says and what its signed token claims: a CWT (RFC 8392) in COSE_Sign1 (RFC 9052), Ed25519.

The minimal form fits a QR code of version 9 at error correction M (262 characters): 53 modules, which at six dots each
stand even on 58 mm paper. Hence the issuer is not in the token: the key's id leads to the key, and the key set says
whose it is.
"""

import re
from enum import IntEnum
from typing import Any

import base45
from pydantic import AwareDatetime, Field

from contracts.decision import Answer, Outcome
from contracts.message import Message, Words
from contracts.slip_reference import pack_reference, unpack_reference

TOKEN_PREFIX = "BD1:"  # noqa: S105  (a public marker, no secret)
CLAIM_169 = 169
"""IANA CWT claim 169: identity fields in a QR code (MOSIP)."""
CLAIM_DECISIONS = -70001
"""Private-use CWT claim (RFC 8392 section 9.1.1: below -65536)."""


class Claim169(IntEnum):
    """Keys inside claim 169 that a slip uses (MOSIP QR code specification, version 1)."""

    ID = 1
    FULL_NAME = 4
    DATE_OF_BIRTH = 8


class TokenTextError(ValueError):
    """The QR's text is not one of our tokens, or was cut or altered before its signature could be looked at."""


class MaskedHolder(Message):
    """As much of the holder as a slip shows: enough for himself to know it, too little for a finder."""

    masked_number: str = Field(repr=False)
    initials: Words = Field(repr=False)


class SlipRecord(Message):
    """Everything needed to print a slip again: the content of ``visit.json``.

    Attributes:
        visit_id: The visit.
        place: Where the kiosk stands.
        agency: Who runs the kiosk.
        holder: Masked.
        answer: What the centre decided, with the signed token.
        large_print: For who reads small print badly.
        thai_numerals: Thai text with ๐–๙, as many offices write; references and card numbers keep the card's digits.
    """

    visit_id: str
    place: Words
    agency: Words
    holder: MaskedHolder
    answer: Answer
    large_print: bool = False
    thai_numerals: bool = False


class TokenDecision(Message):
    """One decision as the token carries it."""

    service: str
    outcome: Outcome
    amount_baht: int | None
    leaf_index: int


class SlipClaims(Message):
    """What the token claims.

    Attributes:
        issuer: The centre's log origin, e.g. ``centre.baidiao.example``; empty when neither token nor key set says it.
        reference: The slip's reference.
        issued_at: UTC, whole seconds.
        expires_at: UTC, whole seconds.
        holder_number: Masked number, grouped as the card prints it.
        holder_initials: Initials, Thai; the whole name in the fuller form.
        decisions: One per service.
        holder_birth: ``YYYYMMDD``, or as much as is known; in the fuller form alone, which a mandate has to allow.
    """

    issuer: str
    reference: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    holder_number: str = Field(repr=False)
    holder_initials: str = Field(repr=False)
    decisions: tuple[TokenDecision, ...]
    holder_birth: str | None = Field(default=None, repr=False)


_OUTCOMES = (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE, Outcome.UNDECIDED)
_GROUPED = re.compile(r"(\w)-(\w{4})-(\w{5})-(\w{2})-(\w)", re.ASCII)
_UNGROUPED = re.compile(r"(\w)(\w{4})(\w{5})(\w{2})(\w)", re.ASCII)


def _ungroup(number: str) -> str:
    return number.replace("-", "") if _GROUPED.fullmatch(number) else number


def _group(number: str) -> str:
    found = _UNGROUPED.fullmatch(number)
    return "-".join(found.groups()) if found else number


def _encode_holder(claims: SlipClaims) -> dict[int, str]:
    holder = {int(Claim169.ID): _ungroup(claims.holder_number), int(Claim169.FULL_NAME): claims.holder_initials}
    return holder if claims.holder_birth is None else holder | {int(Claim169.DATE_OF_BIRTH): claims.holder_birth}


def encode_claims(claims: SlipClaims) -> dict[int, Any]:
    """Turn claims into the CWT claims map, ready for COSE signing; the issuer is the key set's to say."""
    return {
        4: int(claims.expires_at.timestamp()),
        6: int(claims.issued_at.timestamp()),
        7: pack_reference(claims.reference),
        CLAIM_169: _encode_holder(claims),
        CLAIM_DECISIONS: [
            [d.service, _OUTCOMES.index(d.outcome), d.amount_baht, d.leaf_index] for d in claims.decisions
        ],
    }


def parse_claims(claims: dict[int, Any], issuer: str = "") -> SlipClaims:
    """Read a verified CWT claims map.

    Args:
        claims: The map.
        issuer: Whose the verifying key is. An issuer in the token (claim 1) goes before.

    Raises:
        TokenTextError: A claim is missing or of the wrong type.
    """
    try:
        return SlipClaims(
            issuer=claims.get(1, issuer),
            reference=unpack_reference(claims[7]),
            issued_at=claims[6],
            expires_at=claims[4],
            holder_number=_group(claims[CLAIM_169][int(Claim169.ID)]),
            holder_initials=claims[CLAIM_169][int(Claim169.FULL_NAME)],
            decisions=tuple(
                TokenDecision(service=service, outcome=_OUTCOMES[outcome], amount_baht=baht, leaf_index=leaf)
                for service, outcome, baht, leaf in claims[CLAIM_DECISIONS]
            ),
            holder_birth=claims[CLAIM_169].get(int(Claim169.DATE_OF_BIRTH)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise TokenTextError("the token's claims are not a slip's") from error


def encode_token_text(cose: bytes) -> str:
    """Write COSE bytes as QR text: base 45 (RFC 9285) behind the prefix, fit for a QR code's alphanumeric mode."""
    return TOKEN_PREFIX + str(base45.b45encode(cose), "ascii")


def parse_token_text(text: str) -> bytes:
    """Read QR text back into COSE bytes.

    Raises:
        TokenTextError: Prefix missing or text not base 45.
    """
    text = text.strip("\r\n")
    if not text.startswith(TOKEN_PREFIX):
        raise TokenTextError("not a Baidiao slip: the code does not begin with " + TOKEN_PREFIX)
    try:
        return bytes(base45.b45decode(text.removeprefix(TOKEN_PREFIX)))
    except ValueError as error:
        raise TokenTextError("the code is damaged: not base 45") from error

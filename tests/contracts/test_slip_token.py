from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decision import Outcome
from contracts.slip import (
    SlipClaims,
    TokenDecision,
    TokenTextError,
    encode_claims,
    encode_token_text,
    parse_claims,
    parse_token_text,
)

whole_seconds = st.integers(1_500_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
decisions = st.builds(
    TokenDecision,
    service=st.from_regex(r"[a-z][a-z_]{1,20}", fullmatch=True),
    outcome=st.sampled_from(Outcome),
    amount_baht=st.none() | st.integers(0, 10**6),
    leaf_index=st.integers(0, 2**40),
)
claims = st.builds(
    SlipClaims,
    issuer=st.text(min_size=1, max_size=40),
    reference=st.from_regex(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", fullmatch=True),
    issued_at=whole_seconds,
    expires_at=whole_seconds,
    holder_number=st.just("1-XXXX-XXXXX-12-1"),
    holder_initials=st.text(max_size=12),
    decisions=st.lists(decisions, max_size=5).map(tuple),
    holder_birth=st.none() | st.from_regex(r"[0-9]{4}([0-9]{2}){0,2}", fullmatch=True),
)


@given(claims)
def test_claims_come_back_as_they_went(made: SlipClaims) -> None:
    assert parse_claims(encode_claims(made), made.issuer) == made


@given(st.binary(max_size=400))
def test_token_text_comes_back_and_fits_a_qr_codes_alphanumeric_mode(cose: bytes) -> None:
    text = encode_token_text(cose)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert parse_token_text(text) == cose


@pytest.mark.parametrize("text", ["", "HC1:ABC", "BD1:é", "BD1:a", "BD1::::"])
def test_foreign_text_is_refused(text: str) -> None:
    with pytest.raises(TokenTextError):
        parse_token_text(text)


@given(st.dictionaries(st.integers(-5, 200), st.none() | st.integers() | st.text() | st.binary(), max_size=6))
def test_foreign_claims_are_refused_with_the_declared_error(foreign: dict[int, object]) -> None:
    with pytest.raises(TokenTextError):
        parse_claims(foreign)

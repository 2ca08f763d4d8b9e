import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.fleet.claim_codes import ALPHABET, RANDOM_BYTES, encode_code, hash_code, normalise_code


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_a_code_reads_back_however_it_is_typed(random):
    code = encode_code(random)
    plain = code.replace("-", "")
    assert len(plain) == 12
    assert set(plain) <= set(ALPHABET)
    typed = " ".join(code.lower().split("-"))
    assert normalise_code(typed) == plain
    assert hash_code(typed) == hash_code(code)


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_different_bits_give_different_codes(one, other):
    same = int.from_bytes(one, "big") % 2**60 == int.from_bytes(other, "big") % 2**60
    assert (encode_code(one) == encode_code(other)) is same


def test_look_alikes_are_forgiven():
    assert normalise_code("oil0-11") == "011011"


def test_too_little_randomness_is_a_mistake():
    with pytest.raises(ValueError, match="random bytes"):
        encode_code(b"1234567")

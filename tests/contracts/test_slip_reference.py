import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.slip_reference import (
    ALPHABET,
    PACKED_BYTES,
    normalise_reference,
    pack_reference,
    unpack_reference,
    write_reference,
)

letters = st.text(ALPHABET, min_size=10, max_size=10)


@given(letters)
def test_a_reference_comes_back_from_seven_bytes(text):
    reference = f"{text[:4]}-{text[4:8]}-{text[8:]}"
    packed = pack_reference(reference)
    assert len(packed) == PACKED_BYTES
    assert unpack_reference(packed) == reference


@pytest.mark.parametrize("other", ["", "ABC", "ILOU-ILOU-IL", "7K3M-Q9XA-2TX"])
def test_other_forms_go_as_they_stand(other):
    assert unpack_reference(pack_reference(other)) == other


def test_first_and_last():
    assert write_reference(bytes(7)) == "0000-0000-00"
    assert write_reference(b"\xff" * 7) == "ZZZZ-ZZZZ-ZZ"


@pytest.mark.parametrize("typed", ["7K3M-Q9XA-2T", "7k3mq9xa2t", " 7K3M Q9XA 2T ", "7k3m–q9xa–2t".replace("–", "-")])
def test_typed_by_hand(typed):
    assert normalise_reference(typed) == "7K3M-Q9XA-2T"


def test_look_alikes_are_read_as_digits():
    assert normalise_reference("ilo0-0000-00") == "1100-0000-00"


@pytest.mark.parametrize("typed", ["", "7K3M-Q9XA-2", "7K3M-Q9XA-2TT", "7K3M-Q9XA-2U", "ก" * 10])
def test_what_is_no_reference(typed):
    assert normalise_reference(typed) is None

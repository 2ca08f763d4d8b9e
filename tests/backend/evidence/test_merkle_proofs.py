"""The tree against RFC 6962's definitions, written out naively here, and proofs that refuse every altered bit."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence.errors import TreeRangeError
from backend.evidence.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    span_hash,
    tree_root,
)
from contracts.log_proof import ProofError, verify_consistency, verify_inclusion

# The eight leaves that certificate-transparency implementations share as test data.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(hashes):
    """MTH of RFC 6962 section 2.1, word for word, over leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(m, hashes):
    """PATH of RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_subproof(m, hashes, whole):
    """SUBPROOF of RFC 6962 section 2.1.2."""
    if m == len(hashes):
        return [] if whole else [naive_root(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, hashes[:k], whole), naive_root(hashes[k:])]
    return [*naive_subproof(m - k, hashes[k:], False), naive_root(hashes[:k])]


def hashes_of(count):
    return [leaf_hash(b"leaf %d" % index) for index in range(count)]


def node_at(hashes):
    return lambda height, index: naive_root(hashes[index << height : (index + 1) << height])


def inclusion(index, hashes):
    return [span_hash(span, node_at(hashes)) for span in inclusion_spans(index, len(hashes))]


def consistency(first, hashes):
    return [span_hash(span, node_at(hashes)) for span in consistency_spans(first, len(hashes))]


def test_the_empty_tree_is_the_hash_of_nothing():
    assert tree_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert CompactRange().root == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_shared_test_tree_has_the_shared_roots(size):
    assert tree_root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_leaves_and_nodes_are_told_apart_by_their_first_byte():
    assert leaf_hash(b"ab") == sha256(b"\x00ab").digest()
    assert node_hash(b"a", b"b") == sha256(b"\x01ab").digest()


def test_every_size_up_to_two_hundred_has_the_naive_root_and_its_nodes():
    hashes, tree, nodes = hashes_of(200), CompactRange(), {}
    for count, hashed in enumerate(hashes, start=1):
        tree, completed = tree.append(hashed)
        nodes |= {(node.height, node.index): node.hash for node in completed}
        assert tree.size == count
        assert tree.root == naive_root(hashes[:count])
        assert CompactRange.parse(count, tree.encode()) == tree
    assert len(nodes) == sum(200 >> height for height in range(8))
    assert all(node_at(hashes)(*place) == hashed for place, hashed in nodes.items())


def test_a_range_that_does_not_fit_its_size_is_refused():
    with pytest.raises(TreeRangeError):
        CompactRange(3, (b"a",))
    with pytest.raises(TreeRangeError):
        CompactRange.parse(3, bytes(63))


def test_proofs_are_the_naive_ones_and_hold_for_every_small_tree():
    for size in range(1, 34):
        hashes = hashes_of(size)
        root = naive_root(hashes)
        for index in range(size):
            proof = inclusion(index, hashes)
            assert proof == naive_path(index, hashes)
            verify_inclusion(index, size, hashes[index], proof, root)
        for first in range(1, size + 1):
            proof = consistency(first, hashes)
            assert proof == naive_subproof(first, hashes, True)
            verify_consistency(first, size, naive_root(hashes[:first]), root, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_inclusion_outside_the_tree(index, size):
    with pytest.raises(TreeRangeError):
        inclusion_spans(index, size)
    with pytest.raises(ProofError):
        verify_inclusion(index, size, bytes(32), [], bytes(32))


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5), (-1, 5)])
def test_no_consistency_outside_the_tree(first, second):
    with pytest.raises(TreeRangeError):
        consistency_spans(first, second)
    with pytest.raises(ProofError):
        verify_consistency(first, second, bytes(32), bytes(32), [])


def flipped(raw, bit):
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


@given(st.data(), st.integers(1, 70))
def test_an_inclusion_proof_altered_in_any_bit_is_refused(data, size):
    hashes = hashes_of(size)
    index, bit = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 255))
    proof, root = inclusion(index, hashes), naive_root(hashes)
    where = data.draw(st.integers(-2, len(proof) - 1))
    leaf = hashes[index]
    if where == -2:
        root = flipped(root, bit)
    elif where == -1:
        leaf = flipped(leaf, bit)
    else:
        proof[where] = flipped(proof[where], bit)
    with pytest.raises(ProofError):
        verify_inclusion(index, size, leaf, proof, root)


@given(st.data(), st.integers(2, 70))
def test_an_inclusion_proof_for_another_place_or_length_is_refused(data, size):
    hashes = hashes_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(index, hashes), naive_root(hashes)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    for altered in (proof[:-1], [*proof, bytes(32)], proof[1:]):
        with pytest.raises(ProofError):
            verify_inclusion(index, size, hashes[index], altered, root)
    with pytest.raises(ProofError):
        verify_inclusion(other, size, hashes[index], proof, root)


@given(st.data(), st.integers(2, 70))
def test_a_consistency_proof_altered_in_any_bit_is_refused(data, size):
    hashes = hashes_of(size)
    first, bit = data.draw(st.integers(1, size - 1)), data.draw(st.integers(0, 255))
    old, new, proof = naive_root(hashes[:first]), naive_root(hashes), consistency(first, hashes)
    where = data.draw(st.integers(-2, len(proof) - 1))
    if where == -2:
        old = flipped(old, bit)
    elif where == -1:
        new = flipped(new, bit)
    else:
        proof[where] = flipped(proof[where], bit)
    with pytest.raises(ProofError):
        verify_consistency(first, size, old, new, proof)


@given(st.data(), st.integers(2, 70))
def test_a_consistency_proof_cut_or_lengthened_is_refused(data, size):
    hashes = hashes_of(size)
    first = data.draw(st.integers(1, size - 1))
    old, new, proof = naive_root(hashes[:first]), naive_root(hashes), consistency(first, hashes)
    for altered in (proof[:-1], [*proof, bytes(32)], []):
        with pytest.raises(ProofError):
            verify_consistency(first, size, old, new, altered)


def test_equal_sizes_need_equal_roots_and_no_proof():
    verify_consistency(3, 3, b"a" * 32, b"a" * 32, [])
    with pytest.raises(ProofError):
        verify_consistency(3, 3, b"a" * 32, b"b" * 32, [])
    with pytest.raises(ProofError):
        verify_consistency(3, 3, b"a" * 32, b"a" * 32, [bytes(32)])

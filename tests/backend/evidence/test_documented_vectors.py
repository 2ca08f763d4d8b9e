"""The page from which others implement the log says what the log does."""

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.evidence.leaf import DecisionLeaf, Pseudonymiser, encode_leaf, parse_leaf
from backend.evidence.merkle import tree_root
from contracts.checkpoint import Checkpoint, open_checkpoint
from contracts.log_proof import leaf_hash
from contracts.signed_note import SignatureType, cosigned_at_s, parse_note, parse_verifier
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_leaf, make_present_leaf

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "evidence.md").read_text("utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", PAGE.partition("## Test vectors")[2], re.DOTALL)


def numbered(count):
    return [b"%d" % number for number in range(count)]


def test_the_leaf():
    leaf, hashed = BLOCKS[0].split("\n")[:2]
    assert encode_leaf(make_leaf()) == leaf.encode()
    assert parse_leaf(leaf.encode()) == make_leaf()
    assert leaf_hash(leaf.encode()).hex() == hashed


def test_the_present_leaf():
    leaf, hashed = BLOCKS[1].split("\n")[:2]
    assert encode_leaf(make_present_leaf()) == leaf.encode()
    assert leaf_hash(leaf.encode()).hex() == hashed


def test_the_salts():
    key = Pseudonymiser(b"k" * 32)
    salt = key.answer_salt("7K3M-9QXV-2A", "old_age_allowance")
    assert BLOCKS[2].split() == [key.id, key.question_salt(b"{}").hex(), key.question(b"{}"), salt.hex()]


@pytest.mark.parametrize("line", BLOCKS[3].splitlines())
def test_the_roots(line):
    size, root = line.split()
    assert tree_root(numbered(int(size))).hex() == root


def test_the_keys_and_the_cosigned_checkpoint():
    log, witness = (parse_verifier(line) for line in BLOCKS[4].split())
    seeds = LOG_KEY, Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    assert [key.public_key.public_bytes_raw() for key in (log, witness)] == [
        seed.public_key().public_bytes_raw() for seed in seeds
    ]
    assert (log.type, witness.type) == (SignatureType.ED25519, SignatureType.COSIGNATURE)
    point = open_checkpoint(BLOCKS[5], ORIGIN, log.public_key)
    assert point == Checkpoint(ORIGIN, 5, tree_root(numbered(5)))
    assert cosigned_at_s(witness.find_signature(parse_note(BLOCKS[5])).value) == 1795500000


def test_the_published_schema_is_the_leafs():
    published = json.loads((DOCS / "evidence-leaf.schema.json").read_text("utf-8"))
    assert published == DecisionLeaf.model_json_schema(mode="serialization")

"""The log's public routes, used as an auditor would use them."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence.http import create_blueprint
from backend.evidence.merkle import tree_root
from backend.evidence.slips import SlipSigner
from backend.evidence.tile_path import TilePath, find_tile_path, write_tile_path
from contracts.checkpoint import open_checkpoint
from contracts.log_proof import leaf_hash, verify_consistency, verify_inclusion
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store

LEAVES = [b"leaf %d" % number for number in range(300)]


@pytest.fixture
def client(tmp_path):
    store = make_log_store(f"sqlite:///{tmp_path / 'centre.sqlite3'}")
    log = make_log(store)
    log.append_all(LEAVES)
    app = Flask(__name__)
    app.register_blueprint(create_blueprint(log, SlipSigner(Ed25519PrivateKey.generate(), "kid-1", ORIGIN)))
    yield app.test_client()
    log.close()
    store.close()


def test_the_checkpoint_is_a_signed_note_never_cached(client):
    reply = client.get("/log/checkpoint")
    assert (reply.status_code, reply.mimetype, reply.headers["Cache-Control"]) == (200, "text/plain", "no-cache")
    point = open_checkpoint(reply.text, ORIGIN, LOG_KEY.public_key())
    assert (point.size, point.root) == (300, tree_root(LEAVES))


def test_tiles_are_hashes_and_may_be_kept_for_ever(client):
    full, part, above = (client.get(f"/log/tile/{path}") for path in ("0/000", "0/001.p/44", "1/000.p/1"))
    assert full.data == b"".join(map(leaf_hash, LEAVES[:256]))
    assert part.data == b"".join(map(leaf_hash, LEAVES[256:]))
    assert above.data == tree_root(LEAVES[:256])
    assert full.mimetype == "application/octet-stream"
    assert "immutable" in full.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "0/000.p/0", "0/000.p/256", "1/001", "2/000.p/1", "64/000", "00/000", "0/0", "entries/000"],
)
def test_what_the_log_does_not_hold_is_not_found(client, path):
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_an_inclusion_proof_verifies(client):
    for query, size in (("index=7", 300), ("index=7&size=9", 9)):
        proof = client.get(f"/log/proof/inclusion?{query}").get_json()
        assert (proof["leaf_index"], proof["tree_size"]) == (7, size)
        hashes = [b64decode(one) for one in proof["hashes"]]
        verify_inclusion(7, size, b64decode(proof["leaf_hash"]), hashes, tree_root(LEAVES[:size]))
        assert b64decode(proof["leaf_hash"]) == leaf_hash(LEAVES[7])


def test_a_consistency_proof_verifies(client):
    proof = client.get("/log/proof/consistency?first=100&second=300").get_json()
    hashes = [b64decode(one) for one in proof["hashes"]]
    verify_consistency(100, 300, tree_root(LEAVES[:100]), tree_root(LEAVES), hashes)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("inclusion", 400),
        ("inclusion?index=a", 400),
        ("inclusion?index=-1", 400),
        ("inclusion?index=๑", 400),
        ("inclusion?index=1&size=x", 400),
        ("inclusion?index=" + "9" * 19, 400),
        ("inclusion?index=" + "9" * 18, 404),
        ("inclusion?index=300", 404),
        ("inclusion?index=5&size=5", 404),
        ("inclusion?index=5&size=301", 404),
        ("consistency?first=1", 400),
        ("consistency?first=0&second=1", 404),
        ("consistency?first=1&second=301", 404),
    ],
)
def test_other_queries_are_refused(client, path, status):
    assert client.get(f"/log/proof/{path}").status_code == status


def test_the_keys_are_published_where_devices_look(client):
    keys = client.get("/.well-known/jwks.json").get_json()["keys"]
    assert [key["kid"] for key in keys] == ["kid-1"]
    assert "d" not in keys[0]


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("0/000", TilePath(0, 0)),
        ("3/067.p/5", TilePath(3, 67, 5)),
        ("0/x001/x234/067", TilePath(0, 1_234_067)),
        ("63/x001/000", TilePath(63, 1000)),
        ("64/000", None),
        ("0/x000/001", None),
        ("0/001/x002", None),
        ("0/1", None),
        ("0/000.p/", None),
        ("0/000.p/01", None),
        ("0/" + "x999/" * 20 + "000", None),
    ],
)
def test_tile_paths(path, tile):
    assert find_tile_path(path) == tile


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_has_one_path(level, index, width):
    tile = TilePath(level, index, width)
    assert find_tile_path(write_tile_path(tile)) == tile

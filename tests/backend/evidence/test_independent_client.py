"""A stranger's client, written from docs/evidence.md alone, follows the growing log over HTTP and catches liars."""

import ast
from pathlib import Path

import pytest
from flask import Flask

from backend.evidence.export import LeafRange, write_export
from backend.evidence.http import create_blueprint
from backend.evidence.slips import SlipSigner
from backend.evidence.tile_path import TilePath, write_tile_path
from tests.support import evidence_tile_client
from tests.support.evidence_decisions import make_decisions
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store
from tests.support.evidence_tile_client import DistrustError, TileClient, read_bundle, tile_path
from tests.support.serving import serving

LEAVES = make_decisions(1_100)


@pytest.fixture
def open_log(tmp_path):
    """Make logs, each over a store of its own."""
    opened = []

    def make(name):
        store = make_log_store(f"sqlite:///{tmp_path / name}.sqlite3")
        opened.append((store, make_log(store)))
        return opened[-1]

    yield make
    for store, log in opened:
        log.close()
        store.close()


@pytest.fixture
def served(open_log):
    store, log = open_log("honest")
    shown = [log]  # whichever log the centre shows today
    app = Flask(__name__)

    class Shown:
        def __getattr__(self, name):
            return getattr(shown[0], name)

    app.register_blueprint(create_blueprint(Shown(), SlipSigner(LOG_KEY, "kid", ORIGIN)))
    with serving(app) as url:
        yield store, log, TileClient(url, log.verifier_key), shown


def test_the_client_shares_nothing_with_the_project():
    source = Path(evidence_tile_client.__file__).read_text("utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    ours = {"backend", "contracts", "tests", "kiosk", "printer", "reader_drivers", "provisioning", "baidiao"}
    assert named
    assert not {name.split(".")[0] for name in named} & ours


@pytest.mark.parametrize("index", [0, 7, 999, 1_000, 123_456, 1_234_067, 10**9])
def test_both_write_the_same_paths(index):
    assert tile_path(3, index, 256) == write_tile_path(TilePath(3, index))
    assert tile_path(0, index, 17) == write_tile_path(TilePath(0, index, 17))


def test_it_follows_the_log_as_it_grows(served, tmp_path):
    store, log, client, _ = served
    assert client.follow() == 0
    sizes = [1, 2, 3, 255, 256, 257, 511, 512, 700, 1_100]
    for old, new in zip([0, *sizes], sizes, strict=False):
        log.append_all(LEAVES[old:new])
        assert client.follow() == new
    assert client.check_upper_tiles() == 1
    client.fetched.clear()
    client.follow()
    assert client.fetched[1:2] == ["/log/tile/0/004.p/76"], "full tiles are fetched once"
    for _ in write_export(store, log.checkpoint(), tmp_path / "export", LeafRange()):
        pass
    bundle = read_bundle((tmp_path / "export/tile/entries/002").read_bytes())
    assert bundle == LEAVES[512:768]
    for index, leaf in ((512, bundle[0]), (767, bundle[255])):
        client.check_leaf(index, leaf)
    with pytest.raises(DistrustError, match="another leaf"):
        client.check_leaf(600, bundle[0])
    assert client.read_checkpoint((tmp_path / "export/checkpoint").read_text()) == (client.size, client.root)


def test_the_keys_page_gives_the_key_it_needs(served):
    _, log, client, _ = served
    log.append_all(LEAVES[:3])
    client.key = client._get("/log/keys").decode().splitlines()[0]
    assert client.follow() == 3


def test_a_second_history_under_the_same_key_is_caught(served, open_log):
    _, log, client, shown = served
    log.append_all(LEAVES[:600])
    client.follow()
    _, forged = open_log("forged")
    forged.append_all([*LEAVES[:599], *LEAVES[700:800]])
    shown[0] = forged
    with pytest.raises(DistrustError, match="has changed"):
        client.follow()
    client.hashes = client.hashes[:512]  # one that keeps but the full tiles is told by the proof
    client.hashes += forged_tail(client, 512, 600)
    with pytest.raises(DistrustError, match="consistency proof does not hold"):
        client.follow()


def forged_tail(client, start, end):
    fetched = client._level(0, 698, start // 256)
    return fetched[: end - start]


def test_a_log_set_back_and_another_key_are_caught(served, open_log):
    _, log, client, shown = served
    log.append_all(LEAVES[:10])
    client.follow()
    _, older = open_log("older")
    older.append_all(LEAVES[:9])
    shown[0] = older
    with pytest.raises(DistrustError, match="shrunk"):
        client.follow()
    other = TileClient(client.url, "centre.baidiao.example+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X")
    with pytest.raises(DistrustError, match="not a log's key"):
        other.follow()
    text = log.checkpoint()
    for changed, word in (
        (text.replace("\n10\n", "\n11\n"), "signature"),
        (text.replace(ORIGIN, "x.example"), "signed"),
    ):
        with pytest.raises(DistrustError, match=word):
            client.read_checkpoint(changed)

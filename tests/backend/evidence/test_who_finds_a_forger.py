"""Each forgery that docs/evidence.md names, done to a real store: who finds it is what its table says, and no more."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.evidence.errors import WitnessError
from backend.evidence.leaf import encode_leaf
from backend.evidence.models import EvidenceLeaf
from contracts.checkpoint import parse_body
from contracts.decision import Outcome
from contracts.log_proof import leaf_hash
from contracts.signed_note import parse_note
from tests.support.evidence_decisions import make_decision, make_decisions
from tests.support.evidence_forgers import COUNT, PLACE, forged_leaf, leaves_with
from tests.support.evidence_logs import make_log, make_log_store
from tests.support.evidence_tile_client import DistrustError, TileClient
from tests.support.serving import serving

PAGE = Path(__file__).parents[3] / "docs" / "evidence.md"
FINDS, DOES_NOT = "finds it", "–"


def change_content(scene):
    scene.forger.change_content(PLACE, encode_leaf(make_decision(9_999)))
    scene.go_on()


def change_content_and_hash(scene):
    forged = forged_leaf()
    scene.forger.change_content(PLACE, forged)
    with scene.store.transaction() as session:
        changed = update(EvidenceLeaf).where(EvidenceLeaf.index == PLACE).values(hash=leaf_hash(forged))
        session.execute(changed)
    scene.go_on()


def rewrite(change):
    def forge(scene):
        scene.forger.rebuild(leaves_with(change))
        scene.go_on()

    return forge


def cut_off(scene):
    scene.forger.rebuild(make_decisions(COUNT - 1))


def fork(scene):
    """Keep the true history for some, and show these readers another with other leaves since the last one they saw."""
    store = make_log_store(f"sqlite:///{scene.folder / 'fork.sqlite3'}")
    log = make_log(store)
    other = make_decision(COUNT - 1).model_copy(update={"outcome": Outcome.ELIGIBLE})
    log.append_all(leaves_with(lambda leaves: leaves.__setitem__(COUNT - 1, encode_leaf(other))))
    scene.store, scene.log = store, log
    scene.go_on()


def show_older(scene):
    """Show again what was true before the leaves that everybody has seen meanwhile."""
    older = scene.kept
    scene.go_on()
    scene.witness(COUNT)
    scene.client.follow()
    scene.kept = scene.log.checkpoint()

    class Set:
        def __getattr__(self, name):
            return getattr(scene.forger.log, name)

        def checkpoint(self):
            return older

    scene.log = Set()


def date_back(scene):
    scene.log.append(encode_leaf(make_decision(COUNT).model_copy(update={"decided_at": make_decision(0).decided_at})))


def replay(scene):
    scene.log.append(make_decisions(COUNT)[-1])


FORGERIES = {
    "content of a leaf changed": change_content,
    "content and hash changed": change_content_and_hash,
    "leaf changed, with every hash above it": rewrite(lambda leaves: leaves.__setitem__(PLACE, forged_leaf())),
    "leaf dropped, likewise": rewrite(lambda leaves: leaves.pop(PLACE)),
    "leaves reordered, likewise": rewrite(lambda leaves: leaves.insert(10, leaves.pop(11))),
    "end cut off": cut_off,
    "fork: another history for some": fork,
    "older checkpoint shown again": show_older,
    "leaf backdated": date_back,
    "leaf replayed": replay,
}


def find(scene):
    """Return what each finds, in the table's order."""
    alone = scene.verify()[0] != "sound"
    kept = scene.verify(older=[scene.kept])[0] != "sound"
    try:
        seen = parse_body(parse_note(scene.kept).body).size
        scene.witness(seen)
        witness = False
    except WitnessError:
        witness = True
    try:
        scene.client.follow()
        client = False
    except DistrustError:
        client = True
    return tuple(FINDS if found else DOES_NOT for found in (alone, kept, witness, client))


def read_table():
    rows = PAGE.read_text("utf-8").split("| forgery |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {name: tuple(found) for name, _how, *found in cells}


def test_the_page_names_every_forgery_and_somebody_who_finds_it():
    table = read_table()
    assert set(table) == set(FORGERIES)
    assert all(FINDS in found for found in table.values())


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_finds_it_is_what_the_page_says(scene, forgery):
    with serving(scene.app()) as url:
        scene.client = TileClient(url, scene.log.verifier_key)
        scene.client.follow()
        assert FORGERIES[forgery](scene) is None
        found = find(scene)
    if scene.log is not scene.forger.log and forgery.startswith("fork"):
        scene.log.close()
        scene.store.close()
    assert found == read_table()[forgery]


def test_an_honest_log_is_found_honest_by_all(scene):
    with serving(scene.app()) as url:
        scene.client = TileClient(url, scene.log.verifier_key)
        scene.client.follow()
        late = make_decision(COUNT + 50).decided_at - timedelta(seconds=119)
        scene.go_on()
        scene.log.append(encode_leaf(make_decision(COUNT + 51).model_copy(update={"decided_at": late})))
        assert find(scene) == (DOES_NOT,) * 4

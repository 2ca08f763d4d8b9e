"""An auditor's search and what it says of each entry, on both databases; and a forger with the database in hand."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from backend.audit.index import AUDIT_LEAVES
from backend.audit.models import AuditPlace
from backend.audit.proving import SealState
from backend.audit.query import AuditQuery, AuditQueryError, parse_query
from backend.evidence.following import LogFollower
from backend.evidence.leaf import encode_leaf
from backend.evidence.models import EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode
from contracts.checkpoint import open_checkpoint
from contracts.decision import Outcome
from contracts.log_proof import leaf_hash, verify_inclusion
from tests.support.audits import FIRST_AT, TOWN, decision, fill, make_audit_store, make_desk, reference
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log
from tests.support.slip_proofs import WITNESS, cosigned

EVERYTHING = AuditQuery()


@pytest.fixture
def store(store_url):
    store = make_audit_store(store_url)
    yield store
    store.close()


@pytest.fixture
def log(store):
    log = make_log(store)
    yield log
    log.close()


def indexes(page):
    return [entry.filed.index for entry in page.entries]


def states(page):
    return {entry.filed.index: entry.seal.state for entry in page.entries}


def change(store, statement):
    with store.transaction() as session:
        session.execute(statement)


def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition(store, log):
    fill(log, 30)
    fill(log, 30)  # the same moments again
    desk = make_desk(store, log)
    seen, before, pages = [], None, 0
    while pages == 0 or before is not None:
        page = desk.search(EVERYTHING, before)
        seen += [(entry.filed.at, entry.filed.index) for entry in page.entries]
        before, pages = page.next, pages + 1
    assert (pages, page.found, len(seen)) == (3, 62, 62)
    assert seen == sorted(seen, reverse=True)
    assert {index for _at, index in seen} == set(range(62))


def test_one_is_found_by_reference_number_agency_device_and_period(store, log):
    fill(log, 8)
    elsewhere = {"agency_id": TOWN, "device_id": "dev_ffffffffffffffff"}
    log.append_all([encode_leaf(decision(number, **elsewhere)) for number in (10, 40)])
    desk = make_desk(store, log)

    def found(**typed):
        return indexes(desk.search(parse_query(typed), None))

    assert found(ref=reference(3).lower().replace("-", " ")) == [3]
    assert found(ref="3") == [3]
    assert found(ref="2222-2222-22") == [8]  # the act
    assert found(agency=TOWN) == [10, 9]
    assert found(device="dev_ffffffffffffffff") == [10, 9]
    assert found(agency=TOWN, device="dev_0123456789abcdef") == []
    # Thai days: the first decision was made at 23.30 of the 20th, the second half an hour into the 21st.
    assert found(**{"from": "2026-11-20", "to": "2026-11-20"}) == [0]
    assert found(to="2026-11-21", agency="civil_registry") == list(range(7, -1, -1))
    assert found(**{"from": "2026-11-22", "agency": TOWN}) == [10]
    assert found(**{"from": "2027-01-01"}) == []


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"ref": "7K3M-9QXV"}, "ref", "form"),
        ({"ref": "1234567890123"}, "ref", "form"),
        ({"agency": "a' or 1=1"}, "agency", "form"),
        ({"device": "ตู้"}, "device", "form"),
        ({"from": "21/11/2026"}, "from", "form"),
        ({"to": "2569-13-01"}, "to", "form"),
        ({"to": "9999-12-31"}, "to", "form"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "to", "order"),
    ],
)
def test_what_cannot_be_searched_for_names_its_field(typed, field, reason):
    with pytest.raises(AuditQueryError) as caught:
        parse_query(typed)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_entries_say_how_far_witnesses_stand_by_them(store, log):
    fill(log, 5)
    witnessed = cosigned(log.checkpoint())
    log.append(encode_leaf(decision(900)))
    page = make_desk(store, log, lambda: witnessed).search(EVERYTHING, None)
    assert states(page) == {6: SealState.SEALED} | dict.fromkeys(range(6), SealState.WITNESSED)
    assert page.standing.consistent
    (by,) = page.entries[-1].seal.tree.cosigners
    assert by.name == WITNESS.name
    alone = make_desk(store, log).search(EVERYTHING, None)
    assert (alone.standing.witnessed, set(states(alone).values())) == (None, {SealState.SEALED})


def test_a_forgers_work_is_named_where_it_was_done(store, log):
    fill(log, 40)
    witnessed = cosigned(log.checkpoint())
    desk = make_desk(store, log, lambda: witnessed)
    assert set(states(desk.search(EVERYTHING, None)).values()) == {SealState.WITNESSED}
    forged = encode_leaf(decision(30, outcome=Outcome.ELIGIBLE))
    change(store, update(EvidenceLeaf).where(EvidenceLeaf.index == 30).values(content=forged))
    change(store, delete(EvidenceLeaf).where(EvidenceLeaf.index == 17))
    change(store, update(AuditPlace).where(AuditPlace.index == 38).values(agency_id="somebody"))
    found = states(desk.search(EVERYTHING, None))
    assert found[30] is SealState.CHANGED
    assert found[17] is SealState.REMOVED
    assert found[38] is SealState.MISFILED
    assert found[40] is SealState.WITNESSED
    # Its hash changed with it: no path leads to what was signed, for itself and for its neighbour.
    values = {"content": forged, "hash": leaf_hash(forged)}
    change(store, update(EvidenceLeaf).where(EvidenceLeaf.index == 30).values(values))
    found = states(desk.search(EVERYTHING, None))
    assert (found[30], found[31], found[40]) == (SealState.UNPROVEN, SealState.UNPROVEN, SealState.WITNESSED)
    one = desk.open(30)
    assert (one[1].seal.state, one[1].seal.holds) == (SealState.UNPROVEN, False)
    assert desk.open(41) is None


def test_a_log_written_anew_contradicts_what_witnesses_signed(store, log):
    fill(log, 5)
    witnessed = cosigned(log.checkpoint())
    for table in (EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceMidNode):
        change(store, delete(table))
    fill(log, 7, outcome=Outcome.NOT_ELIGIBLE)
    page = make_desk(store, log, lambda: witnessed).search(EVERYTHING, None)
    assert not page.standing.consistent
    assert {states(page)[index] for index in range(6)} == {SealState.UNPROVEN}


def test_any_bytes_are_filed_and_shown(store, log):
    log.append_all([b"\xff", b"[1]", b'{"kind":7,"at":"noon","reference":["x"]}', b'{"at":"2026-01-01T00:00:00"}'])
    page = make_desk(store, log).search(EVERYTHING, None)
    assert states(page) == dict.fromkeys((3, 2, 1, 0), SealState.SEALED)
    assert [entry.kind for entry in page.entries] == ["decision", "7", "", ""]
    assert not any(entry.has_time for entry in page.entries)


def test_an_exported_search_is_checked_by_whoever_has_the_key(store, log):
    fill(log, 300)
    witnessed = cosigned(log.checkpoint())
    log.append(encode_leaf(decision(10, agency_id=TOWN)))
    desk = make_desk(store, log, lambda: witnessed)
    told = json.loads("".join(desk.export_json(EVERYTHING)))
    assert [len(told["entries"]), sorted(map(int, told["checkpoints"]))] == [302, [301, 302]]
    points = {size: open_checkpoint(note, ORIGIN, LOG_KEY.public_key()) for size, note in told["checkpoints"].items()}
    for entry in told["entries"]:
        point = points[str(entry["tree_size"])]
        path = [b64decode(one) for one in entry["hashes"]]
        verify_inclusion(entry["leaf_index"], point.size, leaf_hash(entry["leaf"].encode()), path, point.root)
    lines = "".join(desk.export_csv(parse_query({"agency": TOWN}))).splitlines()
    assert lines[0].startswith("leaf,at,kind,agency,device")
    assert lines[1:] == [
        (
            f"301,{(FIRST_AT + timedelta(hours=10)).isoformat()},decision,{TOWN},dev_0123456789abcdef,no-17,"
            f"old_age_allowance,undecided,eligibility,{reference(10)},sealed,302,,"
            f"{leaf_hash(encode_leaf(decision(10, agency_id=TOWN))).hex()}"
        )
    ]


def test_two_followers_file_each_leaf_once(store, log):
    fill(log, 2500)
    left, right = LogFollower(store, AUDIT_LEAVES), LogFollower(store, AUDIT_LEAVES)
    left.start(0.01)
    right.start(0.01)
    right.catch_up()
    left.close()
    right.close()
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditPlace)) == 2501

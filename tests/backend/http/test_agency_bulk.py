"""Batches: taken, worked off, paged, cancelled; sealed at rest, never decided twice, on both databases."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from backend.bulk.errors import SealError
from backend.bulk.models import BulkJobRow
from backend.bulk.queue import BulkQueue
from backend.bulk.sealing import Sealer
from backend.bulk.worker import BulkWorker
from backend.decisions.errors import QuestionRefusedError
from contracts.agency import BULK_PATH, BulkJob, BulkPage
from contracts.problems import ProblemCode
from tests.support.agency_api import question, whole_centre

VALID = "3999900000010"


@pytest.fixture(params=["sqlite", "postgres"])
def whole(request, tmp_path, logging_as_before):
    urls = {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("postgres_url")}
    with whole_centre(tmp_path, **urls) as whole:
        yield whole


@pytest.fixture
def still(tmp_path, logging_as_before):
    """A centre that takes batches and does not work on them."""
    with whole_centre(tmp_path, BULK_THREADS="0") as whole:
        yield whole


def batch(count=3, wrong=(), **changes):
    numbers = ["3999900000011" if at in wrong else VALID for at in range(count)]
    items = [{"reference": f"case-{at}", "subject": {"citizen_number": one}} for at, one in enumerate(numbers)]
    return {name: value for name, value in question().items() if name != "subject"} | {"items": items} | changes


def wait_for_end(whole, location) -> BulkJob:
    for _ in range(200):
        job = BulkJob.model_validate_json(whole.get(location).data)
        if job.state in {"done", "cancelled"}:
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def all_pages(whole, location, limit):
    cursor, found = "0", []
    for _ in range(50):
        page = BulkPage.model_validate_json(whole.get(f"{location}/results?cursor={cursor}&limit={limit}").data)
        found += page.results
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor
    raise AssertionError("no end")


def test_a_batch_from_taking_to_the_last_page(whole):
    taken = whole.post(BULK_PATH, batch(11, wrong={4}), headers={"Idempotency-Key": "batch-0001"})
    assert (taken.status_code, taken.headers["Retry-After"]) == (202, "1")
    location = taken.headers["Location"]
    job = wait_for_end(whole, location)
    assert (job.state, job.total, job.finished, job.refused) == ("done", 11, 11, 1)
    assert job.expires_at - datetime.now(UTC) < timedelta(hours=24, seconds=1)
    results = all_pages(whole, location, 4)
    assert [one.reference for one in results] == [f"case-{at}" for at in range(11)]
    assert [at for at, one in enumerate(results) if one.refusal] == [4]
    assert results[4].refusal.code == "number_invalid"
    assert whole.log_size() == 10
    assert whole.leaf(3)["officer"] == "T-1042"
    again = whole.post(BULK_PATH, batch(11, wrong={4}), headers={"Idempotency-Key": "batch-0001"})
    assert (again.status_code, again.headers["Location"]) == (202, location)
    other = whole.post(BULK_PATH, batch(2), headers={"Idempotency-Key": "batch-0001"})
    assert other.get_json()["code"] == "idempotency_conflict"
    assert [one["id"] for one in whole.get(BULK_PATH).get_json()["jobs"]] == [job.id]


def test_nothing_readable_lies_in_the_database(whole):
    location = whole.post(BULK_PATH, batch(2)).headers["Location"]
    with whole.centre.store.glancing() as connection:
        assert VALID not in str(connection.execute(text("SELECT * FROM bulk_jobs")).all())
    wait_for_end(whole, location)
    with whole.centre.store.glancing() as connection:
        rows = connection.execute(text("SELECT subject, result FROM bulk_items")).all()
    assert all(row.subject is None and b"eligib" not in bytes(row.result) for row in rows)


def test_a_cancelled_batch_stays_so(still):
    location = still.post(BULK_PATH, batch(3)).headers["Location"]
    assert still.delete(location).get_json()["state"] == "cancelled"
    assert still.delete(location).get_json()["state"] == "cancelled"
    page = still.get(location + "/results").get_json()
    assert (page["results"], page["next_cursor"]) == ([], None)
    with still.centre.store.glancing() as connection:
        assert connection.scalar(text("SELECT count(*) FROM bulk_items WHERE subject IS NOT NULL")) == 0


def test_a_batch_is_its_clients_own(still):
    location = still.post(BULK_PATH, batch(1)).headers["Location"]
    client_id, secret = still.register.add("comptroller_general", "other", datetime.now(UTC))
    bearer = {"Authorization": f"Bearer {still.ask_token(client_id, secret).get_json()['access_token']}"}
    for path in (location, location + "/results", f"{BULK_PATH}/nonsense"):
        assert still.get(path, headers=bearer).get_json()["code"] == "not_found"
    assert still.delete(location, headers=bearer).status_code == 404


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (batch(1, services=["driving_licence"]), "mandate_missing"),
        (batch(0), "bad_request"),
        (batch(1, officer=""), "bad_request"),
        (batch(1) | {"items": [{"reference": VALID, "subject": {"citizen_number": VALID}}]}, "bad_request"),
    ],
)
def test_what_is_wrong_is_refused_at_the_door(still, message, code):
    response = still.post(BULK_PATH, message)
    assert response.get_json()["code"] == code
    assert VALID not in response.text


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "limit=0", "limit=1001", "limit=9" + "9" * 20])
def test_pages_have_limits(still, query):
    location = still.post(BULK_PATH, batch(1)).headers["Location"]
    assert still.get(f"{location}/results?{query}").get_json()["code"] == "bad_request"


def test_too_many_at_once(still):
    answers = [still.post(BULK_PATH, batch(1)) for _ in range(21)]
    assert [one.status_code for one in answers[-2:]] == [202, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_a_worker_that_died_is_followed_by_another(still):
    """The lease of the one who died runs out; what he had decided is neither decided nor logged again."""
    location = still.post(BULK_PATH, batch(4)).headers["Location"]
    times = itertools.count()
    now = lambda: datetime.now(UTC) + timedelta(seconds=31 * next(times))  # noqa: E731
    queue = BulkQueue(still.centre.store, sealer_of(still), now)
    dead = queue.claim("dead", 2)
    assert [position for position, _ in dead.lines] == [1, 2]
    assert [position for position, _ in queue.claim("next", 9).lines] == [1, 2, 3, 4]
    assert queue.record(dead, []) is False
    assert still.get(location).get_json()["finished"] == 0


def test_what_is_over_is_deleted(still):
    still.post(BULK_PATH, batch(2))
    sealer = Sealer(b"k" * 32, bytes)
    BulkQueue(still.centre.store, sealer, lambda: datetime.now(UTC) + timedelta(days=6)).purge()
    assert len(still.get(BULK_PATH).get_json()["jobs"]) == 1
    BulkQueue(still.centre.store, sealer, lambda: datetime.now(UTC) + timedelta(days=8)).purge()
    assert still.get(BULK_PATH).get_json()["jobs"] == []
    with still.centre.store.reading() as session:
        assert session.query(BulkJobRow).count() == 0
        assert session.scalar(text("SELECT count(*) FROM bulk_items")) == 0


def test_a_revoked_clients_batch_ends(still):
    still.post(BULK_PATH, batch(2))
    still.register.revoke(still.client_id, datetime.now(UTC))
    queue = BulkQueue(still.centre.store, sealer_of(still), still.centre.clock)
    with ThreadPoolExecutor(1) as pool:
        assert BulkWorker(queue, still.register, None, 1).work_once(pool)
        assert not BulkWorker(queue, still.register, None, 1).work_once(pool)
    with still.centre.store.reading() as session:
        assert session.scalar(text("SELECT state FROM bulk_jobs")) == "cancelled"


def test_lines_that_cannot_be_decided_now_wait(still):
    """The centre cannot log: the line stays, and is asked again after a pause."""
    location = still.post(BULK_PATH, batch(1)).headers["Location"]

    def refuse(*_):
        raise QuestionRefusedError(ProblemCode.UNAVAILABLE)

    queue = BulkQueue(still.centre.store, sealer_of(still), still.centre.clock)
    with ThreadPoolExecutor(1) as pool:
        assert BulkWorker(queue, still.register, refuse, 1).work_once(pool)
        assert queue.claim("at once", 9) is None
    later = BulkQueue(still.centre.store, sealer_of(still), lambda: datetime.now(UTC) + timedelta(seconds=6))
    assert [position for position, _ in later.claim("later", 9).lines] == [1]
    assert still.get(location).get_json()["state"] == "running"


def sealer_of(whole) -> Sealer:
    return Sealer((whole.settings.keys_dir / "api.key").read_bytes(), bytes)


def test_seals_are_tied_to_their_place():
    sealer = Sealer(b"k" * 32, lambda count: b"n" * count)
    sealed = sealer.seal(b"x", "a/1")
    assert sealer.open(sealed, "a/1") == b"x"
    for changed, place in ((sealed, "a/2"), (sealed[:-1] + b"\0", "a/1"), (b"", "a/1")):
        with pytest.raises(SealError):
            sealer.open(changed, place)

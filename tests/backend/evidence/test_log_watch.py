"""What operators watch: numbers read from the store."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from tests.support.evidence_decisions import make_decisions
from tests.support.watched_centre import make_stamping, make_witnessing, read_metrics, value


def test_the_logs_numbers_are_read_from_the_store(watched):
    client, store, log, house, authority, names = watched
    before = read_metrics(client)
    assert value(before, "baidiao_log_leaves") == 0
    assert value(before, "baidiao_log_witnessed_timestamp_seconds") == 0
    log.append_all(make_decisions(20))
    witnessing = make_witnessing(store, log, house, names)
    house.silent.add("w2")
    assert witnessing.round()
    log.append_all(make_decisions(25)[20:])
    assert make_stamping(store, log, authority).round()
    after = read_metrics(client)
    assert value(after, "baidiao_log_readable") == 1
    assert value(after, "baidiao_log_leaves") == 25
    assert value(after, "baidiao_log_witness_lag_leaves", witness="w1") == 5
    assert value(after, "baidiao_log_witness_lag_leaves", witness="w2") == 25
    cosigned = "baidiao_log_witness_cosigned_timestamp_seconds"
    assert value(after, cosigned, witness="w1") == house.clock.at.timestamp()
    assert value(after, cosigned, witness="w2") == 0
    assert value(after, "baidiao_log_witnessed_leaves") == 20
    assert value(after, "baidiao_log_witnessed_timestamp_seconds") == house.clock.at.timestamp()
    assert value(after, "baidiao_log_timestamped_leaves") == 25
    stamped_at = datetime.fromtimestamp(value(after, "baidiao_log_timestamped_timestamp_seconds"), UTC)
    assert abs(stamped_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_store_that_does_not_answer_is_said_and_the_page_still_comes(watched):
    client, store, *_ = watched
    with store.transaction() as session:
        session.execute(text("DROP TABLE evidence_head"))
    metrics = read_metrics(client)
    assert value(metrics, "baidiao_log_readable") == 0
    assert "baidiao_log_leaves" not in metrics


def test_a_centre_without_witnesses_says_nothing_of_them(whole):
    metrics = read_metrics(whole.client())
    assert value(metrics, "baidiao_log_leaves") == 0
    assert not [name for name in metrics if name.startswith(("baidiao_log_witnessed", "baidiao_log_timestamped"))]


def refused(client):
    return sum(
        number
        for labels, number in read_metrics(client).get("baidiao_problems_total", ())
        if labels["code"] == "not_found"
    )


def test_refusals_are_counted_by_their_code(whole):
    client = whole.client()
    before = refused(client)
    assert client.get("/log/tile/0/999").status_code == 404
    assert refused(client) == before + 1

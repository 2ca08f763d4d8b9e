"""What operators watch: numbers read from the store, and the alarms that are made of them."""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text, update

from backend import bootstrap
from backend.app import Services
from backend.evidence.errors import LogUnavailableError
from backend.evidence.lease import Lease
from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceHead, EvidenceLease, EvidenceWitness
from backend.evidence.timestamping import Timestamping
from backend.evidence.witness_list import parse_witness_list
from backend.evidence.witnessing import DUTY, TERM, Witnessing
from backend.http.problems import answer_problem
from backend.settings import read_settings
from contracts.problems import ProblemCode
from tests.support.evidence_authority import TimestampingHouse
from tests.support.evidence_decisions import make_decisions
from tests.support.evidence_logs import LOG_KEY, ORIGIN
from tests.support.evidence_witnesses import WitnessHouse
from tests.support.promql import Reading

RULES_FILE = Path(__file__).parents[3] / "deploy/centre/alarms.yml"
RULES = [rule for group in yaml.safe_load(RULES_FILE.read_text("utf-8"))["groups"] for rule in group["rules"]]
WORDS_OF_PROMQL = {
    "sum",
    "by",
    "rate",
    "increase",
    "histogram_quantile",
    "time",
    "and",
    "le",
    "code",
    "witness",
    "reason",
}


@pytest.fixture
def watched(tmp_path, logging_as_before):
    """A centre with two witnesses and an authority, whose threads never come to their first round."""
    house = WitnessHouse(tmp_path, ("w1", "w2"))
    authority = TimestampingHouse(tmp_path / "authority")
    names = tmp_path / "witnesses"
    names.write_text("".join(f"{house.verifier(name).encode()} http://127.0.0.1:9\n" for name in house.names))
    given = {
        "STATE_DIR": tmp_path / "state",
        "LOG_ORIGIN": ORIGIN,
        "WITNESSES_FILE": names,
        "WITNESS_INTERVAL_S": 3600,
        "TSA_URL": "http://127.0.0.1:9/",
        "TSA_CERTIFICATE_FILE": authority.root,
        "TSA_INTERVAL_S": 3600,
    }
    settings = read_settings({f"BAIDIAO_CENTRE_{name}": str(value) for name, value in given.items()})
    bootstrap.initialise(settings)
    app = bootstrap.build_app(settings)
    services: Services = app.extensions["baidiao"]
    log = EvidenceLog(services.store, ORIGIN, LOG_KEY)
    yield app.test_client(), services.store, log, house, authority, names
    log.close()
    services.close()
    house.close()


def read_metrics(client):
    """Return every sample: its labels and value by name."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(metrics, name, **labels):
    return next(number for said, number in metrics[name] if said == labels)


def make_witnessing(store, log, house, names):
    policy = parse_witness_list(names.read_text(), 1)
    return Witnessing(store, log, policy, house.ask, Lease(store, DUTY, "test", TERM), house.clock)


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
    stamping = Timestamping(
        store,
        log.checkpoint,
        bootstrap.load_authority("x", authority.root),
        authority.stamp,
        Lease(store, "stamping", "test", TERM),
        lambda: datetime.now(UTC),
    )
    assert stamping.round()
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


@pytest.fixture
def everything(watched):
    """The page after everything has happened once that the alarms look for."""
    client, store, log, house, authority, names = watched
    log.append_all(make_decisions(20))
    with store.transaction() as session:
        session.execute(update(EvidenceLease).values(until_at=datetime(2020, 1, 1, tzinfo=UTC)))
        session.merge(EvidenceWitness(verifier=house.verifier("w1").encode(), size=99, cosigned_at=house.clock.at))
    make_witnessing(store, log, house, names).round()
    stamping = Timestamping(
        store,
        log.checkpoint,
        bootstrap.load_authority("x", authority.root),
        authority.stamp_another,
        Lease(store, "stamping", "test", TERM),
        lambda: datetime.now(UTC),
    )
    stamping.round()
    client.get("/log/tile/0/999")
    return read_metrics(client)


def test_every_alarm_is_whole_and_of_metrics_that_exist(everything):
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 10
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "action"}
        assert re.fullmatch(r"[0-9]+[smh]", rule.get("for", "0s"))
        expression = rule["expr"]
        assert expression.count("(") == expression.count(")")
        bare = re.sub(r'"[^"]*"|\[[0-9]+[smh]\]', "", expression)
        names = set(re.findall(r"[a-z_][a-z_0-9]*", bare)) - WORDS_OF_PROMQL
        assert names, rule["alert"]
        for name in names:
            assert name in everything, f"{rule['alert']} is of {name}"


def test_every_label_that_an_alarm_names_is_there(everything):
    for rule in RULES:
        for name, inside in re.findall(r"(baidiao_[a-z_]+)\{(.*?)\}", rule["expr"]):
            for label, wanted in re.findall(r'(\w+)[!=]=?~?"([^"]*)"', inside):
                assert label in everything[name][0][0]
                if label == "code":
                    assert set(wanted.split("|")) <= set(ProblemCode)
        for label in re.findall(r"sum by \((\w+)\)", rule["expr"]):
            inner = re.search(r"sum by \(\w+\) \(\w+\((baidiao_[a-z_]+)", rule["expr"])[1]
            assert label in everything[inner][0][0], f"{rule['alert']} sums by {label}"
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert label in everything[re.search(r"baidiao_[a-z_]+", rule["expr"])[0]][0][0]


SECONDS_APART = 10


@pytest.fixture
def alarms(watched):
    """Let something happen between two readings; give the alarms that fire then."""
    client, store, log, house, _, names = watched
    log.append_all(make_decisions(20))
    make_witnessing(store, log, house, names).round()

    def fire(happening=lambda: None, later_s=5):
        before = read_metrics(client)
        happening()
        now = house.clock.at.timestamp() + later_s
        reading = Reading(before, read_metrics(client), SECONDS_APART, now)
        return {rule["alert"]: found for rule in RULES if (found := reading.firing(rule["expr"]))}

    return fire


def test_no_alarm_fires_while_all_is_well(watched, alarms):
    log = watched[2]
    stamped = {"TimestampOld"}  # this authority is asked by nobody here
    assert set(alarms(lambda: log.append_all(make_decisions(21)[20:]))) <= stamped


def test_leaves_that_wait_too_long_raise_an_alarm(watched, alarms):
    _, store, log, *_ = watched

    def hold_the_database():
        waiting = threading.Thread(target=log.append, args=(b"{}",))
        with store.transaction():
            waiting.start()
            time.sleep(0.6)
        waiting.join()

    assert "EvidenceLogSlow" in alarms(hold_the_database)


def test_a_log_that_cannot_be_written_raises_alarms(watched, alarms):
    _, store, log, *_ = watched

    def lose_the_head():
        with store.transaction() as session:
            session.execute(text("DROP TABLE evidence_head"))
        with pytest.raises(LogUnavailableError):
            log.append(b"{}")

    assert {"EvidenceLogRefusesDecisions", "EvidenceLogUnreadable"} <= set(alarms(lose_the_head))


def test_a_witness_left_behind_and_an_old_checkpoint_raise_alarms(watched, alarms):
    _, store, *_ = watched

    def grow_much():
        with store.transaction() as session:
            session.execute(update(EvidenceHead).values(size=131_072, peaks=b"p" * 32))

    fired = alarms(grow_much)
    assert sorted(found["witness"] for found in fired["WitnessBehind"]) == ["w1", "w2"]
    assert not {"WitnessSilent", "CheckpointOld"} & set(fired)
    late = alarms(later_s=901)
    assert {"WitnessSilent", "CheckpointOld"} <= set(late)


def test_a_witness_that_contradicts_raises_an_alarm(watched, alarms):
    _, store, log, house, _, names = watched

    def set_back():
        with store.transaction() as session:
            session.merge(EvidenceWitness(verifier=house.verifier("w1").encode(), size=99, cosigned_at=house.clock.at))
            session.execute(text("DELETE FROM evidence_lease"))
        log.append_all(make_decisions(21)[20:])
        make_witnessing(store, log, house, names).round()

    assert [found["witness"] for found in alarms(set_back)["WitnessContradictsLog"]] == ["w1"]


@pytest.mark.parametrize(
    ("code", "alarm"),
    [
        (ProblemCode.MANDATE_MISSING, "QuestionsRefused"),
        (ProblemCode.QUOTA_SPENT, "QuestionsRefused"),
        (ProblemCode.SIGNATURE_WRONG, "SignaturesRefused"),
        (ProblemCode.UNAVAILABLE, "CentreFails"),
    ],
)
def test_refusals_raise_an_alarm_when_they_are_many(watched, alarms, code, alarm):
    app = watched[0].application

    def refuse(times):
        with app.test_request_context():
            for _ in range(times):
                app.process_response(answer_problem(code))

    assert alarm not in alarms()
    assert alarm in alarms(lambda: refuse(6))

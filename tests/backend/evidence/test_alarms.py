"""Every alarm fires for what it is about, on a real centre's numbers, and not while all is well."""

import re
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text, update

from backend.evidence.errors import LogUnavailableError, TimestampError
from backend.evidence.models import EvidenceHead, EvidenceLease, EvidenceWitness
from backend.http.problems import answer_problem
from contracts.problems import ProblemCode
from tests.support.evidence_decisions import make_decisions
from tests.support.promql import Reading
from tests.support.watched_centre import make_stamping, make_witnessing, read_metrics

FILES = [yaml.safe_load(file.read_text("utf-8")) for file in (Path(__file__).parents[3] / "deploy").rglob("*.y*ml")]
RULES = [rule for file in FILES for group in file.get("groups", ()) for rule in group["rules"]]
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
def everything(watched):
    """The page after everything has happened once that the alarms look for."""
    client, store, log, house, authority, names = watched
    log.append_all(make_decisions(20))
    with store.transaction() as session:
        session.execute(update(EvidenceLease).values(until_at=datetime(2020, 1, 1, tzinfo=UTC)))
        session.merge(EvidenceWitness(verifier=house.verifier("w1").encode(), size=99, cosigned_at=house.clock.at))
    make_witnessing(store, log, house, names).round()
    make_stamping(store, log, authority, authority.stamp_another).round()
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
def alarms(watched, request):
    """Let something happen between two readings; give the alarms that fire then.

    A test is marked with the alarms that it fires, and fails when it does not.
    """
    client, store, log, house, authority, names = watched
    log.append_all(make_decisions(20))
    make_witnessing(store, log, house, names).round()
    assert make_stamping(store, log, authority).round()
    seen = set()

    def fire(happening=lambda: None, later_s=5, now=None):
        before = read_metrics(client)
        happening()
        at = (now or house.clock.at).timestamp() + later_s
        reading = Reading(before, read_metrics(client), SECONDS_APART, at)
        fired = {rule["alert"]: found for rule in RULES if (found := reading.firing(rule["expr"]))}
        seen.update(fired)
        return fired

    yield fire
    assert _named(request.node.iter_markers()) <= seen


def _named(marks):
    return {name for mark in marks if mark.name == "fires" for name in mark.args}


def _promised(test):
    """Return the alarms that a test or one of its cases is marked with."""
    marks = getattr(test, "pytestmark", ())
    cases = [case for mark in marks if mark.name == "parametrize" for case in mark.args[1]]
    return _named(marks).union(*(_named(getattr(case, "marks", ())) for case in cases))


def test_every_alarm_is_fired_by_a_test():
    tests = [found for name, found in vars(sys.modules[__name__]).items() if name.startswith("test_")]
    assert {rule["alert"] for rule in RULES} == set().union(*map(_promised, tests))


def test_no_alarm_fires_while_all_is_well(watched, alarms):
    log = watched[2]
    assert alarms(lambda: log.append_all(make_decisions(21)[20:])) == {}


@pytest.mark.fires("EvidenceLogSlow")
def test_leaves_that_wait_too_long_raise_an_alarm(watched, alarms):
    _, store, log, *_ = watched

    def hold_the_database():
        waiting = threading.Thread(target=log.append, args=(b"{}",))
        with store.transaction():
            waiting.start()
            time.sleep(0.6)
        waiting.join()

    assert "EvidenceLogSlow" in alarms(hold_the_database)


@pytest.mark.fires("EvidenceLogRefusesDecisions", "EvidenceLogUnreadable")
def test_a_log_that_cannot_be_written_raises_alarms(watched, alarms):
    _, store, log, *_ = watched

    def lose_the_head():
        with store.transaction() as session:
            session.execute(text("DROP TABLE evidence_head"))
        with pytest.raises(LogUnavailableError):
            log.append(b"{}")

    assert {"EvidenceLogRefusesDecisions", "EvidenceLogUnreadable"} <= set(alarms(lose_the_head))


@pytest.mark.fires("WitnessBehind", "WitnessSilent", "CheckpointOld")
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


@pytest.mark.fires("WitnessContradictsLog")
def test_a_witness_that_contradicts_raises_an_alarm(watched, alarms):
    _, store, log, house, _, names = watched

    def set_back():
        with store.transaction() as session:
            session.merge(EvidenceWitness(verifier=house.verifier("w1").encode(), size=99, cosigned_at=house.clock.at))
            session.execute(text("DELETE FROM evidence_lease"))
        log.append_all(make_decisions(21)[20:])
        make_witnessing(store, log, house, names).round()

    assert [found["witness"] for found in alarms(set_back)["WitnessContradictsLog"]] == ["w1"]


@pytest.mark.fires("TimestampOld")
def test_a_log_that_grows_unstamped_for_an_hour_raises_an_alarm(watched, alarms):
    _, store, log, _, authority, _ = watched
    now = datetime.now(UTC)
    assert "TimestampOld" not in alarms(now=now, later_s=7200)  # at rest: there is nothing to stamp
    log.append_all(make_decisions(21)[20:])
    assert "TimestampOld" not in alarms(now=now, later_s=3500)
    assert "TimestampOld" in alarms(now=now, later_s=3605)
    assert make_stamping(store, log, authority).round()
    assert "TimestampOld" not in alarms(now=now, later_s=3500)


@pytest.mark.fires("TimestampOld")
def test_an_authority_that_never_answered_raises_an_alarm(watched, alarms):
    store = watched[1]

    def forget_the_stamps():
        with store.transaction() as session:
            session.execute(text("DELETE FROM evidence_timestamp"))

    assert "TimestampOld" in alarms(forget_the_stamps)


def bad_answer(_request):
    return b"\x30\x00"


@pytest.mark.fires("TimestampRefused")
@pytest.mark.parametrize("reason", ["wrong_nonce", "bad_answer", "wrong_time"])
def test_an_answer_that_does_not_count_raises_an_alarm_the_first_time(watched, alarms, reason):
    _, store, log, _, authority, _ = watched
    log.append_all(make_decisions(21)[20:])
    answer = {"wrong_nonce": authority.stamp_another, "bad_answer": bad_answer}.get(reason)
    late = timedelta(minutes=6 if reason == "wrong_time" else 0)
    stamping = make_stamping(store, log, authority, answer, lambda: datetime.now(UTC) + late)
    assert alarms(lambda: not stamping.round())["TimestampRefused"] == [{"reason": reason}]


def test_an_authority_away_for_a_moment_raises_none(watched, alarms):
    _, store, log, _, authority, _ = watched
    log.append_all(make_decisions(21)[20:])

    def be_away(_request):
        raise TimestampError("unreachable")

    assert alarms(make_stamping(store, log, authority, be_away).round) == {}


@pytest.mark.parametrize(
    ("code", "alarm"),
    [
        pytest.param(code, alarm, marks=pytest.mark.fires(alarm))
        for code, alarm in (
            (ProblemCode.MANDATE_MISSING, "QuestionsRefused"),
            (ProblemCode.QUOTA_SPENT, "QuestionsRefused"),
            (ProblemCode.SIGNATURE_WRONG, "SignaturesRefused"),
            (ProblemCode.UNAVAILABLE, "CentreFails"),
        )
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

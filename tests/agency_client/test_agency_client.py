"""The client against a running centre, and against one that behaves badly."""

import csv
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from agency_client import AgencyClient, CentreUnreachableError, RefusedError, SignInError, UnexpectedAnswerError
from agency_client.cli import ask
from agency_client.retries import Patience, parse_retry_after
from contracts.agency import AGENCY_SERVICES_PATH
from contracts.problems import ProblemCode
from tests.support.agency_running import running_centre

VALID, WRONG = "3999900000010", "3999900000011"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with running_centre(tmp_path_factory.mktemp("centre")) as running:
        yield running


@pytest.fixture
def client(running):
    whole, url = running
    with AgencyClient(url, whole.client_id, whole.secret) as client:
        yield client


def test_one_decision_asked_twice_is_one(running, client):
    whole, _ = running
    before = whole.log_size()
    first = client.ask(VALID, ["old_age_allowance"], "T-1", key="twice-0001")
    assert client.ask(VALID, ["old_age_allowance"], "T-1", key="twice-0001") == first
    assert whole.log_size() == before + 1
    assert "old_age_allowance" in {one.id for one in client.services()}


def test_a_refusal_says_why_and_is_not_tried_again(client):
    with pytest.raises(RefusedError) as refused:
        client.ask(WRONG, ["old_age_allowance"], "T-1")
    assert (refused.value.problem.code, refused.value.retryable) == (ProblemCode.NUMBER_INVALID, False)
    assert WRONG not in str(refused.value)


def test_a_batch_with_progress(client):
    seen = []
    people = [(f"case-{at}", WRONG if at == 2 else VALID) for at in range(7)]
    job = client.submit(people, ["old_age_allowance"], "T-1")
    results = list(client.results(job.id, seen.append))
    assert [one.reference for one in results] == [reference for reference, _ in people]
    assert [one.refusal is not None for one in results] == [at == 2 for at in range(7)]
    assert seen[-1].finished == 7
    assert client.cancel(job.id).state == "done"


def test_a_wrong_secret_is_told_and_an_ended_token_renewed(running, client):
    whole, url = running
    with AgencyClient(url, whole.client_id, "wrong") as stranger, pytest.raises(SignInError, match="invalid_client"):
        stranger.services()
    client.services()
    client._transport._token = "stale"
    assert client.services()


class Moody(BaseHTTPRequestHandler):
    """Gives tokens, and to all else what ``moods`` says, one after another."""

    moods: ClassVar[list] = []
    seen: ClassVar[list] = []

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/token"):
            self.say(200, b'{"access_token": "t", "expires_in": 600}')
            return
        self.do_GET()

    def do_GET(self):
        self.seen.append((self.path, self.headers.get("Idempotency-Key")))
        status, body, wait = self.moods.pop(0)
        if status == 0:
            self.connection.close()
            return
        self.say(status, body, wait)

    def say(self, status, body, wait=""):
        self.send_response(status)
        if wait:
            self.send_header("Retry-After", wait)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def moody():
    Moody.moods, Moody.seen = [], []
    server = HTTPServer(("127.0.0.1", 0), Moody)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    waits = []
    with AgencyClient(
        f"http://127.0.0.1:{server.server_port}", "c", "s", patience=Patience(tries=3), sleep=waits.append
    ) as client:
        yield client, waits
    server.shutdown()
    thread.join()
    server.server_close()


def problem(code, status, retryable):
    text = f'{{"type":"urn:baidiao:problem:{code}","title":"t","status":{status},"code":"{code}",'
    return (text + f'"retryable":{str(retryable).lower()},"request_id":"r"}}').encode()


SERVICES = b'{"services": []}'


def test_it_waits_as_long_as_it_is_told_and_tries_again(moody):
    client, waits = moody
    Moody.moods = [(429, problem("rate_limited", 429, retryable=True), "7"), (503, b"<html>", ""), (200, SERVICES, "")]
    assert client.services() == ()
    assert waits[0] == 7
    assert 0.5 <= waits[1] <= 1


def test_it_gives_up_after_its_tries_and_before_a_long_wait(moody):
    client, waits = moody
    Moody.moods = [(0, b"", "")] * 6
    with pytest.raises(CentreUnreachableError):
        client.services()
    assert len(waits) == 2
    Moody.moods = [(429, problem("rate_limited", 429, retryable=True), "3600")]
    with pytest.raises(RefusedError) as refused:
        client.services()
    assert refused.value.retry_after_s == 3600


def test_the_key_stays_the_same_over_its_tries(moody):
    client, _ = moody
    Moody.moods = [(0, b"", ""), (503, problem("unavailable", 503, retryable=True), ""), (200, b"{}", "")]
    with pytest.raises(UnexpectedAnswerError):
        client.ask(VALID, ["old_age_allowance"], "T-1")
    keys = {key for _, key in Moody.seen}
    assert len(Moody.seen) == 3
    assert len(keys) == 1
    assert None not in keys


def test_somebody_elses_page_is_not_taken_for_an_answer(moody):
    client, waits = moody
    Moody.moods = [(404, b"<html>not here</html>", "")]
    with pytest.raises(UnexpectedAnswerError):
        client.services()
    assert waits == []
    assert Moody.seen[0][0] == AGENCY_SERVICES_PATH


def test_it_waits_till_the_date_a_proxy_names_by_the_proxys_own_clock(moody):
    client, waits = moody
    in_20_s = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)  # beside the server's "Date"
    Moody.moods = [(429, b"<html>", in_20_s), (503, b"<html>", "3"), (200, SERVICES, "")]
    assert client.services() == ()
    assert 1 < waits[0] <= 21, "not its own half a second"
    assert waits[1] == 3


@pytest.mark.parametrize(
    ("said", "date", "wait_s"),
    [
        ("7", "", 7),
        (" 0 ", "", 0),
        ("Mon, 30 Nov 2026 08:00:30 GMT", "Mon, 30 Nov 2026 08:00:00 GMT", 30),
        ("Mon, 30 Nov 2026 08:00:30 GMT", "", 20),
        ("Mon, 30 Nov 2026 08:00:30 GMT", "yesterday", 20),
        ("Mon Nov 30 08:00:30 2026", "", 20),
        ("Mon, 30 Nov 2026 07:00:00 GMT", "", 0),
        ("", "", None),
        ("soon", "", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("\u00b2", "", None),
        ("9" * 41, "", None),
        ("Mon, 30 Nov 99999999999999999 08:00:00 GMT", "", None),
    ],
)
def test_what_retry_after_may_say(said, date, wait_s):
    assert parse_retry_after(said, date, datetime(2026, 11, 30, 8, 0, 10, tzinfo=UTC)) == wait_s


@given(st.text(), st.text())
def test_no_retry_after_breaks_it(said, date):
    wait_s = parse_retry_after(said, date, datetime(2026, 11, 30, tzinfo=UTC))
    assert wait_s is None or wait_s >= 0


@pytest.fixture
def run(running, monkeypatch):
    whole, url = running
    monkeypatch.setenv("BAIDIAO_ASK_SECRET", whole.secret)
    monkeypatch.setenv("BAIDIAO_ASK_CENTRE", url)
    monkeypatch.setenv("BAIDIAO_ASK_CLIENT", whole.client_id)
    return lambda *words, **more: CliRunner().invoke(ask, list(words), **more)


def test_the_command_asks_one(run):
    told = run("one", "--service", "old_age_allowance", "--officer", "T-1", input=VALID + "\n")
    assert told.exit_code == 0, told.output
    assert "old_age_allowance: undecided" in told.output
    refused = run("one", "--service", "old_age_allowance", "--officer", "T-1", WRONG)
    assert (refused.exit_code, "number_invalid" in refused.output) == (1, True)
    misspelt = run("one", "--service", "old_age_allowance", "--officer", "T 1", VALID)
    assert "not well formed: officer" in misspelt.output
    assert VALID not in misspelt.output


def test_the_command_asks_many(run, tmp_path):
    people, out = tmp_path / "people.csv", tmp_path / "out.csv"
    people.write_text(f"reference,citizen_number\na,{VALID}\nb,{WRONG}\n", encoding="utf-8")
    told = run("many", "--service", "old_age_allowance", "--officer", "T-1", "--out", str(out), str(people))
    assert told.exit_code == 0, told.output
    assert "2 results" in told.output
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [(row["reference"], row["outcome"], row["refusal"]) for row in rows] == [
        ("a", "undecided", ""),
        ("b", "", "number_invalid"),
    ]


def test_the_command_says_later_where_later_helps(run, monkeypatch):
    monkeypatch.setenv("BAIDIAO_ASK_CENTRE", "http://127.0.0.1:9")
    monkeypatch.setattr(Patience, "wait_s", lambda *_: None)
    assert run("services").exit_code == 75

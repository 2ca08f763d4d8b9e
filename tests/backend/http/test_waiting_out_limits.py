"""Too often, and then not too often any more: limits as an agency meets them, over HTTP and in simulated time."""

import pytest
import requests

from agency_client import AgencyClient
from contracts.agency import AGENCY_SERVICES_PATH
from contracts.problems import Problem, ProblemCode
from tests.support.agency_running import running_centre

VALID = "3999900000010"


class Seconds:
    """The centre's clock for rates; whoever sleeps moves it on."""

    def __init__(self):
        self.at, self.slept = 1_800_000_000.0, []

    def __call__(self):
        return self.at

    def sleep(self, wait_s):
        self.slept.append(wait_s)
        self.at += wait_s


@pytest.fixture
def limited(tmp_path, logging_as_before):
    """A centre that lets a client come 12 times a minute, and ten times at once; its time stands still."""
    with running_centre(tmp_path, CLIENT_RATE_PER_MINUTE="12") as (whole, url):
        clock = Seconds()
        whole.centre.app.extensions["baidiao"].guard.limiter._clock = clock
        yield whole, url, clock


def test_it_waits_out_the_centres_limit_and_then_gets_its_answer(limited):
    whole, url, clock = limited
    with AgencyClient(url, whole.client_id, whole.secret, sleep=clock.sleep) as client:
        for _ in range(10):
            client.services()
        assert clock.slept == []
        for at in range(3):
            assert client.ask(VALID, ["old_age_allowance"], "T-1", key=f"patient-{at}").decisions
        job = client.submit([("a", VALID)], ["old_age_allowance"], "T-1", key="patient-batch")
    assert clock.slept == [5, 5, 5, 5], "60 s for 12, and one try after each wait"
    assert whole.log_size() >= 3
    assert job.total == 1


def test_it_waits_for_a_token_too(limited):
    whole, url, clock = limited
    while whole.ask_token(whole.client_id, whole.secret).status_code == 200:
        pass
    with AgencyClient(url, whole.client_id, whole.secret, sleep=clock.sleep) as client:
        assert client.services()
    assert clock.slept == [1]


def test_an_agency_without_our_client_reads_the_same_from_headers_and_problem(limited):
    whole, url, clock = limited
    bearer = {"Authorization": f"Bearer {whole.token}"}

    def ask():
        return requests.get(url + AGENCY_SERVICES_PATH, headers=bearer, timeout=10)

    while (refused := ask()).status_code == 200:
        pass
    problem = Problem.model_validate_json(refused.content)
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")
    assert (problem.code, problem.retryable) == (ProblemCode.RATE_LIMITED, True)
    wait_s = int(refused.headers["Retry-After"])
    assert refused.headers["RateLimit"] == f'"default";r=0;t={wait_s}'
    assert f"come again in {wait_s} s" in problem.detail
    clock.at += wait_s - 1
    assert ask().status_code == 429, "a second early is too early"
    clock.at += 1
    assert ask().status_code == 200, "when it said, it may"
    described = requests.get(f"{url}/openapi.json", timeout=10).json()["paths"][AGENCY_SERVICES_PATH]["get"]
    assert "Retry-After" in described["responses"]["429"]["headers"]

"""Guessing at passwords is slowed down, for each account and each address, and everybody is told when to come back."""

import re

import pytest

from backend.accounts.throttle import ACCOUNT, ADDRESS, LoginThrottle
from backend.rates import RateLimiter
from tests.support.centre_app import EMAIL, PASSWORD, log_in, submit_login


@pytest.fixture
def clock():
    return [1_000_000.0]


@pytest.fixture
def throttle(clock):
    return LoginThrottle(RateLimiter(clock=lambda: clock[0]))


def test_an_account_has_so_many_tries_from_wherever_they_come(throttle, clock):
    tries = [throttle.admit(EMAIL if n % 2 else EMAIL.upper(), f"192.0.2.{n}") for n in range(ACCOUNT.burst)]
    assert tries == [0] * ACCOUNT.burst
    wait_s = throttle.admit(f" {EMAIL} ", "192.0.2.200")
    assert wait_s == 60 / ACCOUNT.per_minute
    assert throttle.admit("other@centre.example", "192.0.2.200") == 0, "another account's tries are its own"
    for _ in range(50):
        assert throttle.admit(EMAIL, "192.0.2.201") == wait_s, "waiting grows no longer for who keeps trying"
    clock[0] += wait_s
    assert throttle.admit(EMAIL, "192.0.2.201") == 0
    assert throttle.admit(EMAIL, "192.0.2.201") == wait_s


def test_an_address_has_so_many_tries_whosever_account_it_tries(throttle):
    accounts = [f"nobody{n}@centre.example" for n in range(ADDRESS.burst)]
    assert [throttle.admit(account, "192.0.2.1") for account in accounts] == [0] * ADDRESS.burst
    assert throttle.admit("one.more@centre.example", "192.0.2.1") == 60 / ADDRESS.per_minute
    assert throttle.admit("one.more@centre.example", "192.0.2.2") == 0
    assert throttle.admit("no address at all", "192.0.2.3") == 0


@pytest.mark.parametrize("email", [EMAIL, "nobody@centre.example"])
def test_who_tries_too_often_is_told_when_to_come_back(centre, email):
    log_in(centre)
    before = 1 if email == EMAIL else 0
    other = centre.client()
    throttle = next(one for one in centre.app.extensions.values() if isinstance(one, LoginThrottle))
    for _ in range(ACCOUNT.burst - 1 - before):
        assert throttle.admit(email, "127.0.0.1") == 0
    assert submit_login(other, email, "not the password").status_code == 200
    refused = submit_login(other, email, PASSWORD)
    assert refused.status_code == 429, "nor is the right password looked at"
    assert 0 < int(refused.headers["Retry-After"]) <= 12
    assert re.search(r"ลองใหม่ในอีก \d+ วินาที \(เวลา \d\d:\d\d:\d\d น\.\)", refused.text)
    assert "ไม่ถูกต้อง" not in refused.text
    assert PASSWORD not in refused.text
    assert submit_login(other, "third@centre.example", "x").status_code == 200

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from backend.accounts.models import User
from backend.accounts.service import AccountExistsError, EmailError, PasswordTooShortError
from tests.support.centre_app import EMAIL, PASSWORD, csrf_token, log_in, submit_login


@pytest.fixture
def client(centre):
    return log_in(centre)


def test_logging_in_leads_to_the_console(client):
    page = client.get("/console/")
    assert page.status_code == 200
    assert EMAIL in page.text


def test_the_address_may_be_typed_in_any_case(centre, client):
    assert submit_login(centre.client(), EMAIL.upper(), PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "not the password"), ("nobody@centre.example", PASSWORD), ("x", "")]
)
def test_wrong_tries_look_alike(centre, client, email, password):
    page = submit_login(centre.client(), email, password)
    assert page.status_code == 200
    assert "อีเมลหรือรหัสผ่านไม่ถูกต้อง" in page.text
    assert PASSWORD not in page.text


def test_no_login_without_the_forms_token(centre, client):
    other = centre.client()
    page = other.post("/console/login", data={"email": EMAIL, "password": PASSWORD})
    assert page.headers["Location"] == "/console/login?stale=1"
    assert "เปิดค้างไว้นานเกินไป" in other.get("/console/login?stale=1").text
    assert other.get("/console/").status_code == 302


def test_logging_out_wants_the_token_too(client):
    assert client.post("/console/logout").get_json()["code"] == "bad_request"
    assert client.get("/console/").status_code == 200
    token = csrf_token(client.get("/console/").text)
    assert client.post("/console/logout", data={"csrf_token": token}).status_code == 302
    assert client.get("/console/").status_code == 302


def test_a_link_cannot_log_out(client):
    assert client.get("/console/logout").status_code == 405


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere_after_logging_in(centre, client, target):
    other = centre.client()
    page = other.get("/console/login", query_string={"next": target})
    form = {"email": EMAIL, "password": PASSWORD, "csrf_token": csrf_token(page.text), "next": target}
    location = other.post("/console/login", query_string={"next": target}, data=form).headers.get("Location", "")
    assert urlsplit(location).netloc == ""
    assert re.fullmatch(r"|/|/[^/\\].*", location)
    chosen = other.get("/console/language/en", query_string={"next": target})
    assert chosen.headers["Location"] == "/console/"


def test_a_disabled_account(centre, client):
    with centre.store.transaction() as session:
        session.scalars(select(User)).one().active = False
    assert client.get("/console/").status_code == 302
    assert submit_login(centre.client(), EMAIL, PASSWORD).status_code == 200


def test_a_new_password_ends_sessions(centre, client):
    assert centre.accounts.set_password(EMAIL, "another long password", "unique-2")
    assert client.get("/console/").status_code == 302
    assert submit_login(centre.client(), EMAIL, PASSWORD).status_code == 200
    assert submit_login(centre.client(), EMAIL, "another long password").status_code == 302


def test_passwords_are_argon2id(centre_on_each):
    centre_on_each.accounts.add(EMAIL, PASSWORD, "u", centre_on_each.clock())
    with centre_on_each.store.reading() as session:
        assert session.scalars(select(User)).one().password.startswith("$argon2id$")


def test_the_cookie_is_kept_from_scripts_and_strangers(centre, client):
    cookie = centre.client().get("/console/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie


def test_what_cannot_be_an_account(centre):
    accounts, now = centre.accounts, centre.clock()
    with pytest.raises(PasswordTooShortError):
        accounts.add("a@b.example", "short", "u", now)
    for email in ("", "a", "a@", "@b", "a@b@c", "a b@c"):
        with pytest.raises(EmailError):
            accounts.add(email, PASSWORD, "u", now)
    accounts.add("a@b.example", PASSWORD, "u", now)
    with pytest.raises(AccountExistsError):
        accounts.add("A@B.example ", PASSWORD, "u2", now)
    assert accounts.set_password("nobody@b.example", PASSWORD, "u3") is False

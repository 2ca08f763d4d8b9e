"""Roles: given by a command, shown by the navigation, asked for by every page of the console."""

import pytest
from click.testing import CliRunner

from backend.accounts.roles import Role, parse_roles, write_roles
from backend.cli import centre as command
from backend.console.access import ACCESS, PUBLIC_ENDPOINTS, SECTIONS
from tests.support.centre_app import EMAIL, PASSWORD, submit_login


def log_in_as(centre, *roles):
    agency = "civil_registry" if Role.STEWARD in roles else None
    centre.accounts.add(EMAIL, PASSWORD, "unique-1", centre.clock(), roles, agency)
    client = centre.client()
    assert submit_login(client, EMAIL, PASSWORD).status_code == 302
    return client


def test_every_page_of_the_console_has_its_roles(centre):
    endpoints = {rule.endpoint for rule in centre.app.url_map.iter_rules() if rule.endpoint.startswith("console.")}
    assert endpoints - PUBLIC_ENDPOINTS == set(ACCESS)
    assert all(ACCESS.values())
    assert {section.endpoint for section in SECTIONS} <= set(ACCESS)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_checks_the_role(centre, role):
    client = log_in_as(centre, *([role] if role else []))
    asked = 0
    for rule in centre.app.url_map.iter_rules():
        if rule.endpoint not in ACCESS or role in ACCESS[rule.endpoint]:
            continue
        path = centre.app.url_map.bind("x").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        for method in rule.methods & {"GET", "POST"}:
            answer = client.open(path, method=method, headers={"X-Requested-With": "fetch"})
            # A form without its token is refused before anybody looks at roles.
            assert answer.get_json()["code"] in {"role_missing", "bad_request"} if method == "POST" else True
            if method == "GET":
                home = rule.endpoint == "console.devices" and answer.status_code == 302
                assert home or answer.get_json()["code"] == "role_missing", path
            asked += 1
    assert asked or role in {Role.FLEET_ADMIN, Role.AUDITOR, Role.REGISTRY_OFFICER}


def test_without_a_role_there_is_a_page_that_says_so(centre):
    page = log_in_as(centre).get("/console/")
    assert page.status_code == 403
    assert "บัญชีของท่านไม่มีสิทธิ์เปิดหน้านี้" in page.text
    assert 'class="sections"' not in page.text


def test_roles_are_read_as_they_were_written():
    assert write_roles([Role.FLEET_ADMIN, Role.AUDITOR, Role.AUDITOR]) == "auditor fleet_admin"
    assert parse_roles("auditor of_a_later_version fleet_admin") == {Role.AUDITOR, Role.FLEET_ADMIN}
    assert len(" ".join(Role)) <= 200  # the column's width


def test_the_commands_give_and_list_roles(centre, monkeypatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_DATABASE_URL", centre.settings.database_url)

    def run(*words, typed=None):
        done = CliRunner().invoke(command, ["user", *words], input=typed)
        return done.exit_code, done.output

    added = run("add", "a@example.org", "--password-stdin", "--role", "rule_author", typed=PASSWORD + "\n")
    assert added == (0, "a@example.org may log in: rule_author\n")
    assert run("add", "b@example.org", "--password-stdin", typed=PASSWORD + "\n")[1].endswith("fleet_admin\n")
    listed = run("roles", "a@example.org", "--role", "auditor", "--role", "rule_approver")[1].split("\n")
    assert listed[0].split() == ["a@example.org", "auditor", "rule_approver"]
    assert run("roles", "nobody@example.org", "--role", "auditor")[0] == 1
    assert run("roles", "a@example.org")[1].split("\n")[0].split() == ["a@example.org", "-"]


def test_the_commands_bind_a_steward_to_his_agency(centre, monkeypatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_DATABASE_URL", centre.settings.database_url)

    def run(*words):
        done = CliRunner().invoke(command, ["user", *words], input=PASSWORD + "\n")
        return done.exit_code, done.output

    def listed():
        return [line.split() for line in run("roles")[1].splitlines()]

    steward = ("add", "s@example.org", "--password-stdin", "--role", "steward")
    assert run(*steward) == (1, "Error: a steward needs his agency: --agency ID\n")
    assert "no agency is called 'nowhere'" in run(*steward, "--agency", "nowhere")[1]
    town = ("--agency", "tuayang_municipality")
    assert "only a steward belongs to an agency" in run("add", "a@example.org", "--password-stdin", *town)[1]
    assert run(*steward, *town) == (0, "s@example.org may log in: steward of tuayang_municipality\n")
    run("roles", "s@example.org", "--role", "steward", "--role", "auditor")
    assert listed() == [["s@example.org", "auditor", "steward", "of", "tuayang_municipality"]]
    run("roles", "s@example.org", "--role", "steward", "--agency", "dopa")
    assert listed() == [["s@example.org", "steward", "of", "dopa"]]
    run("roles", "s@example.org", "--role", "auditor")
    assert listed() == [["s@example.org", "auditor"]]
    assert run("roles", "s@example.org", "--role", "steward")[0] == 1


def test_a_role_taken_away_counts_at_once(centre):
    client = log_in_as(centre, Role.FLEET_ADMIN)
    assert client.get("/console/").status_code == 200
    assert centre.accounts.grant(EMAIL, [])
    assert client.get("/console/").status_code == 403

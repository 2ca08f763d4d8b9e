"""A common JSON service is linked by configuration alone."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from backend.linkage.adapters.linking import make_providers
from backend.linkage.directory import Agency, Request, parse_directory
from backend.linkage.errors import DirectoryError, WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.reading import read_facts
from backend.linkage.transport import HttpTransport
from contracts.card import Birth
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import NUMBER, AgencyServer, says, sends, subject

SEND = {"citizen_number": "citizen_number"}


@pytest.fixture
def server() -> Iterator[AgencyServer]:
    with AgencyServer() as running:
        yield running


def request(fact: str, reading: dict[str, Any], **more: Any) -> Request:
    return Request.model_validate({"send": SEND, "facts": {fact: reading}, **more})


def read(wanted: Request, tree: object) -> Any:
    (fact,) = wanted.facts
    known = read_facts(wanted, tree, frozenset({fact}), lexical=False, about=NUMBER)
    return None if known is None else known.get(fact)


ALIVE, INCOME, BORN, BIRTH, SCHEME = (
    *("registry.alive", "revenue.income_year_baht", "welfare.newborn_birth", "registry.birth"),
    "health.scheme",
)
GOOD: list[tuple[str, dict[str, Any], object, object]] = [
    (ALIVE, {"at": "life", "as": "bool", "values": {"Y": True, "N": False}}, {"life": "N"}, False),
    (ALIVE, {"at": "life", "as": "bool", "values": {"1": True, "0": False}}, {"life": 1}, True),
    (ALIVE, {"at": "life", "as": "bool", "written": "text"}, {"life": "true"}, True),
    (ALIVE, {"at": "life", "as": "bool", "values": {"X": None}, "optional": True}, {"life": "X"}, None),
    (INCOME, {"at": "years[0].baht", "as": "int"}, {"years": [{"baht": 5}, {"baht": 6}]}, 5),
    (INCOME, {"at": "years[-1].baht", "as": "int"}, {"years": [{"baht": 5}, {"baht": 6}]}, 6),
    (INCOME, {"at": "years[tax-year=2568].baht", "as": "int"}, {"years": [{"tax-year": 2568, "baht": 7}]}, 7),
    (INCOME, {"at": "years[tax-year=2568].baht", "as": "int", "optional": True}, {"years": []}, None),
    (INCOME, {"at": "รายได้", "as": "int", "written": "text"}, {"รายได้": "84000"}, 84_000),
    (BORN, {"at": "d", "as": "date", "form": "DD/MM/YYYY", "era": "be"}, {"d": "29/02/2567"}, date(2024, 2, 29)),
    (BORN, {"at": "d", "as": "date", "form": "YYYYMMDD"}, {"d": "20250228"}, date(2025, 2, 28)),
    (BIRTH, {"at": "d", "as": "birth", "form": "YYYYMMDD", "era": "be"}, {"d": "24960000"}, Birth(year=1953)),
    (BIRTH, {"at": "d", "as": "birth", "era": "be"}, {"d": {"year": 2496, "month": 2}}, Birth(year=1953, month=2)),
    (SCHEME, {"at": "[0].code", "as": "text", "one_of": ["UCS"], "values": {"89": "UCS"}}, [{"code": 89}], "UCS"),
]


@pytest.mark.parametrize(("fact", "reading", "tree", "value"), GOOD)
def test_values_are_read_as_the_agency_writes_them(
    fact: str, reading: dict[str, Any], tree: Any, value: object
) -> None:
    wanted = request(fact, reading, found="", not_found_statuses=[404])
    assert read(wanted, tree) == value


@pytest.mark.parametrize(
    ("fact", "reading", "tree", "detail"),
    [
        (ALIVE, {"at": "x", "as": "bool", "values": {"Y": True}}, {"x": "?"}, "unknown_text:registry.alive"),
        (ALIVE, {"at": "x", "as": "bool", "values": {"Y": True}}, {"x": ["Y"]}, "unknown_text:registry.alive"),
        (INCOME, {"at": "y[k=1].baht", "as": "int"}, {"y": [{"k": 1}, {"k": 1}]}, "several_items"),
        (INCOME, {"at": "y[3].baht", "as": "int"}, {"y": [1]}, "missing:revenue.income_year_baht"),
        (
            BORN,
            {"at": "d", "as": "date", "form": "DD/MM/YYYY"},
            {"d": "30/02/2025"},
            "wrong_type:welfare.newborn_birth",
        ),
        (
            BORN,
            {"at": "d", "as": "date", "form": "DD/MM/YYYY"},
            {"d": "2025-02-28"},
            "wrong_type:welfare.newborn_birth",
        ),
        (BIRTH, {"at": "d", "as": "birth", "form": "YYYYMMDD"}, {"d": "19530100x"}, "wrong_type:registry.birth"),
        (INCOME, {"at": "[0].a", "as": "int"}, {"a": 1}, "not_an_array"),
    ],
)
def test_what_was_not_agreed_is_a_wrong_answer(fact: str, reading: dict[str, Any], tree: Any, detail: str) -> None:
    with pytest.raises(WrongAnswerError) as caught:
        read(request(fact, reading, found="", not_found_statuses=[404]), tree)
    assert caught.value.detail == detail


@pytest.mark.parametrize(
    ("more", "tree", "found"),
    [
        ({"found": "status", "found_when": ["OK"], "not_found_when": ["NONE"]}, {"status": "OK", "a": True}, True),
        ({"found": "status", "found_when": ["OK"], "not_found_when": ["NONE"]}, {"status": "NONE"}, False),
        ({"found": "items", "not_found_when": ["[]", "null"]}, {"items": [], "a": True}, False),
        ({"found": "items", "not_found_when": ["[]", "null"]}, {"items": [1], "a": True}, True),
        ({"found": "code", "not_found_when": ["404"]}, {"code": 404}, False),
    ],
)
def test_each_way_to_say_that_nobody_is_known(more: dict[str, Any], tree: Any, found: bool) -> None:
    wanted = request(ALIVE, {"at": "a", "as": "bool"}, absent={ALIVE: False}, **more)
    assert read(wanted, tree) is found


def test_an_unknown_word_for_found_is_a_wrong_answer() -> None:
    wanted = request(ALIVE, {"at": "a", "as": "bool"}, found="status", found_when=["OK"], not_found_when=["NONE"])
    with pytest.raises(WrongAnswerError, match="unknown_text:found"):
        read(wanted, {"status": "BUSY"})


def reading(**more: Any) -> dict[str, Any]:
    return {"facts": {ALIVE: {"at": "a", "as": "bool", **more}}}


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (reading(at="a..b"), "facts.registry.alive.at", "'' in the path 'a..b' is no name"),
        (reading(at="a[x]"), "facts.registry.alive.at", "'[x]' in the path 'a[x]' is neither a place such as [0]"),
        (reading(values={"Y": "yes"}), "facts.registry.alive", "'values': 'Y' does not mean a bool as 'bool' needs"),
        (reading(era="be"), "facts.registry.alive", "'form' and 'era' go with 'date' and 'birth'"),
        ({"facts": {BORN: {"at": "a", "as": "date", "form": "DD/MM"}}}, "facts." + BORN, "must hold DD, MM and YYYY"),
        ({"method": "GET"}, "", "'number_in_url' must be true exactly where the number stands"),
        ({"path": "/p/{citizen_number}"}, "", "'number_in_url' must be true exactly where the number stands"),
        ({"number_in_url": True}, "", "'number_in_url' must be true exactly where the number stands"),
        ({"path": "/p/{name}"}, "path", "String should match pattern"),
        ({"send": {}}, "", "'send' names nothing of the person"),
        ({"headers": {"Authorization": "x"}}, "", "secrets stand in 'auth'"),
        ({"found": ""}, "", "without 'found' there must be 'not_found_statuses'"),
        ({"fixed": {"citizen_number": "x"}}, "", "stands in 'send' and in 'fixed'"),
        ({"metod": "GET"}, "metod", "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_mapping_is_found_on_loading(changes: dict[str, Any], place: str, message: str) -> None:
    one = {"send": SEND, **reading(), **changes}
    agency = {
        "id": "tax",
        "name": {"th": "ก", "en": "T"},
        "adapter": "rest",
        "base_url": "https://x",
        "requests": [one],
    }
    with pytest.raises(DirectoryError) as caught:
        parse_directory(json.dumps({"version": 1, "agencies": [agency]}))
    (problem,) = caught.value.problems
    where, _, what = problem.partition(": ")
    assert where == ".".join(part for part in ("agencies.0.requests.0", place) if part)
    assert message in what


def ask(entry: dict[str, Any], times: int = 1) -> list[Facts | NotKnown]:
    agency = Agency.model_validate({"id": "tax", "name": {"th": "ก", "en": "T"}, "adapter": "rest", **entry})

    async def run() -> list[Facts | NotKnown]:
        transport = HttpTransport()
        (provider,) = make_providers(agency, transport)
        try:
            return [await provider.ask(subject(), provider.offers, 0.5) for _ in range(times)]
        finally:
            await transport.aclose()

    return asyncio.run(run())


def test_a_get_service_with_the_number_in_its_path(server: AgencyServer) -> None:
    server.behaviour = says({"data": [{"life": "Y"}]})
    one = {
        "method": "GET",
        "path": "/v2/persons/{citizen_number}/life",
        "number_in_url": True,
        "fixed": {"fields": "life, more"},
        "headers": {"Accept-Language": "th"},
        "found": "",
        "not_found_statuses": [404],
        "facts": {ALIVE: {"at": "data[0].life", "as": "bool", "values": {"Y": True, "N": False}}},
        "absent": {ALIVE: False},
    }
    entry = {"base_url": server.base_url, "requests": [one]}
    assert ask(entry) == [{Fact.ALIVE: True}]
    seen = server.seen[0]
    assert (seen["method"], seen["body"]) == ("GET", b"")
    assert seen["path"] == f"/v2/persons/{NUMBER}/life?fields=life%2C+more"
    assert seen["headers"]["Accept-Language"] == "th"
    server.behaviour = sends(b"<html>no such person</html>", "text/html", status=404)
    assert ask(entry) == [{Fact.ALIVE: False}]
    server.behaviour = says({}, status=410)
    assert ask(entry) == [NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="status_410")]


def test_a_nested_body_with_fixed_fields(server: AgencyServer) -> None:
    server.behaviour = says({"found": True, "a": True})
    one = {"send": {"query.person.id": "citizen_number"}, "fixed": {"query.kind": "life", "v": 2}, **reading()}
    assert ask({"base_url": server.base_url, "requests": [one]}) == [{Fact.ALIVE: True}]
    sent = json.loads(server.seen[0]["body"])
    assert sent == {"query": {"person": {"id": NUMBER}, "kind": "life"}, "v": 2}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    return str(file)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "api_key", "header": "X-Key"}, "X-Key", "s3cret"),
        ({"kind": "basic", "user": "centre"}, "Authorization", "Basic " + b64encode(b"centre:s3cret").decode()),
        ({"kind": "bearer"}, "Authorization", "Bearer s3cret"),
    ],
)
def test_the_centre_proves_itself(server: AgencyServer, secret: str, auth: Any, header: str, value: str) -> None:
    server.behaviour = says({"found": True, "a": True})
    entry = {"base_url": server.base_url, "requests": [{"send": SEND, **reading()}]}
    assert ask({**entry, "auth": {**auth, "secret_file": secret}}) == [{Fact.ALIVE: True}]
    assert server.seen[0]["headers"][header] == value


class TokenAgency:
    """An agency with a token server of its own; each token is good for some questions."""

    def __init__(self, *, good_for: int = 100, expires_in: int = 60) -> None:
        self.good_for, self.expires_in = good_for, expires_in
        self.tokens = self.used = 0

    async def behave(self, asked: web.Request) -> web.StreamResponse:
        if asked.path == "/token":
            self.tokens, self.used = self.tokens + 1, 0
            told = {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": self.expires_in}
            return web.json_response(told)
        self.used += 1
        right = asked.headers.get("Authorization") == f"Bearer t{self.tokens}" and self.used <= self.good_for
        return web.json_response({"found": True, "a": True}, status=200 if right else 401)


@pytest.mark.parametrize(
    ("agency", "tokens"), [(TokenAgency(), 1), (TokenAgency(good_for=1), 3), (TokenAgency(expires_in=5), 3)]
)
def test_tokens_are_fetched_kept_and_renewed(
    server: AgencyServer, secret: str, agency: TokenAgency, tokens: int
) -> None:
    server.behaviour = agency.behave
    auth = {"kind": "oauth2", "token_url": server.base_url + "/token", "client_id": "us", "secret_file": secret}
    entry = {"base_url": server.base_url, "auth": auth, "requests": [{"send": SEND, **reading()}]}
    assert ask(entry, 3) == [{Fact.ALIVE: True}] * 3
    assert agency.tokens == tokens
    first = server.seen[0]
    assert first["body"] == b"grant_type=client_credentials"
    assert first["headers"]["Authorization"] == "Basic " + b64encode(b"us:s3cret").decode()


@pytest.mark.parametrize(
    ("answer", "status", "detail"),
    [
        ({}, 401, "token_status_401"),
        ({}, 200, "token_form"),
        ({"access_token": "x", "token_type": "mac"}, 200, "token_type"),
    ],
)
def test_a_token_server_that_fails_is_told(
    server: AgencyServer, secret: str, answer: Any, status: int, detail: str
) -> None:
    server.behaviour = says(answer, status=status)
    auth = {"kind": "oauth2", "token_url": server.base_url + "/token", "client_id": "us", "secret_file": secret}
    (told,) = ask({"base_url": server.base_url, "auth": auth, "requests": [{"send": SEND, **reading()}]})
    assert told == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


def test_secrets_travel_by_tls_only_and_lie_in_closed_files(server: AgencyServer, secret: str) -> None:
    entry = {"base_url": "http://tax.example", "requests": [{"send": SEND, **reading()}]}
    with pytest.raises(ValidationError, match="a secret would travel in the clear"):
        ask({**entry, "auth": {"kind": "bearer", "secret_file": secret}})
    Path(secret).chmod(0o644)
    with pytest.raises(DirectoryError, match="others may read it"):
        ask({**entry, "base_url": server.base_url, "auth": {"kind": "bearer", "secret_file": secret}})

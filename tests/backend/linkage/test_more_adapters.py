"""The provider contract, kept by the SQL view, X-Road and DCI; then what is special to each."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.linkage.adapters.dci import DciProvider
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.adapters.linking import make_providers
from backend.linkage.adapters.sql_view import SqlViewProvider, open_read_only
from backend.linkage.adapters.xroad import XRoadProvider, hash_request
from backend.linkage.directory import Agency, Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.interfaces import DciParty, XRoadParty
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.transport import AiohttpTransport
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import NUMBER, AgencyServer, Behaviour, drops, hangs, misbehaviours, says, subject
from tests.support.linkage_agencies import sends as sends_bytes
from tests.support.linkage_contract import DEADLINE_S, KNOWN, ProviderContract

READINGS: dict[str, Any] = {
    "registry.alive": {"at": "alive", "as": "bool"},
    "revenue.income_year_baht": {"at": "income", "as": "int"},
    "welfare.newborn_birth": {"at": "child", "as": "date"},
    "registry.birth": {"at": "birth", "as": "birth"},
    "health.scheme": {"at": "scheme", "as": "text", "one_of": ["UCS", "NONE"]},
}
COMMON: dict[str, Any] = {"facts": READINGS, "absent": {"registry.alive": False}}
HTTP_REQUEST = Request.model_validate({**COMMON, "path": "/", "send": {"citizen_number": "citizen_number"}})
VIEW_REQUEST = Request.model_validate({**COMMON, "view": "persons", "send": {"number": "citizen_number"}})
GOOD = {
    "alive": True,
    "income": 84_000,
    "child": "2025-02-28",
    "birth": {"year": 1953, "month": None, "day": None},
    "scheme": "UCS",
}
XROAD = XRoadParty(client="TH/GOV/0000/baidiao", service="TH/GOV/1001/tax/assessment")
OUR_KEY, THEIR_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
DCI = DciParty(
    sender_id="centre",
    receiver_id="agency",
    registry_type="ns:org:RegistryType:Civil",
    signing_key_file="unused",
    answer_key=THEIR_KEY.public_key().public_bytes_raw().hex(),
)
SLOW_VIEW = """CREATE VIEW persons AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000000)
SELECT number, alive, income, child, birth__year, birth__month, birth__day, scheme FROM people, (SELECT max(i) FROM n)
"""
PLAIN_VIEW = "CREATE VIEW persons AS SELECT * FROM people"


class SqlStage:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.engine = open_read_only(f"sqlite:///{file}")
        self.provider = SqlViewProvider(self.engine, VIEW_REQUEST)
        self.locker: sqlite3.Connection | None = None
        self.write(
            "CREATE TABLE people (number TEXT, alive INTEGER, income, child TEXT, birth__year INTEGER,"
            " birth__month INTEGER, birth__day INTEGER, scheme TEXT)",
            PLAIN_VIEW,
        )

    def write(self, *statements: str) -> None:
        connection = sqlite3.connect(self.file)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def put(self, alive: str = "1") -> None:
        self.write(f"INSERT INTO people VALUES ('{NUMBER}', {alive}, 84000, '2025-02-28', 1953, NULL, NULL, 'UCS')")

    def set_up(self, situation: str) -> None:
        match situation:
            case "known":
                self.put()
            case "silent":
                self.put()
                self.write("DROP VIEW persons", SLOW_VIEW)
            case "down":
                self.file.unlink()
            case "overloaded":
                self.locker = sqlite3.connect(self.file)
                self.locker.execute("BEGIN EXCLUSIVE")
            case "garbage":
                self.write("DROP VIEW persons")
            case "wrong_type":
                self.put("'yes'")

    def close(self) -> None:
        if self.locker is not None:
            self.locker.close()
        self.engine.dispose()


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[SqlStage]:
    stage = SqlStage(tmp_path / "agency.sqlite3")
    yield stage
    stage.close()


@pytest.fixture
def server() -> Iterator[AgencyServer]:
    with AgencyServer() as running:
        yield running


def through_gateway(answer: object, **changed: str) -> Behaviour:
    """Answer as a provider behind an X-Road security server does."""

    async def behave(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        sent = {name: value for name, value in request.headers.items() if name.lower().startswith("x-road-")}
        told = {"X-Road-Id": sent["X-Road-Id"], "X-Road-Request-Hash": hash_request(request.path, sent, body)}
        return web.json_response(answer, headers={**told, **changed})

    return behave


class XRoadStage:
    def __init__(self, server: AgencyServer) -> None:
        self.server = server
        self.transport = AiohttpTransport()
        self.provider = XRoadProvider(server.base_url, HTTP_REQUEST, self.transport, XROAD)

    def set_up(self, situation: str) -> None:
        self.server.behaviour = {
            "known": through_gateway({"found": True, **GOOD}),
            "absent": through_gateway({"found": False}),
            "silent": hangs,
            "down": drops,
            "overloaded": says({}, status=503),
            "garbage": through_gateway("<<<"),
            "wrong_type": through_gateway({"found": True, **GOOD, "alive": "true"}),
        }[situation]


def search_answer(
    records: list[object],
    *,
    key: Ed25519PrivateKey = THEIR_KEY,
    sender: str = "agency",
    age: timedelta = timedelta(),
    transaction: str = "",
    status: str = "succ",
) -> Behaviour:
    """Answer as a DCI registry does, having checked the question's signature."""

    async def behave(request: web.Request) -> web.StreamResponse:
        _, message = unseal(json.loads(await request.read()), OUR_KEY.public_key())
        header = {"sender_id": sender, "message_ts": (datetime.now(UTC) - age).isoformat()}
        answer = {"reference_id": "1", "status": status, "data": {"reg_records": records}}
        told = {"transaction_id": transaction or message["transaction_id"], "search_response": [answer]}
        return web.Response(body=seal(header, told, key), content_type="application/json")

    return behave


class DciStage:
    def __init__(self, server: AgencyServer) -> None:
        self.server = server
        self.transport = AiohttpTransport()
        self.provider = DciProvider(server.base_url, HTTP_REQUEST, self.transport, DCI, OUR_KEY)

    def set_up(self, situation: str) -> None:
        self.server.behaviour = {
            "known": search_answer([GOOD]),
            "absent": search_answer([]),
            "silent": hangs,
            "down": drops,
            "overloaded": says({}, status=503),
            "garbage": sends_bytes(b"<<<"),
            "wrong_type": search_answer([{**GOOD, "alive": "true"}]),
        }[situation]


class TestSqlView(ProviderContract):
    @pytest.fixture
    def stage(self, sql: SqlStage) -> SqlStage:
        return sql


class TestXRoad(ProviderContract):
    @pytest.fixture
    def stage(self, server: AgencyServer) -> XRoadStage:
        return XRoadStage(server)


class TestDci(ProviderContract):
    @pytest.fixture
    def stage(self, server: AgencyServer) -> DciStage:
        return DciStage(server)


def ask(stage: XRoadStage | DciStage | SqlStage, facts: Mapping[Fact, object] = KNOWN) -> Facts | NotKnown:
    async def run() -> Facts | NotKnown:
        try:
            return await stage.provider.ask(subject(), frozenset(facts), DEADLINE_S)
        finally:
            if not isinstance(stage, SqlStage):
                await stage.transport.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("name", misbehaviours())
@pytest.mark.parametrize("kind", [XRoadStage, DciStage])
def test_no_misbehaviour_raises_or_stalls(
    server: AgencyServer, kind: Callable[[AgencyServer], XRoadStage | DciStage], name: str
) -> None:
    server.behaviour = misbehaviours()[name]
    started = time.monotonic()
    answer = ask(kind(server))
    assert isinstance(answer, NotKnown)
    assert time.monotonic() - started < DEADLINE_S + 1
    assert NUMBER not in repr(answer)


def test_no_session_of_a_view_can_write(sql: SqlStage) -> None:
    for statement in ("DELETE FROM people", "CREATE TABLE more (x)", "PRAGMA user_version = 7"):
        with sql.engine.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
            connection.execute(text(statement))


@pytest.mark.postgres
def test_postgresql_refuses_to_write_in_a_view_session(postgres_url: str) -> None:
    engine = open_read_only(postgres_url)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only transaction"):
        connection.execute(text("CREATE TABLE more (x integer)"))
    engine.dispose()


def test_a_person_who_stands_twice_is_a_bad_answer(sql: SqlStage) -> None:
    sql.put()
    sql.put()
    assert ask(sql) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="several_rows")


def test_a_view_reads_no_more_columns_than_are_asked(sql: SqlStage) -> None:
    sql.put()
    sql.write("DROP VIEW persons", "CREATE VIEW persons AS SELECT number, alive FROM people")
    assert ask(sql, {Fact.ALIVE: True}) == {Fact.ALIVE: True}


def test_a_broken_off_query_frees_its_thread(sql: SqlStage) -> None:
    sql.set_up("silent")
    for _ in range(6):  # more than there are threads
        answer = ask(sql)
        assert isinstance(answer, NotKnown)
        assert answer.cause is NotKnownCause.TIMEOUT
        time.sleep(0.1)


def test_xroad_sends_its_headers_and_names_nobody_in_the_path(server: AgencyServer) -> None:
    stage = XRoadStage(server)
    stage.set_up("known")
    assert ask(stage) == KNOWN
    seen = server.seen[0]
    assert seen["path"] == "/r1/TH/GOV/1001/tax/assessment"
    assert seen["headers"]["X-Road-Client"] == "TH/GOV/0000/baidiao"
    assert json.loads(seen["body"]) == {"citizen_number": NUMBER}


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"X-Road-Request-Hash": "AAAA"}, "request_hash"),
        ({"X-Road-Id": "another"}, "other_message"),
        ({"X-Road-Error": "Server.ClientProxy.AccessDenied"}, "gateway_fault"),
    ],
)
def test_xroad_believes_no_answer_to_another_question(
    server: AgencyServer, changed: dict[str, str], detail: str
) -> None:
    server.behaviour = through_gateway({"found": True, **GOOD}, **changed)
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


def test_xroad_tells_the_gateways_fault_from_the_providers(server: AgencyServer) -> None:
    network = {"X-Road-Error": "Server.ClientProxy.NetworkError"}
    server.behaviour = sends_bytes(b"{}", status=500, **{k.replace("-", "_"): v for k, v in network.items()})
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail="gateway_fault")
    server.behaviour = says({}, status=500)
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=True, detail="status_500")


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (search_answer([GOOD], key=OUR_KEY), "signature"),
        (search_answer([GOOD], sender="other"), "other_sender"),
        (search_answer([GOOD], age=timedelta(minutes=6)), "stale"),
        (search_answer([GOOD], transaction="another"), "other_transaction"),
        (search_answer([GOOD], status="rjct"), "search_refused"),
        (search_answer([GOOD, GOOD]), "several_records"),
        (says({"found": True, **GOOD}), "not_an_envelope"),
    ],
)
def test_dci_believes_only_what_the_agency_signed_for_this_search(
    server: AgencyServer, behaviour: Callable[[web.Request], Awaitable[web.StreamResponse]], detail: str
) -> None:
    server.behaviour = behaviour
    assert ask(DciStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


def test_one_changed_value_breaks_an_envelope() -> None:
    envelope = json.loads(seal({"sender_id": "agency"}, {"alive": True}, THEIR_KEY))
    assert unseal(envelope, THEIR_KEY.public_key()) == ({"sender_id": "agency"}, {"alive": True})
    envelope["message"]["alive"] = False
    with pytest.raises(WrongAnswerError, match="signature"):
        unseal(envelope, THEIR_KEY.public_key())


def agency(**changes: object) -> dict[str, object]:
    entry = {"id": "tax", "name": {"th": "ก", "en": "T"}, "base_url": "http://127.0.0.1:1"}
    return {**entry, "requests": [HTTP_REQUEST.model_dump(mode="json", by_alias=True)], **changes}


VIEWS = [VIEW_REQUEST.model_dump(mode="json", by_alias=True)]


@pytest.mark.parametrize(
    "changes",
    [
        {"adapter": "xroad"},
        {"adapter": "dci"},
        {"adapter": "rest", "xroad": XROAD.model_dump()},
        {"adapter": "sql"},
        {"adapter": "rest", "requests": VIEWS},
        {"adapter": "sql", "base_url": "postgresql://reader:secret@db/tax", "requests": VIEWS},
        {"adapter": "sql", "base_url": "mssql+pyodbc://db/tax", "requests": VIEWS},
        {"adapter": "sql", "base_url": "sqlite:///file?mode=rw", "requests": VIEWS},
    ],
)
def test_a_directory_refuses_what_does_not_fit_together(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Agency.model_validate(agency(**changes))


def test_each_adapter_is_made_from_configuration(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(OUR_KEY.private_bytes(*pem))
    dci = {**DCI.model_dump(mode="json"), "signing_key_file": str(key)}
    entries = {
        SqlViewProvider: agency(adapter="sql", base_url=f"sqlite:///{tmp_path}/a.sqlite3", requests=VIEWS),
        XRoadProvider: agency(adapter="xroad", xroad=XROAD.model_dump()),
        DciProvider: agency(adapter="dci", dci=dci),
    }
    for kind, entry in entries.items():
        (made,) = make_providers(Agency.model_validate(entry), AiohttpTransport())
        assert type(made) is kind

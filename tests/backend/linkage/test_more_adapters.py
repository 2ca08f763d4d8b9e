"""What is special to the SQL view, to X-Road and to DCI."""

import asyncio
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.linkage.adapters.dci import DciProvider
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.adapters.linking import make_providers
from backend.linkage.adapters.sql_view import SqlViewProvider, open_read_only
from backend.linkage.adapters.xroad import XRoadProvider
from backend.linkage.directory import Agency
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.transport import HttpTransport
from contracts.decision import NotKnownCause
from contracts.message import Words
from tests.support.dci_forms import check_search
from tests.support.linkage_agencies import NUMBER, AgencyServer, says, sends, subject
from tests.support.linkage_contract import DEADLINE_S, KNOWN
from tests.support.linkage_stages import (
    DCI,
    GOOD,
    OUR_KEY,
    RECORD,
    THEIR_KEY,
    VIEW,
    XROAD,
    XROAD_REQUEST,
    DciStage,
    SqlStage,
    XRoadStage,
    search_answer,
    through_gateway,
)


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[SqlStage]:
    stage = SqlStage(tmp_path / "agency.sqlite3")
    yield stage
    stage.close()


@pytest.fixture
def server() -> Iterator[AgencyServer]:
    with AgencyServer() as running:
        yield running


def ask(stage: XRoadStage | DciStage | SqlStage, facts: Mapping[Fact, object] = KNOWN) -> Facts | NotKnown:
    async def run() -> Facts | NotKnown:
        try:
            return await stage.provider.ask(subject(), frozenset(facts), DEADLINE_S)
        finally:
            if not isinstance(stage, SqlStage):
                await stage.transport.aclose()

    return asyncio.run(run())


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


def test_the_pool_is_closed_with_the_gatherer(sql: SqlStage) -> None:
    threads_before = threading.active_count()
    sql.put()
    assert ask(sql) == KNOWN
    assert threading.active_count() == threads_before + 1
    FactGatherer([LinkedAgency("a", Words(th="ก", en="A"), 1.0, 8, (sql.provider,))], AgencyLoop()).close()
    while threading.active_count() > threads_before:
        time.sleep(0.01)
    with pytest.raises(RuntimeError, match="after shutdown"):
        ask(sql)


def test_a_person_who_stands_twice_is_a_bad_answer(sql: SqlStage) -> None:
    sql.put()
    sql.put()
    assert ask(sql) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="several_rows")


def test_a_view_reads_no_more_columns_than_are_asked(sql: SqlStage) -> None:
    sql.put()
    sql.write("DROP VIEW persons", "CREATE VIEW persons AS SELECT number, alive, updated FROM people")
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
    server.behaviour = through_gateway(GOOD, **changed)
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


def test_xroad_tells_the_gateways_fault_from_the_providers(server: AgencyServer) -> None:
    network = {"X-Road-Error": "Server.ClientProxy.NetworkError"}
    server.behaviour = sends(b"{}", status=500, **{k.replace("-", "_"): v for k, v in network.items()})
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail="gateway_fault")
    server.behaviour = says({}, status=500)
    assert ask(XRoadStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=True, detail="status_500")


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (search_answer([RECORD], key=OUR_KEY), "signature"),
        (search_answer([RECORD], sender="other"), "other_sender"),
        (search_answer([RECORD], age=timedelta(minutes=6)), "stale"),
        (search_answer([RECORD], transaction="another"), "other_transaction"),
        (search_answer([RECORD], status="rjct"), "search_refused"),
        (search_answer([RECORD, RECORD]), "several_records"),
        (search_answer([], status="rjct", code="rjct.search.too_many_records_found"), "several_records"),
        (says(GOOD), "not_an_envelope"),
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


def test_dci_asks_as_the_standard_has_it(server: AgencyServer) -> None:
    server.behaviour = search_answer([RECORD])
    assert ask(DciStage(server)) == KNOWN
    check_search(json.loads(server.seen[0]["body"]))


def test_dci_takes_one_record_for_a_list_of_them(server: AgencyServer) -> None:
    server.behaviour = search_answer(RECORD)
    assert ask(DciStage(server)) == KNOWN
    server.behaviour = search_answer({})
    assert ask(DciStage(server)) == XROAD_REQUEST.absent


@pytest.mark.parametrize(
    ("code", "cause", "retryable"),
    [
        ("err.service.unavailable", NotKnownCause.UNREACHABLE, True),
        ("err.request.timeout", NotKnownCause.TIMEOUT, True),
        ("err.request.too_many_requests", NotKnownCause.OVERLOADED, True),
        ("err.request.forbidden", NotKnownCause.NOT_PERMITTED, False),
        ("err.signature.invalid", NotKnownCause.BAD_ANSWER, False),
        (None, NotKnownCause.BAD_ANSWER, False),
    ],
)
def test_dci_hears_what_a_registrys_fault_means(
    server: AgencyServer, code: str | None, cause: NotKnownCause, retryable: bool
) -> None:
    server.behaviour = says({"message": {"ack_status": "ERR", "error": {"code": code, "message": "no"}}})
    assert ask(DciStage(server)) == NotKnown(cause, retryable=retryable, detail="registry_fault")


@pytest.mark.parametrize(
    ("more", "believed"),
    [({"kid": "agency-1", "typ": "JOSE"}, True), ({"b64": False}, False), ({"crit": ["exp"]}, False)],
)
def test_a_signature_may_name_its_key_and_no_rules_of_its_own(more: dict[str, object], *, believed: bool) -> None:
    def base64(value: object) -> str:
        return (
            urlsafe_b64encode(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).rstrip(b"=").decode()
        )

    part = {"header": {"sender_id": "agency"}, "message": {"alive": True}}
    about = base64({"alg": "EdDSA", **more})
    value = urlsafe_b64encode(THEIR_KEY.sign(f"{about}.{base64(part)}".encode())).rstrip(b"=").decode()
    envelope = {"signature": f"{about}..{value}", **part}
    if believed:
        assert unseal(envelope, THEIR_KEY.public_key()) == (part["header"], part["message"])
        return
    with pytest.raises(WrongAnswerError, match="signature_form"):
        unseal(envelope, THEIR_KEY.public_key())


def agency(**changes: object) -> dict[str, object]:
    entry = {"id": "tax", "name": {"th": "ก", "en": "T"}, "base_url": "http://127.0.0.1:1"}
    return {**entry, "requests": [XROAD_REQUEST.model_dump(mode="json", by_alias=True)], **changes}


VIEWS = [VIEW.model_dump(mode="json", by_alias=True)]


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
        (made,) = make_providers(Agency.model_validate(entry), HttpTransport())
        assert type(made) is kind

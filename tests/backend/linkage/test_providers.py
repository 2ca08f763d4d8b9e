"""What is special to JSON and SOAP over HTTP."""

import asyncio
import json
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest

from backend.linkage.ports import Facts, NotKnown
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import NUMBER, AgencyServer, drops, misbehaviours, says, sends, subject
from tests.support.linkage_contract import DEADLINE_S, KNOWN
from tests.support.linkage_stages import (
    GOOD,
    GOOD_XML,
    NAMESPACE,
    HttpStage,
    RestStage,
    SoapStage,
    envelope,
    says_xml,
)


@pytest.fixture
def server() -> Iterator[AgencyServer]:
    with AgencyServer() as running:
        yield running


def ask(stage: HttpStage, deadline_s: float = DEADLINE_S) -> Facts | NotKnown:
    async def run() -> Facts | NotKnown:
        try:
            return await stage.provider.ask(subject(), frozenset(KNOWN), deadline_s)
        finally:
            await stage.transport.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "cause", "detail"),
    [
        ("oversized", NotKnownCause.BAD_ANSWER, "too_large"),
        ("endless", NotKnownCause.BAD_ANSWER, "too_large"),
        ("gzip_bomb", NotKnownCause.BAD_ANSWER, "content_encoding"),
        ("redirecting", NotKnownCause.BAD_ANSWER, "status_302"),
        ("html", NotKnownCause.BAD_ANSWER, "content_type"),
        ("deep", NotKnownCause.BAD_ANSWER, "not_json"),
        ("nan", NotKnownCause.BAD_ANSWER, "not_json"),
        ("huge_number", NotKnownCause.BAD_ANSWER, "not_json"),
        ("array", NotKnownCause.BAD_ANSWER, "not_an_object"),
        ("text_found", NotKnownCause.BAD_ANSWER, "wrong_type:found"),
        ("status_500", NotKnownCause.BAD_ANSWER, "status_500"),
        ("dropping", NotKnownCause.UNREACHABLE, "LostLineError"),
        ("closing_mid_body", NotKnownCause.BAD_ANSWER, "cut_short"),
    ],
)
def test_rest_says_what_was_wrong(server: AgencyServer, name: str, cause: NotKnownCause, detail: str) -> None:
    server.behaviour = misbehaviours()[name]
    answer = ask(RestStage(server))
    assert isinstance(answer, NotKnown)
    assert (answer.cause, answer.detail) == (cause, detail)


def test_a_refused_connection_is_unreachable_and_retryable() -> None:
    with AgencyServer() as gone:
        stage = RestStage(gone)
    answer = ask(stage)
    assert isinstance(answer, NotKnown)
    assert (answer.cause, answer.retryable) == (NotKnownCause.UNREACHABLE, True)


WRONG_VALUES: list[tuple[str, object]] = [
    ("alive", 1),
    ("alive", "true"),
    ("alive", None),
    ("money", {"income": "84000"}),
    ("money", {"income": 84_000.0}),
    ("money", {"income": True}),
    ("money", {"income": -1}),
    ("money", {"income": 10**15}),
    ("money", []),
    ("child", "28/02/2025"),
    ("child", "2025-02-30"),
    ("child", 20_250_228),
    ("birth", {"year": "1953"}),
    ("birth", {"year": 1953, "month": 2, "day": 30}),
    ("birth", {"year": 1953, "day": 30}),
    ("birth", "1953-01-01"),
    ("scheme", "UCSX"),
    ("scheme", ["UCS"]),
    ("found", 1),
]


@pytest.mark.parametrize(("field", "value"), WRONG_VALUES)
def test_wrong_types_are_bad_answers_never_coerced(server: AgencyServer, field: str, value: object) -> None:
    server.behaviour = says({**GOOD, field: value})
    answer = ask(RestStage(server))
    assert isinstance(answer, NotKnown)
    assert answer.cause is NotKnownCause.BAD_ANSWER
    assert not answer.retryable


def test_the_number_travels_in_the_body_alone(server: AgencyServer) -> None:
    server.behaviour = says(GOOD)
    ask(RestStage(server))
    assert json.loads(server.seen[0]["body"]) == {"citizen_number": NUMBER}
    assert server.seen[0]["path"] == "/ask"
    assert NUMBER not in repr(server.seen[0]["headers"])


def test_a_connection_that_went_stale_is_tried_once_more(server: AgencyServer) -> None:
    first = True

    async def closes_first(request):  # type: ignore[no-untyped-def]
        nonlocal first
        if first:
            first = False
            return await drops(request)
        return await says(GOOD)(request)

    server.behaviour = closes_first
    assert ask(RestStage(server)) == KNOWN
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("body", "detail", "retryable"),
    [
        (envelope(GOOD_XML, "OtherResponse"), "other_operation", False),
        (envelope(GOOD_XML + "<alive>0</alive>"), "repeated_element", False),
        (envelope("<x>" * 40 + "</x>" * 40), "too_deep", False),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + envelope(GOOD_XML)[21:], "not_xml", False),
        (b"<x/>", "not_an_envelope", False),
    ],
)
def test_soap_says_what_was_wrong(server: AgencyServer, body: bytes, detail: str, retryable: bool) -> None:
    server.behaviour = sends(body, "text/xml")
    assert ask(SoapStage(server)) == NotKnown(NotKnownCause.BAD_ANSWER, retryable, detail)


@pytest.mark.parametrize(("code", "retryable"), [("e:Server", True), ("e:Server.Busy", True), ("e:Client", False)])
def test_soap_faults_keep_whose_fault_it_was(server: AgencyServer, code: str, retryable: bool) -> None:
    text = escape(f"<{NUMBER}>")
    fault = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring></e:Fault></e:Body></e:Envelope>"
    )
    server.behaviour = sends(fault.encode(), "text/xml", status=500)
    answer = ask(SoapStage(server))
    assert isinstance(answer, NotKnown)
    assert (answer.cause, answer.retryable) == (NotKnownCause.BAD_ANSWER, retryable)
    assert NUMBER not in repr(answer)


def test_soap_sends_what_the_operation_wants(server: AgencyServer) -> None:
    server.behaviour = says_xml(GOOD_XML)
    ask(SoapStage(server))
    sent = server.seen[0]
    assert sent["headers"]["SOAPAction"] == '"urn:test:agency/Ask"'
    assert sent["headers"]["Content-Type"] == "text/xml; charset=utf-8"
    assert f'<Ask xmlns="{NAMESPACE}"><citizen_number>{NUMBER}</citizen_number></Ask>'.encode() in sent["body"]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.demo.control import Control, Failure, parse_control
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import answer_card_status
from backend.demo.soap import SERVICE_NS, SoapFaultError, parse_request

ROW = {
    "prefix": "นาง",
    "first": "บุญเรือน",
    "middle": "",
    "last": "แสงทองดี",
    "birth_year": 1953,
    "birth_month": None,
    "birth_day": None,
    "request_number": "55010312143/03121437",
    "laser_number": "JT0000000001",
    "chip_serial": "0100000000000001",
    "card_lost": 0,
}
EVIDENCE = {
    "name_th": {"prefix": "นาง", "first": "บุญเรือน", "middle": "", "last": "แสงทองดี"},
    "birth": {"year": 1953, "month": None, "day": None},
    "request_number": "55010312143/03121437",
    "laser_number": "JT0000000001",
    "chip_serial": "0100000000000001",
}


def status(evidence=(), **row):
    return answer_card_status({**ROW, **row}, {**EVIDENCE, **dict(evidence)})["status"]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, "normal"),
        ({"laser_number": None}, "normal"),
        ({"chip_serial": None}, "normal"),
        ({"laser_number": None, "chip_serial": None}, "mismatch"),
        ({"chip_serial": "0100000000000002"}, "mismatch"),
        ({"laser_number": "JT0000000002"}, "mismatch"),
        ({"request_number": "55010312143/03121438"}, "mismatch"),
        ({"birth": {"year": 1953, "month": 1, "day": 1}}, "mismatch"),
        ({"name_th": {"first": "บุญเรือน", "last": "แสงทองดี"}}, "mismatch"),
        ({"name_th": {"prefix": "นาง ", "first": "บุญเรือน", "middle": " ", "last": "แสงทองดี"}}, "normal"),
    ],
)
def test_card_needs_a_full_proof_and_no_contradiction(evidence, expected):
    assert status(evidence) == expected


def test_old_card_without_laser_number_is_proved_by_its_chip():
    assert status({"laser_number": None}, laser_number=None) == "normal"
    assert status({"chip_serial": None}, laser_number=None) == "mismatch"


def test_a_lost_card_is_void_only_for_whoever_holds_it():
    assert status(card_lost=1) == "void"
    assert status({"request_number": "0"}, card_lost=1) == "mismatch"


def test_person_without_a_card():
    assert status(request_number=None, laser_number=None, chip_serial=None) == "mismatch"


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"birth": {"year": "x"}}, "birth.year"),
        ({"request_number": None}, "request_number"),
        ({"name_th": 1}, "name_th"),
    ],
)
def test_wrong_evidence_names_the_field_alone(evidence, field):
    with pytest.raises(AskedWronglyError) as caught:
        status(evidence)
    assert (caught.value.code, caught.value.field) == ("evidence_invalid", field)
    assert "บุญเรือน" not in str(caught.value)


def test_control_keeps_what_is_not_named():
    before = Control(latency_ms=40, failure=Failure.HANG)
    assert parse_control(b'{"failure": "none"}', before) == Control(latency_ms=40)
    assert parse_control(b"{}", before) == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"latency_ms": -1}', b'{"latency_ms": 60001}', b'{"latency_ms": true}', b'{"delay": 1}']
)
def test_wrong_control(body):
    with pytest.raises(AskedWronglyError):
        parse_control(body, Control())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fault_never_a_crash(body):
    with pytest.raises(SoapFaultError):
        parse_request(body)


def envelope(inner, *, ns="http://schemas.xmlsoap.org/soap/envelope/", header="", prolog=""):
    return f'{prolog}<s:Envelope xmlns:s="{ns}">{header}<s:Body>{inner}</s:Body></s:Envelope>'.encode()


def ask(number="1509900678901", operation="GetDisabilityCard", ns=SERVICE_NS):
    return f'<{operation} xmlns="{ns}"><CitizenNumber>{number}</CitizenNumber></{operation}>'


def test_request_is_read():
    assert parse_request(envelope(ask())) == "1509900678901"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (envelope(ask(), ns="http://www.w3.org/2003/05/soap-envelope"), "VersionMismatch"),
        (envelope(ask(), header='<s:Header><x xmlns="u" s:mustUnderstand="1"/></s:Header>'), "MustUnderstand"),
        (envelope(ask(), prolog='<!DOCTYPE a [<!ENTITY b "c">]>'), "Client"),
        (envelope(ask(number="1509900678902")), "Client"),
        (envelope(ask(operation="DropTables")), "Client"),
        (envelope(ask(ns="urn:other")), "Client"),
        (envelope(ask() + ask()), "Client"),
        (envelope(""), "Client"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "Client"),
        (b"<a>" * 5000, "Client"),
    ],
)
def test_wrong_requests_get_the_right_fault(body, code):
    with pytest.raises(SoapFaultError) as caught:
        parse_request(body)
    assert caught.value.fault_code == code
    assert "1509900678902" not in str(caught.value)

"""`baidiao certify` against the demo agencies, good and stubborn, through each interface."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization

from backend.demo.dci.keys import CENTRE, demo_key
from backend.demo.faces import xroad_service
from backend.linkage.certify.cli import certify
from backend.linkage.certify.dci_form import faults_of_answer, faults_of_refusal
from tests.support.agency_servers import build_small_stores, running_agency

GRANDMOTHER, PENSIONER, DISABLED, UNKNOWN = "3550100123457", "3100900567817", "1509900678901", "1101700207030"
PENSION = {"comptroller.state_pension": {"at": "receives_state_pension", "as": "bool"}}
CARD = {"disability.card_valid": {"at": "Valid", "as": "bool"}}
ADAPTERS = ("rest", "soap", "xroad", "dci")


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    stores = tmp_path_factory.mktemp("stores")
    build_small_stores(stores)
    with ExitStack() as stack:
        names = ("comptroller_general", "disability_register")
        yield {name: stack.enter_context(running_agency(name, stores)) for name in names}


@pytest.fixture
def case(agencies: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    key = tmp_path / "centre.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(demo_key(CENTRE).private_bytes(*form))

    def make(adapter: str) -> tuple[str, dict[str, Any]]:
        soap = adapter == "soap"
        url = agencies["disability_register" if soap else "comptroller_general"]
        ask: dict[str, Any] = {"send": {"citizen_number": "citizen_number"}, "facts": PENSION}
        entry: dict[str, Any] = {
            "id": "tried",
            "name": {"th": "กรมทดลอง", "en": "Department of Trials"},
            "deadline_ms": 800,
        }
        known = [(GRANDMOTHER, False), (PENSIONER, True)]
        if adapter == "rest":
            ask["path"] = "/v1/pension"
        elif adapter == "xroad":
            service = xroad_service("comptroller_general", "/v1/pension")
            entry["xroad"] = {"client": "TH/GOV/0000/baidiao", "service": service}
        elif adapter == "dci":
            public = demo_key("comptroller_general").public_key().public_bytes_raw().hex()
            names = {
                "sender_id": CENTRE,
                "receiver_id": "comptroller_general",
                "registry_type": "ns:org:RegistryType:Civil",
            }
            entry["dci"] = {**names, "signing_key_file": str(key), "answer_key": public}
        else:
            ask |= {"path": "/soap", "send": {"CitizenNumber": "citizen_number"}, "facts": CARD, "found": "Found"}
            ask |= {"operation": "GetDisabilityCard", "namespace": "urn:baidiao:demo:disability"}
            ask |= {"soap_action": "urn:baidiao:demo:disability/GetDisabilityCard"}
            known = [(DISABLED, True)]
        (fact,) = ask["facts"]
        ask["absent"] = {fact: False}
        persons = [{"citizen_number": number, "facts": {fact: value}} for number, value in known]
        return url, {"agency": {**entry, "requests": [ask]}, "persons": persons, "unknown": [UNKNOWN]}

    yield make
    for url in agencies.values():
        requests.put(url + "/control", json={"failure": "none", "latency_ms": 0}, timeout=5).raise_for_status()


def run(folder: Path, url: str, adapter: str, content: object) -> Result:
    persons = folder / "persons.json"
    persons.write_text(json.dumps(content))
    arguments = [url, "--as", adapter, "--persons", str(persons), "--report", str(folder / "out")]
    return CliRunner().invoke(certify, arguments)


def verdicts(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    return {check["check"]: check["verdict"] for check in report["checks"]}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_good_service_passes(case: Any, tmp_path: Path, adapter: str) -> None:
    url, content = case(adapter)
    result = run(tmp_path, url, adapter, content)
    assert result.exit_code == 0, result.output
    found = verdicts(tmp_path)
    proved = "passed" if adapter in {"xroad", "dci"} else "not_applicable"
    formed = "passed" if adapter == "dci" else "not_applicable"
    assert found == dict.fromkeys(found, "passed") | {"who_asks": proved, "standard_form": formed}
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "กรมทดลอง" in page
    assert "Department of Trials" in page
    assert "Right answers" in page
    written = page + (tmp_path / "out" / "report.json").read_text("utf-8") + result.output
    assert not any(number in written for number in (GRANDMOTHER, PENSIONER, DISABLED, UNKNOWN))


def test_a_registry_of_another_form_is_told_where_it_differs() -> None:
    header = {"message_id": "m", "message_ts": "2026-11-24T10:00:00+07:00", "action": "on-search", "status": "succ"}
    answer = {"reference_id": "1", "timestamp": "2026-11-24T03:00:00Z", "status": "succ"}
    data = {"reg_record_type": "Person", "reg_records": [{"alive": True}]}
    message = {"transaction_id": "t", "correlation_id": "c", "search_response": [{**answer, "data": data}]}

    def faults(header: Any, message: Any) -> list[str]:
        return faults_of_answer(json.dumps({"signature": "s", "header": header, "message": message}).encode())

    assert faults(header, message) == []
    assert faults({**header, "action": "search"}, message) == ["header.action: literal_error"]
    assert faults({**header, "message_ts": "2026-11-24T10:00:00"}, message) == ["header.message_ts: value_error"]
    nameless = {name: value for name, value in message.items() if name != "correlation_id"}
    assert faults(header, nameless) == ["message.correlation_id: missing"]
    odd = {**message, "search_response": [{**answer, "status": "found", "status_reason_code": "because"}]}
    assert faults(header, odd) == [
        "message.search_response.status: literal_error",
        "message.search_response.status_reason_code: string_pattern_mismatch",
    ]
    assert faults_of_answer(b"<html>") == ["not JSON"]
    receipt = {"message": {"ack_status": "ERR", "timestamp": answer["timestamp"], "error": {"code": "E17"}}}
    assert faults_of_refusal(json.dumps(receipt).encode()) == ["message.error.code: string_pattern_mismatch"]


STUBBORN = ("error", "close", "garbage", "oversized", "redirect", "half", "lie", "wrong_type")


@pytest.mark.parametrize(
    ("adapter", "failure"),
    [*(("rest", one) for one in STUBBORN), ("xroad", "lie"), ("dci", "half"), ("dci", "garbage")],
)
def test_a_stubborn_service_fails_and_is_told_why(case: Any, tmp_path: Path, adapter: str, failure: str) -> None:
    url, content = case(adapter)
    requests.put(url + "/control", json={"failure": failure}, timeout=5).raise_for_status()
    result = run(tmp_path, url, adapter, content)
    assert result.exit_code == 4, result.output
    assert verdicts(tmp_path)["right_answers"] == "failed"


@pytest.mark.parametrize(
    ("control", "failed"),
    [
        ({"latency_ms": 200}, {"speed"}),
        ({"failure": "lie"}, {"right_answers"}),
        ({"failure": "error"}, {"unknown_person"}),
    ],
)
def test_the_soap_register_fails_where_it_is_stubborn(
    case: Any, tmp_path: Path, control: Any, failed: set[str]
) -> None:
    url, content = case("soap")
    content["agency"]["deadline_ms"] = 260
    requests.put(url + "/control", json=control, timeout=5).raise_for_status()
    assert run(tmp_path, url, "soap", content).exit_code == 4
    assert failed <= {check for check, verdict in verdicts(tmp_path).items() if verdict == "failed"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unknown": []}, "unknown: Tuple should have at least 1 item"),
        ({"persons": [{"citizen_number": GRANDMOTHER, "facts": {"registry.alive": True}}]}, "no request yields it"),
        ({"persons": [{"citizen_number": GRANDMOTHER, "facts": {"comptroller.state_pension": "no"}}]}, "is not a bool"),
        ({"persons": [{"citizen_number": "12", "facts": {"comptroller.state_pension": True}}]}, "should match pattern"),
    ],
)
def test_a_wrong_file_is_told(case: Any, tmp_path: Path, changes: Any, message: str) -> None:
    url, content = case("rest")
    result = run(tmp_path, url, "rest", {**content, **changes})
    assert result.exit_code == 1
    assert message in result.output
    assert GRANDMOTHER not in result.output

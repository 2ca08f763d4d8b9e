"""Where the standard's registry APIs differ, each demo agency follows that of its kind: the civil one or the social."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.agency_servers import build_small_stores, running_agency
from tests.support.dci_clients import Json, Listener, listening, moment, send

PERSON = "3550100123457"
STATUS = "/registry/sync/txn/status"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stores = tmp_path_factory.mktemp("stores")
    build_small_stores(stores)
    return stores


@pytest.fixture(scope="module")
def civil(stores: Path) -> Iterator[str]:
    with running_agency("civil_registry", stores) as url:
        yield url


@pytest.fixture(scope="module")
def social(stores: Path) -> Iterator[str]:
    with running_agency("welfare_register", stores) as url:
        yield url


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def search(number: Any = PERSON) -> Json:
    criteria = {"query_type": "idtype-value", "query": {"type": "UIN", "value": number}}
    one = {"reference_id": "r", "timestamp": moment(), "search_criteria": criteria}
    return {"transaction_id": str(uuid4()), "search_request": [one]}


def status_of(url: str, transaction: str, kind: str = "search") -> Json:
    wanted = {"reference_id": "r", "txn_type": kind, "attribute_type": "transaction_id"}
    message = {"transaction_id": "t", "txnstatus_request": wanted | {"attribute_value": transaction}}
    reply = send(url, STATUS, message, action="txn-status")
    assert reply.status_code == 200
    status: Json = reply.json()["message"]["txnstatus_response"]
    return status


@pytest.mark.parametrize("kind", ["search", "subscribe", "unsubscribe"])
def test_a_status_names_the_kind_of_transaction_as_its_registrys_api_does(social: str, civil: str, kind: str) -> None:
    assert status_of(social, "never", kind)["txn_type"] == kind
    assert status_of(civil, "never", kind)["txn_type"] == f"on-{kind}"


@pytest.mark.parametrize(("number", "found"), [(PERSON, True), ("1101700207030", False)])
def test_the_civil_registrys_status_has_a_record_where_its_search_has_a_list(
    civil: str, number: str, found: bool
) -> None:
    asked = search(number)
    told = send(civil, "/registry/sync/search", asked).json()["message"]
    status = status_of(civil, asked["transaction_id"])["txn_status"]
    (answer,), (remembered,) = told["search_response"], status["search_response"]
    records = answer["data"].pop("reg_records")
    assert remembered["data"].pop("reg_records") == (records[0] if found else {})
    assert bool(records) is found
    assert status == told, "the rest is as it was"


def test_a_social_registrys_status_is_the_answer_as_it_was(social: str) -> None:
    asked = search()
    told = send(social, "/registry/sync/search", asked).json()["message"]
    assert len(told["search_response"][0]["data"]["reg_records"]) == 1
    assert status_of(social, asked["transaction_id"])["txn_status"] == told


def test_a_status_that_is_called_back_is_of_the_same_form(social: str, listener: Listener) -> None:
    wanted = {"reference_id": "r", "txn_type": "search", "attribute_type": "transaction_id", "attribute_value": "never"}
    uri = listener.uri("/registry/txn/on-status")
    message = {"transaction_id": "t", "txnstatus_request": wanted}
    send(social, "/registry/txn/status", message, action="txn-status", sender_uri=uri)
    _, body = listener.heard.get(timeout=5)
    assert body["message"]["txnstatus_response"]["txn_type"] == "search"

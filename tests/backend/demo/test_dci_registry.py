"""A demo agency's DCI face, held against the standard: forms, codes, all ways to search, receipts and callbacks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.demo.dci.desk import open_dci_desks
from backend.demo.dci.keys import BEARER, CENTRE, demo_key
from backend.demo.desk import Asked, JsonDesk
from backend.demo.questions import answer_pension
from backend.linkage.adapters.dci_envelope import seal, unseal
from tests.support.agency_servers import build_small_stores, running_agency
from tests.support.dci_clients import AGENCY, Listener, call_back, header, listening, moment, send
from tests.support.dci_forms import check_answer, check_receipt

PENSIONER, NOBODY = "3100900567817", "1101700207030"
SYNC, ASYNC = "/registry/sync/search", "/registry/search"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    stores = tmp_path_factory.mktemp("stores")
    build_small_stores(stores)
    with running_agency(AGENCY, stores) as url:
        yield url


def search(query: Any, kind: str = "idtype-value", **more: Any) -> Json:
    criteria = {"query_type": kind, "query": query, **more.pop("criteria", {})}
    return {"reference_id": str(uuid4()), "timestamp": moment(), "search_criteria": criteria, **more}


def by_number(number: str = PENSIONER, **more: Any) -> Json:
    return search({"type": "UIN", "value": number}, **more)


def searches(*wanted: Json, **changed: Any) -> Json:
    return {"transaction_id": str(uuid4()), "search_request": list(wanted)} | changed


def answers(reply: requests.Response) -> list[Json]:
    assert reply.status_code == 200, reply.text
    check_answer(reply.json(), "on-search")
    return reply.json()["message"]["search_response"]


def test_a_signed_search_is_answered_signed_and_for_this_transaction(agency: str) -> None:
    asked = searches(by_number(locale="tha"))
    reply = requests.post(
        agency + SYNC,
        data=seal(header(), asked, demo_key(CENTRE)),
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    (answer,) = answers(reply)
    told, message = unseal(reply.json(), demo_key(AGENCY).public_key())
    assert (told["sender_id"], told["receiver_id"], told["status"]) == (AGENCY, CENTRE, "succ")
    assert (told["total_count"], told["completed_count"]) == (1, 1)
    assert message["transaction_id"] == asked["transaction_id"]
    assert (answer["reference_id"], answer["locale"]) == (asked["search_request"][0]["reference_id"], "tha")
    (record,) = answer["data"]["reg_records"]
    assert record["receives_state_pension"] is True
    assert record["identifier"] == {"identifier_type": "UIN", "identifier_value": PENSIONER}


PENSION, NO_PENSION = (
    {"attribute_name": "receives_state_pension", "operator": "eq", "attribute_value": value} for value in (True, False)
)
NAMED = {"attribute_name": "UIN", "operator": "eq", "attribute_value": PENSIONER}


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("idtype-value", {"type": "CITIZEN_NUMBER", "value": PENSIONER}, 1),
        ("idtype-value", {"type": "NIN", "value": NOBODY}, 0),
        ("idtype-value", {"type": "UIN", "value": int(PENSIONER)}, 1),
        ("predicate", [{"expression1": NAMED | {"attribute_value": int(PENSIONER)}}], 1),
        ("predicate", [{"seq_num": 1, "expression1": NAMED}], 1),
        ("predicate", [{"expression1": NAMED, "condition": "and", "expression2": PENSION}], 1),
        ("predicate", [{"expression1": NAMED}, {"expression1": NO_PENSION}], 0),
        ("expression", {"type": "x", "value": {"expression": {"query": {"UIN": PENSIONER}}}}, 1),
        (
            "expression",
            {
                "value": {
                    "expression": {
                        "query": {"$and": [{"UIN": {"$eq": PENSIONER}}, {"receives_state_pension": {"$in": [False]}}]}
                    }
                }
            },
            0,
        ),
    ],
)
def test_a_person_is_sought_in_each_of_the_standards_ways(agency: str, kind: str, query: Any, found: int) -> None:
    (answer,) = answers(send(agency, SYNC, searches(search(query, kind))))
    assert (answer["status"], len(answer["data"]["reg_records"])) == ("succ", found)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (by_number("3100900567818"), "rjct.search_criteria.invalid"),
        (search({"type": "SHOE_SIZE", "value": "42"}), "rjct.search_criteria.invalid"),
        (search({"type": ["UIN"], "value": PENSIONER}), "rjct.search_criteria.invalid"),
        (search({"type": "UIN", "value": True}), "rjct.search_criteria.invalid"),
        (search({"type": "UIN", "value": -1}), "rjct.search_criteria.invalid"),
        (search([{"expression1": PENSION}], "predicate"), "rjct.search_criteria.invalid"),
        (search({"query": "{ everybody }"}, "graphql"), "rjct.search_criteria.invalid"),
        (
            search(
                [{"expression1": NAMED}, {"expression1": {**NAMED, "attribute_name": "wealth"}}],
                "predicate",
            ),
            "rjct.filter.invalid",
        ),
        (
            search([{"expression1": NAMED}, {"expression1": {**PENSION, "operator": "in"}}], "predicate"),
            "rjct.filter.invalid",
        ),
        (by_number(timestamp="2026-11-24T10:00:00"), "rjct.timestamp.invalid"),
        (by_number(timestamp="yesterday"), "rjct.timestamp.invalid"),
        (by_number(criteria={"pagination": {"page_size": 0}}), "rjct.pagination.invalid"),
        (by_number(criteria={"sort": [{"attribute_name": "x", "sort_order": "up"}]}), "rjct.sort.invalid"),
        (by_number(locale="th"), "rjct.search_criteria.invalid"),
        ({"timestamp": moment()}, "rjct.reference_id.invalid"),
    ],
)
def test_what_is_wrong_with_one_search_is_said_by_the_standards_code(agency: str, wanted: Json, code: str) -> None:
    reply = send(agency, SYNC, searches(wanted, by_number()), total_count=2)
    wrong, right = answers(reply)
    assert (wrong["status"], wrong["status_reason_code"]) == ("rjct", code)
    assert wrong["status_reason_message"]
    assert PENSIONER not in wrong["status_reason_message"]
    assert right["status"] == "succ", "the others are answered"
    assert reply.json()["header"]["completed_count"] == 2


def test_no_two_searches_of_a_message_have_one_reference(agency: str) -> None:
    one = by_number()
    first, second = answers(send(agency, SYNC, searches(one, one)))
    assert first["status"] == "succ"
    assert second["status_reason_code"] == "rjct.reference_id.duplicate"


def test_pages_count_from_one_and_say_how_much_there_is(agency: str) -> None:
    pages = [
        by_number(criteria={"pagination": {"page_size": 5, "page_number": 1}}),
        by_number(pagination={"page_size": 5, "page_number": 2}),
    ]
    first, second = answers(send(agency, SYNC, searches(*pages)))
    assert first["pagination"] == {"page_size": 5, "page_number": 1, "total_count": 1}
    assert [len(one["data"]["reg_records"]) for one in (first, second)] == [1, 0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": "2.0.0"}, "err.version.not_supported"),
        ({"action": "subscribe"}, "err.request.bad"),
        ({"message_ts": "2026-11-24"}, "err.request.bad"),
        ({"message_id": None}, "err.request.bad"),
        ({"total_count": "1"}, "err.request.bad"),
        ({"sender_id": ""}, "err.sender_id.invalid"),
        ({"sender_uri": "file:///etc/passwd"}, "err.sender_uri.invalid"),
        ({"is_msg_encrypted": True}, "err.encryption.invalid"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(agency: str, changed: Json, code: str) -> None:
    reply = send(agency, SYNC, searches(by_number()), **changed)
    assert reply.status_code == 400
    check_receipt(reply.json(), "ERR")
    assert reply.json()["message"]["error"]["code"] == code
    assert reply.json()["errors"][0]["code"] == code, "a gateway's form of the same"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"transaction_id": "t" * 100, "search_request": [by_number()]},
        {"transaction_id": "t", "search_request": []},
        {"transaction_id": "t", "search_request": [by_number()] * 101},
    ],
)
def test_a_message_of_another_form_is_refused(agency: str, message: Json) -> None:
    for path in (SYNC, ASYNC):
        reply = send(agency, path, message)
        assert reply.status_code == 400
        check_receipt(reply.json(), "ERR")


def test_who_asks_is_known_by_signature_or_token(agency: str) -> None:
    good = {"signature": "unsigned-stub", "header": header(), "message": searches(by_number())}
    stranger = json.loads(seal(header(), searches(by_number()), demo_key("stranger")))
    other = json.loads(seal(header(sender_id="other"), searches(by_number()), demo_key(CENTRE)))
    misled = json.loads(seal(header(receiver_id="revenue"), searches(by_number()), demo_key(CENTRE)))
    token = {"Authorization": BEARER}
    cases: list[tuple[Json, dict[str, str], int, str]] = [
        (good, {}, 401, "err.request.unauthorized"),
        (good, {"Authorization": "Bearer guessed"}, 401, "err.request.unauthorized"),
        ({**good, "signature": "invalid-signature"}, token, 401, "err.signature.invalid"),
        (stranger, {}, 401, "err.signature.invalid"),
        (other, {}, 401, "err.sender_id.invalid"),
        (misled, {}, 400, "err.receiver_id.invalid"),
    ]
    for body, headers, status, code in cases:
        for path in (SYNC, ASYNC):
            reply = requests.post(agency + path, json=body, headers=headers, timeout=5)
            assert (reply.status_code, reply.json()["message"]["error"]["code"]) == (status, code)
            check_receipt(reply.json(), "ERR")
    reply = requests.post(agency + SYNC, data=json.dumps(good), headers=token, timeout=5)
    assert reply.status_code == 415, "a body that does not say what it is"


@pytest.mark.parametrize("written", [None, "unsigned", "unsigned-stub"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_who_shows_the_token_may_leave_the_signature_out_in_any_words(agency: str, scheme: str, written: Any) -> None:
    body = {"signature": written, "header": header(), "message": searches(by_number())}
    token = BEARER.replace("Bearer", scheme)
    for path in (SYNC, ASYNC):
        reply = requests.post(agency + path, json=body, headers={"Authorization": token}, timeout=5)
        assert reply.status_code == 200, reply.text
        assert requests.post(agency + path, json=body, timeout=5).status_code == 401, "a token is needed"


@pytest.mark.parametrize("shown", ["baidiao-demo", "Basic baidiao-demo", "Bearer", "Bearer BAIDIAO-DEMO", ""])
def test_nothing_else_is_taken_for_the_token(agency: str, shown: str) -> None:
    body = {"signature": "unsigned", "header": header(), "message": searches(by_number())}
    assert requests.post(agency + SYNC, json=body, headers={"Authorization": shown}, timeout=5).status_code == 401


@pytest.mark.parametrize("written", ["", "abc", "!@#$%^&*()", "eyJhbGciOiJSUzI1NiJ9.", "Unsigned"])
def test_the_token_excuses_no_signature_that_does_not_hold(agency: str, written: str) -> None:
    body = {"signature": written, "header": header(), "message": searches(by_number())}
    for path in (SYNC, ASYNC):
        reply = requests.post(agency + path, json=body, headers={"Authorization": BEARER}, timeout=5)
        assert (reply.status_code, reply.json()["message"]["error"]["code"]) == (401, "err.signature.invalid")


def test_an_empty_address_is_none(agency: str) -> None:
    assert answers(send(agency, SYNC, searches(by_number()), sender_uri=""))[0]["status"] == "succ"
    check_receipt(send(agency, ASYNC, searches(by_number()), sender_uri="").json(), "ACK")


class Nobody:
    """A register that is empty."""

    def find(self, _number: str) -> None:
        """Find nobody."""


def places(tree: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, below in inner:
        yield from places(below, *path, step)


SPOKEN = [
    ("/registry/search", "search", searches(by_number(criteria={"sort": [], "pagination": {"page_size": 1}}))),
    (
        SYNC,
        "search",
        searches(search([{"expression1": NAMED, "condition": "and", "expression2": PENSION}], "predicate")),
    ),
    (
        SYNC,
        "search",
        searches(search({"value": {"expression": {"query": {"$and": [{"UIN": {"$eq": "1"}}]}}}}, "expression")),
    ),
    (
        "/registry/unsubscribe",
        "unsubscribe",
        {"transaction_id": "t", "timestamp": moment(), "subscription_codes": ["s"]},
    ),
    (
        "/registry/sync/txn/status",
        "txn-status",
        {
            "transaction_id": "t",
            "txnstatus_request": {
                "reference_id": "r",
                "txn_type": "search",
                "attribute_type": "transaction_id",
                "attribute_value": "t",
            },
        },
    ),
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None, max_examples=150)  # two cores may be busy with other work
@given(data=st.data())
def test_nothing_that_is_sent_breaks_it(data: st.DataObject) -> None:
    desks = open_dci_desks(AGENCY, JsonDesk(Nobody(), answer_pension), lambda: datetime.now(UTC))
    path, action, message = data.draw(st.sampled_from(SPOKEN))
    body = json.loads(json.dumps({"signature": "unsigned-stub", "header": header(action), "message": message}))
    *way, last = data.draw(st.sampled_from([place for place in places(body) if place]))
    tree = body
    for step in way:
        tree = tree[step]
    tree[last] = data.draw(JUNK)
    headers = {"Content-Type": "application/json", "Authorization": BEARER}
    reply = desks[path].answer(Asked(json.dumps(body).encode(), path, headers))
    assert reply.status in {200, 400, 401}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_a_search_with_a_receipt_is_answered_by_a_callback_and_remembered(agency: str, listener: Listener) -> None:
    asked = searches(by_number(), search([{"expression1": PENSION}], "predicate"))
    body = call_back(agency, listener, "search", asked)
    assert [one["status"] for one in body["message"]["search_response"]] == ["succ", "rjct"]
    for kind, value in (
        ("transaction_id", asked["transaction_id"]),
        ("correlation_id", body["message"]["correlation_id"]),
        ("reference_id_list", [asked["search_request"][1]["reference_id"]]),
    ):
        wanted = {"reference_id": "r", "txn_type": "search", "attribute_type": kind, "attribute_value": value}
        reply = send(
            agency,
            "/registry/sync/txn/status",
            {"transaction_id": "t", "txnstatus_request": wanted},
            action="txn-status",
        )
        check_answer(reply.json(), "txn-on-status")
        assert reply.json()["message"]["txnstatus_response"]["txn_status"] == body["message"]


def test_subscriptions_begin_and_end(agency: str, listener: Listener) -> None:
    criteria = {"reg_event_type": "UPDATE", "filter": {"type": "UIN", "value": PENSIONER}, "notify_record_type": "P"}
    one = {"reference_id": "r", "timestamp": moment(), "subscribe_criteria": criteria}
    begun = call_back(agency, listener, "subscribe", {"transaction_id": "t1", "subscribe_request": [one]})
    (subscription,) = begun["message"]["subscribe_response"][0]["subscriptions"]
    assert (subscription["status"], subscription["filter"]) == ("subscribe", criteria["filter"])
    ending = {"transaction_id": "t2", "timestamp": moment(), "subscription_codes": [subscription["code"]]}
    ended = call_back(agency, listener, "unsubscribe", ending)
    assert ended["message"]["subscription_status"] == [{"code": subscription["code"], "status": "unsubscribe"}]
    again = call_back(agency, listener, "unsubscribe", ending)
    assert (again["header"]["status"], again["message"]["status"]) == ("rjct", "rjct")
    wanted = {"reference_id": "r", "txn_type": "subscribe", "attribute_type": "subscription_code_list"}
    wanted |= {"attribute_value": [subscription["code"]]}
    told = call_back(agency, listener, "txn-status", {"transaction_id": "t3", "txnstatus_request": wanted})
    assert told["message"]["txnstatus_response"]["txn_status"] == begun["message"]


@pytest.mark.parametrize("kind", ["search", "subscribe", "unsubscribe"])
def test_a_transaction_that_never_was_is_told_as_such(agency: str, kind: str) -> None:
    wanted = {"reference_id": "r", "txn_type": kind, "attribute_type": "transaction_id", "attribute_value": "never"}
    message = {"transaction_id": "t", "txnstatus_request": wanted}
    reply = send(agency, "/registry/sync/txn/status", message, action="txn-status")
    assert reply.status_code == 200
    check_answer(reply.json(), "txn-on-status")
    assert reply.json()["header"]["status"] == "rjct"


@pytest.mark.parametrize(
    ("path", "action", "message"),
    [
        (ASYNC, "search", searches(by_number(timestamp="not-a-timestamp"))),
        (ASYNC, "search", searches(by_number(locale="ENG"))),
        (ASYNC, "search", searches(by_number(pagination={"page_size": 10, "page_number": 0}))),
        (ASYNC, "search", searches(by_number(pagination={"page_size": -1, "page_number": 1}))),
        ("/registry/subscribe", "subscribe", {"transaction_id": "t", "subscribe_request": [{"reference_id": "r"}]}),
        (
            "/registry/unsubscribe",
            "unsubscribe",
            {"transaction_id": "t", "timestamp": moment(), "subscription_codes": ["s" * 100]},
        ),
        ("/registry/txn/status", "txn-status", {"transaction_id": "t"}),
    ],
)
def test_what_is_ill_formed_gets_no_receipt(agency: str, path: str, action: str, message: Json) -> None:
    reply = send(agency, path, message, action=action)
    assert reply.status_code == 400
    check_receipt(reply.json(), "ERR")
    assert reply.json()["message"]["error"]["code"] == "err.request.bad"


@pytest.mark.parametrize(
    "written",
    ["2022-12-04T17:20:07-04:00", "2026-11-24T10:00:00.123Z", "2026-11-24t10:00:00z", "2026-11-24T10:00:00.1234567Z"],
)
def test_every_moment_of_the_internets_form_is_taken(agency: str, written: str) -> None:
    assert (
        answers(send(agency, SYNC, searches(by_number(timestamp=written)), message_ts=written))[0]["status"] == "succ"
    )


def test_longest_names_are_taken(agency: str) -> None:
    taken = {"transaction_id": "t" * 99, "timestamp": moment(), "subscription_codes": ["s" * 99]}
    check_receipt(send(agency, "/registry/unsubscribe", taken, action="unsubscribe").json(), "ACK")
    check_receipt(send(agency, ASYNC, searches(by_number(), transaction_id="t" * 99)).json(), "ACK")


def test_a_register_out_of_order_says_so_in_the_standards_words(tmp_path: Path) -> None:
    build_small_stores(tmp_path)
    with running_agency(AGENCY, tmp_path) as url:
        assert requests.put(f"{url}/control", json={"failure": "error"}, timeout=5).ok
        reply = send(url, SYNC, searches(by_number()))
        assert reply.status_code == 500
        check_receipt(reply.json(), "ERR")
        assert reply.json()["message"]["error"]["code"] == "err.service.unavailable"

"""Who subscribed at a demo agency's DCI face is notified, signed, again where he was away, and of nothing else."""

import asyncio
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from backend.demo.dci.keys import CENTRE, demo_key
from backend.demo.dci.messages import SubscribeCriteria
from backend.demo.dci.subscriptions import MOST, Asker, Subscriptions
from backend.demo.posting import Postman
from backend.demo.reply import Callback
from backend.linkage.adapters.dci_envelope import unseal
from tests.support.agency_servers import build_small_stores, running_agency
from tests.support.dci_clients import AGENCY, Json, Listener, call_back, listening, moment, send
from tests.support.dci_forms import check_answer

PENSIONER = "3100900567817"
ABOUT_HIM = {"type": "UIN", "value": PENSIONER}


@pytest.fixture
def people(tmp_path: Path) -> list[str]:
    return [person.citizen_number for person in build_small_stores(tmp_path)]


@pytest.fixture
def agency(tmp_path: Path, people: list[str]) -> Iterator[str]:
    with running_agency(AGENCY, tmp_path) as url:
        yield url


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def criteria(wanted: Any = ABOUT_HIM, event: str = "UPDATE") -> Json:
    return {"reg_event_type": event, "filter": wanted, "notify_record_type": "P"}


def subscribe(agency: str, listener: Listener, wanted: Any = ABOUT_HIM, event: str = "UPDATE") -> str:
    one = {"reference_id": "r", "timestamp": moment(), "subscribe_criteria": criteria(wanted, event)}
    begun = call_back(agency, listener, "subscribe", {"transaction_id": "t1", "subscribe_request": [one]})
    code: str = begun["message"]["subscribe_response"][0]["subscriptions"][0]["code"]
    return code


def happens(agency: str, number: str = PENSIONER, event: str = "UPDATE") -> requests.Response:
    return requests.post(f"{agency}/control/event", json={"citizen_number": number, "event": event}, timeout=5)


def notified(agency: str, number: str = PENSIONER, event: str = "UPDATE") -> int:
    reply = happens(agency, number, event)
    assert reply.status_code == 200, reply.text
    count: int = reply.json()["notified"]
    return count


def test_a_subscriber_is_notified_in_the_standards_form_and_signed(agency: str, listener: Listener) -> None:
    code = subscribe(agency, listener)
    assert notified(agency) == 1
    path, body = listener.heard.get(timeout=5)
    assert path == "/on-subscribe", "where he said that he is reached"
    check_answer(body, "notify")
    header, message = unseal(body, demo_key(AGENCY).public_key())
    assert (header["sender_id"], header["receiver_id"]) == (AGENCY, CENTRE)
    (event,) = message["notify_event"]
    record = event["data"]["reg_records"]
    assert (event["reference_id"], event["data"]["reg_event_type"]) == (code, "UPDATE")
    assert record["identifier"] == {"identifier_type": "UIN", "identifier_value": PENSIONER}
    assert record["receives_state_pension"] is True
    with pytest.raises(queue.Empty):
        listener.heard.get(timeout=0.7)  # one event, one notification


def test_he_hears_of_what_he_subscribed_to_alone(agency: str, listener: Listener, people: list[str]) -> None:
    code = subscribe(agency, listener)
    assert notified(agency, event="DEATH") == 0
    others = [happens(agency, number) for number in people if number != PENSIONER]
    assert {reply.json()["notified"] for reply in others if reply.ok} == {0}
    ending = {"transaction_id": "t2", "timestamp": moment(), "subscription_codes": [code]}
    call_back(agency, listener, "unsubscribe", ending)
    assert notified(agency) == 0


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ([{"expression1": {"attribute_name": "UIN", "operator": "eq", "attribute_value": PENSIONER}}], 1),
        ({"value": {"expression": {"query": {"$and": [{"UIN": {"$eq": PENSIONER}}]}}}}, 1),
        ({"type": "UIN", "value": "3-1009-00567-81-7"}, 1),
        ({"type": "UIN", "value": int(PENSIONER)}, 1),
        ({"type": "UIN", "value": "everybody"}, 0),
        ({"type": "PASSPORT", "value": PENSIONER}, 0),
        ("anything", 0),
        (None, 0),
    ],
)
def test_filters_are_read_as_searches_are(agency: str, listener: Listener, wanted: Any, count: int) -> None:
    subscribe(agency, listener, wanted)
    assert notified(agency) == count


def test_a_condition_in_the_filter_must_hold() -> None:
    kept = Subscriptions()
    asker = Asker("centre", "http://127.0.0.1:1/")
    expression = {"$and": [{"UIN": {"$eq": PENSIONER}}, {"receives_state_pension": {"$eq": True}}]}
    read = SubscribeCriteria.model_validate(criteria({"value": {"expression": {"query": expression}}}))
    kept.begin(read, asker, moment())
    assert len(kept.interested("UPDATE", PENSIONER, {"receives_state_pension": True})) == 1
    assert kept.interested("UPDATE", PENSIONER, {"receives_state_pension": False}) == []
    assert kept.interested("UPDATE", PENSIONER, {}) == [], "an attribute the register does not have"


def test_old_subscriptions_make_room_and_who_named_no_address_hears_nothing() -> None:
    kept = Subscriptions()
    read = SubscribeCriteria.model_validate(criteria())
    kept.begin(read, Asker("centre"), moment())
    assert kept.interested("UPDATE", PENSIONER, {}) == []
    for _ in range(MOST + 5):
        kept.begin(read, Asker("centre", "http://127.0.0.1:1/"), moment())
    assert len(kept.interested("UPDATE", PENSIONER, {})) == MOST


@pytest.mark.parametrize("away", [503, 429, 500])
def test_who_was_away_is_notified_again(agency: str, listener: Listener, away: int) -> None:
    subscribe(agency, listener)
    listener.will_say([away])
    assert notified(agency) == 1
    first, again = (listener.heard.get(timeout=5)[1] for _ in range(2))
    assert first == again, "the same message, to be told from another by its id"


def test_who_refuses_for_good_is_left_alone(agency: str, listener: Listener) -> None:
    subscribe(agency, listener)
    listener.will_say([401])
    notified(agency)
    listener.heard.get(timeout=5)
    with pytest.raises(queue.Empty):
        listener.heard.get(timeout=1)


def test_a_postman_gives_up_after_his_tries_and_carries_so_many_at_most(listener: Listener) -> None:
    async def post() -> None:
        postman = Postman(pauses_s=(0.0,) * 9, most=2)
        listener.will_say([500] * 6)
        postman.send([Callback(listener.uri(f"/{at}"), b"{}", tries=3) for at in range(4)])
        await asyncio.gather(*postman._posting)
        postman.send([Callback(listener.uri("/once"), b"{}")])
        postman.send([Callback("http://127.0.0.1:1/", b"{}", tries=2)])
        await asyncio.gather(*postman._posting)
        postman.send([Callback(listener.uri("/late"), b"{}")] * 2)
        await postman.close()
        assert not postman._posting

    asyncio.run(post())
    paths = sorted(listener.heard.get_nowait()[0] for _ in range(listener.heard.qsize()))
    assert [path for path in paths if path != "/late"] == ["/0"] * 3 + ["/1"] * 3 + ["/once"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"citizen_number": PENSIONER}, "field_missing"),
        ({"citizen_number": "1", "event": "UPDATE"}, "number_invalid"),
        ({"citizen_number": "3999900000010", "event": "UPDATE"}, "not_found"),
        ([], "not_an_object"),
    ],
)
def test_what_is_no_event_is_told(agency: str, body: Any, code: str) -> None:
    reply = requests.post(f"{agency}/control/event", json=body, timeout=5)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)


def test_events_happen_while_the_agency_fails(agency: str, listener: Listener) -> None:
    subscribe(agency, listener)
    assert requests.put(f"{agency}/control", json={"failure": "lie"}, timeout=5).ok
    assert notified(agency) == 1
    _, body = listener.heard.get(timeout=5)
    assert body["message"]["notify_event"][0]["data"]["reg_records"]["receives_state_pension"] is False
    requests.put(f"{agency}/control", json={"failure": "error"}, timeout=5)
    assert send(agency, "/registry/subscribe", {}, action="subscribe").status_code == 500
    assert notified(agency) == 1

import re

import pytest

from backend.console.words import WORDS, say_ago, say_code, say_date
from backend.fleet.listing import Condition
from contracts.fleet import HEARTBEAT_PATH, PartHealth
from tests.support.centre_app import heartbeat, log_in


@pytest.fixture
def client(centre):
    return log_in(centre)


def test_an_empty_fleet_says_what_to_do(client):
    page = client.get("/console/").text
    assert "ยังไม่มีตู้บริการที่ลงทะเบียน" in page
    assert "baidiao fleet claim" in page
    assert '<html lang="th">' in page


def test_a_device_with_its_parts(centre, client):
    device = centre.enrol()
    device.post(HEARTBEAT_PATH, heartbeat(printer={"health": "fault", "code": "paper_out", "model": "P-80"}))
    centre.clock.move(seconds=30)
    page = client.get("/console/").text
    for words in (device.reply.device_id, "กระดาษหมด", "P-80", "เทศบาลตัวอย่าง", "30 วินาทีที่แล้ว", "23 พ.ย. 2569 10:00:00"):
        assert words in page


def test_english(centre, client):
    centre.enrol()
    assert client.get("/console/language/en?next=/console/").status_code == 302
    page = client.get("/console/").text
    assert '<html lang="en">' in page
    assert "Not seen yet" in page
    assert "Service hall, ground floor" in page
    thai = set(re.findall(r"[\u0e00-\u0e7f]+", page))
    assert thai <= {"ภาษาไทย"}


def test_search_filter_and_nothing_found(centre, client):
    device = centre.enrol()
    assert device.reply.device_id in client.get("/console/", query_string={"q": "tuayang HALL"}).text
    assert device.reply.device_id in client.get("/console/?state=never_seen&sort=-visits&page=7").text
    assert device.reply.device_id not in client.get("/console/?state=ok").text
    assert "ไม่พบตู้บริการที่ตรงกับเงื่อนไข" in client.get("/console/?q=elsewhere").text


def test_what_is_typed_is_not_markup(centre, client):
    centre.enrol()
    page = client.get("/console/", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_the_fragment_is_the_table_alone(centre, client):
    centre.enrol()
    fragment = client.get("/console/devices", headers={"X-Requested-With": "fetch"}).text
    assert "<table" in fragment
    assert "<html" not in fragment


def test_a_fetch_after_the_session_gets_a_problem(centre):
    response = centre.client().get("/console/devices", headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.get_json()["code"]) == (401, "login_required")


def test_pages_allow_nothing_from_elsewhere(client):
    response = client.get("/console/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert "style=" not in response.text
    assert "onclick" not in response.text


def test_the_font_comes_from_here(centre):
    with centre.client().get("/console/fonts/Sarabun-Regular.ttf") as font:
        assert font.data[:4] == b"\0\1\0\0"
    assert centre.client().get("/console/fonts/..%2fsecret.ttf").status_code == 404


def test_every_state_has_words():
    for condition in Condition:
        assert f"condition_{condition}" in WORDS
    for health in PartHealth:
        assert f"health_{health}" in WORDS


@pytest.mark.parametrize("key", sorted(WORDS))
def test_every_text_is_complete_in_both_languages(key):
    words = WORDS[key]
    assert words.th.strip()
    assert words.en.strip()
    assert set(re.findall(r"{\w+}", words.th)) == set(re.findall(r"{\w+}", words.en))


def test_how_long_ago():
    said = [say_ago(s, "en") for s in (0, 5, 89, 90, 5399, 5400, 172_799, 172_800)]
    assert said == ["Just now", "5 s ago", "89 s ago", "1 min ago", "89 min ago", "1 h ago", "47 h ago", "2 days ago"]


def test_dates_and_codes():
    assert say_date(2026, 11, 23, "th") == "23 พ.ย. 2569"
    assert say_code("paper_out", "en") == "Paper out"
    assert say_code("odd_thing", "th") == "odd thing"

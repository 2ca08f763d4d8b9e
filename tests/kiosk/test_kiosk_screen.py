"""The screen's doors (who may look and touch), its words, and what it shows."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import kiosk.screen
from kiosk.screen.app import create_screen
from kiosk.screen.catalogues import LANGUAGES, WordMissingError, read_catalogues
from kiosk.screen.hub import Hub
from kiosk.screen.touches import TouchError, parse_touch
from kiosk.visit import events as ev
from kiosk.visit.machine import begin
from kiosk.visit.state import View
from tests.support.kiosk_people import PERSON, RULES
from tests.support.kiosk_stage import screens

HOST = {"Host": "127.0.0.1:8070"}
FOLDER = Path(kiosk.screen.__file__).parent


class Door:
    def __init__(self) -> None:
        self.hub = Hub(begin(RULES))
        self.touches: list[ev.Touch] = []
        app = create_screen(self.hub, self.touches.append, RULES, read_catalogues(), "http://127.0.0.1:8060")
        self.client: FlaskClient = app.test_client()
        page = self.client.get("/", headers=HOST).get_data(as_text=True)
        self.token = re.search(r'kiosk-token" content="([^"]+)"', page)[1]

    def touch(self, **headers: str) -> int:
        given = {**HOST, "X-Kiosk-Token": self.token, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.post("/act", json={"act": "agree", "turn": 3}, headers=given).status_code


@pytest.fixture
def door() -> Door:
    return Door()


def test_our_own_page_may_touch(door: Door) -> None:
    assert door.touch(Origin="http://127.0.0.1:8070") == 204
    assert door.touches == [ev.Agreed(3)]


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Kiosk_Token": "wrong"},
        {"X_Kiosk_Token": "ผิด".encode().decode("latin-1")},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example:8070", "Origin": "http://evil.example:8070"},
    ],
)
def test_strangers_may_not_touch(door: Door, headers: dict[str, str]) -> None:
    assert door.touch(**headers) == 403
    assert door.touches == []


def test_strangers_may_not_look(door: Door) -> None:
    assert door.client.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_nothing_of_the_page_may_be_kept_or_framed_by_others(door: Door) -> None:
    reply = door.client.get("/", headers=HOST)
    assert reply.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors http://127.0.0.1:8060" in reply.headers["Content-Security-Policy"]
    assert "unsafe" not in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "body", [None, [], {"act": "explode"}, {"act": "language", "value": "xx"}, {"act": "agree", "turn": "1"}]
)
def test_touches_that_no_button_makes_are_refused(body: object) -> None:
    with pytest.raises(TouchError):
        parse_touch(body)


def test_the_stream_begins_with_the_newest_screen_and_follows(door: Door) -> None:
    reply = door.client.get("/events", headers=HOST)
    stream = reply.iter_encoded()
    first = json.loads(next(stream).decode().split("data: ", 1)[1])
    assert first["screen"] == "rest"
    door.hub.publish(screens()["consent"])
    door.hub.publish(screens()["take_card"])
    second = json.loads(next(stream).decode().split("data: ", 1)[1])
    assert second["screen"] == "take_card", "only the newest screen is handed on"
    reply.close()


def test_a_key_is_streamed_to_every_page_and_acts_once(door: Door) -> None:
    reply = door.client.get("/events", headers=HOST)
    stream = reply.iter_encoded()
    next(stream)
    door.hub.press("#")
    said = next(stream).decode()
    assert said.startswith("event: key\n")
    assert json.loads(said.split("data: ", 1)[1]) == {"key": "#", "number": 1}
    reply.close()
    assert door.hub.use_key(1)
    assert not door.hub.use_key(1)
    assert not door.hub.use_key(2), "nobody pressed it"


def test_both_catalogues_have_exactly_the_words_the_screens_use() -> None:
    text = "".join(path.read_text() for path in (FOLDER / "templates").rglob("*.html"))
    used = set(re.findall(r'\bt\("([a-z_0-9.]+)"[,)]', text))
    stems = set(re.findall(r'\bt\("([a-z_0-9.]+)" ~', text))
    for words in read_catalogues().values():
        assert used <= set(words.words)
        unused = {key for key in words.words if key not in used and not any(key.startswith(stem) for stem in stems)}
        assert unused == set()
    thai, english = (read_catalogues()[language].words for language in LANGUAGES)
    assert set(thai) == set(english)
    for key in thai:
        assert re.findall(r"{\w+}", thai[key]) == re.findall(r"{\w+}", english[key]), key


def test_thai_words_are_thai_and_english_words_are_not() -> None:
    thai, english = (read_catalogues()[language].words for language in LANGUAGES)
    assert [key for key, words in thai.items() if re.search("[A-Za-z]", re.sub(r"{\w+}", "", words))] == []
    assert [key for key, words in english.items() if re.search("[\u0e00-\u0e7f]", words)] == []


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(WordMissingError):
        read_catalogues()["th"].say("no.such.key")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_is_drawn_in_both_languages_without_what_must_not_be_seen(door: Door, language: str) -> None:
    for name, state in screens().items():
        door.hub.publish(replace(state, view=replace(state.view, language=language)))
        page = door.client.get("/", headers=HOST).get_data(as_text=True)
        assert f'lang="{language}"' in page, name
        assert PERSON.citizen_number not in page, name
        assert PERSON.name_th.last not in page, name
        assert PERSON.address.house not in page, name
        other = "[\u0e00-\u0e7f]" if language == "en" else None
        body = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
        assert other is None or not re.search(other, body), name


def test_a_wiped_screen_shows_nobody(door: Door) -> None:
    for name in ("take_card", "take_card_cancelled", "rest", "out_of_order"):
        door.hub.publish(screens()[name])
        assert PERSON.name_th.first not in door.client.get("/", headers=HOST).get_data(as_text=True)


def test_names_from_a_card_are_escaped(door: Door) -> None:
    state = screens()["services"]
    evil = PERSON.model_copy(update={"name_th": PERSON.name_th.model_copy(update={"first": "<script>x</script>"})})
    door.hub.publish(replace(state, visit=replace(state.visit, card=evil), view=View()))
    assert "<script>x" not in door.client.get("/", headers=HOST).get_data(as_text=True)

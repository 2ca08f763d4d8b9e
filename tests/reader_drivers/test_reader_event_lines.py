import json

import pytest

from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core.errors import CardMuteError
from reader_drivers.event_lines import describe_event, render_event
from reader_drivers.events import (
    CardInserted,
    CardReadDone,
    CardRemoved,
    IdentityRead,
    PhotoRead,
    ReaderAdded,
    ReaderEvent,
    ReadFailed,
    ReadProgress,
    ServiceDown,
    ServiceUp,
)
from tests.support.reader_cards import TINY_JPEG, TODAY, DirectCard, plain_card

SESSION = ThaiIdSession(DirectCard(plain_card()), TODAY)
IDENTITY = SESSION.read_identity()
CARD = SESSION.read_text()
EVENTS: dict[str, ReaderEvent] = {
    "service_up": ServiceUp(),
    "service_down": ServiceDown(refused=True),
    "reader_added": ReaderAdded("Front"),
    "card_inserted": CardInserted("Front", b"\x3b\x00"),
    "card_removed": CardRemoved("Front"),
    "read_progress": ReadProgress("Front", "text", 0.5),
    "identity_read": IdentityRead("Front", IDENTITY),
    "card_read": CardReadDone("Front", CARD),
    "photo_read": PhotoRead("Front", TINY_JPEG),
    "read_failed": ReadFailed("Front", CardMuteError()),
}
SECRETS = ("2400100789016", "ปู่ทิพย์", "Puthip", "JC0000271828", "/9j")


@pytest.mark.parametrize("name", EVENTS)
def test_no_event_is_personal_unless_asked(name: str) -> None:
    said = describe_event(EVENTS[name])
    assert said["event"] == name
    text = json.dumps(said, ensure_ascii=False) + render_event(said)
    assert not [secret for secret in SECRETS if secret in text]


def test_asked_for_the_card_is_there() -> None:
    card = json.loads(json.dumps(describe_event(EVENTS["card_read"], personal=True)))["card"]
    assert card == CARD.public()
    assert describe_event(EVENTS["identity_read"], personal=True)["identity"] == {
        key: value for key, value in CARD.public().items() if key in IDENTITY_FIELDS
    }
    assert str(describe_event(EVENTS["photo_read"], personal=True)["photo"]).startswith("/9j")


IDENTITY_FIELDS = {
    *("citizen_number", "name_th", "name_en", "birth", "sex", "issued", "expires", "expires_never"),
}


def test_lines_are_for_people() -> None:
    assert render_event(describe_event(EVENTS["read_progress"])) == "read_progress   reader=Front part=text done=50%"
    assert render_event(describe_event(EVENTS["service_up"])) == "service_up"
    failed = render_event(describe_event(EVENTS["read_failed"]))
    assert "code=card_mute" in failed

import pytest

from reader_drivers.core.errors import CardUnreadableError, NotThaiIdError
from reader_drivers.core.exchange import Card
from reader_drivers.reading import Taken, Wishes, take, with_first
from reader_drivers.virtual.card import bank_card
from tests.support.reader_cards import TODAY, DirectCard, plain_card
from tests.support.reader_service import FakePcsc


@pytest.fixture
def service() -> FakePcsc:
    return FakePcsc("Front", "Back")


def take_text(card: Card) -> Taken:
    return take(card, Wishes(), TODAY)


def test_the_first_thai_id_card_is_taken_whichever_reader_it_is_in(service: FakePcsc) -> None:
    service.insert("Front", lambda: DirectCard(bank_card()))
    service.insert("Back", lambda: DirectCard(plain_card()))
    taken = with_first(["Front", "Back"], take_text, service.open_card)
    assert taken.card.name_en.first == "Puthip"


def test_when_none_reads_the_first_fault_is_told(service: FakePcsc) -> None:
    service.insert("Front", lambda: DirectCard(bank_card()))
    service.insert("Back", lambda: DirectCard(plain_card(), remove_at=3))
    with pytest.raises(NotThaiIdError):
        with_first(["Front", "Back"], take_text, service.open_card)
    with pytest.raises(CardUnreadableError):
        with_first([], take_text, service.open_card)

import threading
import time
from collections.abc import Iterator

import pytest

from reader_drivers.core.errors import CardMuteError, CardRemovedError, CardUnreadableError, NotThaiIdError
from reader_drivers.events import (
    CardInserted,
    CardReadDone,
    CardRemoved,
    IdentityRead,
    PhotoRead,
    ReaderAdded,
    ReaderRemoved,
    ReadFailed,
    ReadProgress,
    ServiceDown,
    ServiceUp,
)
from reader_drivers.pcsc.watch import CardWatcher
from reader_drivers.service import ThaiIdReader
from reader_drivers.virtual.card import bank_card
from tests.support.reader_cards import TINY_JPEG, TODAY, DirectCard, plain_card
from tests.support.reader_service import FakePcsc, HangingCard, Heard


@pytest.fixture
def service() -> FakePcsc:
    return FakePcsc("Front")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def reader(service: FakePcsc, heard: Heard) -> Iterator[ThaiIdReader]:
    with _reader(service, heard, with_photo=True) as running:
        heard.wait_for(ReaderAdded)
        yield running


def _reader(service: FakePcsc, heard: Heard, **options: object) -> ThaiIdReader:
    return ThaiIdReader(
        heard,
        today=lambda: TODAY,
        watch=lambda on_event: CardWatcher(on_event, service.connect_service),
        connect=service.open_card,
        **options,  # type: ignore[arg-type]
    )


def test_readers_and_service_come_and_go(heard: Heard) -> None:
    service = FakePcsc(up=False)
    with CardWatcher(heard, service.connect_service):
        heard.wait_for(ServiceDown)
        service.set_up(True)
        heard.wait_for(ServiceUp)
        service.plug("USB")
        heard.wait_for(ReaderAdded)
        service.insert("USB", lambda: DirectCard(plain_card()))
        heard.wait_for(CardInserted)
        service.unplug("USB")
        heard.wait_for(ReaderRemoved)
        service.plug("USB")
        heard.wait_for(ReaderAdded)
        service.insert("USB", lambda: DirectCard(plain_card()))
        heard.wait_for(CardInserted)
        service.set_up(False)
        heard.wait_for(ServiceDown)
    kinds = [type(event).__name__ for event in heard.events]
    assert kinds == [
        *("ServiceDown", "ServiceUp", "ReaderAdded", "CardInserted", "CardRemoved", "ReaderRemoved"),
        *("ReaderAdded", "CardInserted", "CardRemoved", "ReaderRemoved", "ServiceDown"),
    ]


def test_watcher_adds_nothing_to_the_service_s_own_delay(service: FakePcsc, heard: Heard) -> None:
    with CardWatcher(heard, service.connect_service):
        service.insert("Front", lambda: DirectCard(plain_card()))
        heard.wait_for(CardInserted)
        began = time.monotonic()
        service.remove("Front")
        heard.wait_for(CardRemoved)
        assert time.monotonic() - began < 1.0  # it blocks in the service; a look now and then would be late


def test_stop_ends_the_thread_and_the_events(service: FakePcsc, heard: Heard) -> None:
    before = threading.active_count()
    watcher = CardWatcher(heard, service.connect_service).start()
    heard.wait_for(ReaderAdded)
    watcher.stop()
    assert threading.active_count() == before
    service.insert("Front", lambda: DirectCard(plain_card()))
    assert heard.quiet_for(0.1)


def test_a_card_put_in_is_read_identity_first(service: FakePcsc, heard: Heard, reader: ThaiIdReader) -> None:
    service.insert("Front", lambda: DirectCard(plain_card()))
    photo = heard.wait_for(PhotoRead)
    service.remove("Front")
    heard.wait_for(CardRemoved)
    kinds = [type(event).__name__ for event in heard.events[2:] if not isinstance(event, ReadProgress)]
    assert kinds == ["CardInserted", "IdentityRead", "CardReadDone", "PhotoRead", "CardRemoved"]
    progress = [(event.part, event.done) for event in heard.events if isinstance(event, ReadProgress)]
    assert [part for part, _ in progress] == ["text", "text", "text", "photo"]
    assert progress[2:] == [("text", 1.0), ("photo", 1.0)]
    assert isinstance(photo, PhotoRead)
    assert photo.photo == TINY_JPEG
    assert "citizen" not in repr(heard.events) or "2400100789016" not in repr(heard.events)


def test_failures_come_with_their_error(service: FakePcsc, heard: Heard, reader: ThaiIdReader) -> None:
    service.insert("Front", lambda: DirectCard(bank_card()))
    failed = heard.wait_for(ReadFailed)
    assert isinstance(failed, ReadFailed)
    assert isinstance(failed.error, NotThaiIdError)
    service.remove("Front")
    service.insert("Front", lambda: DirectCard(plain_card()), mute=True)
    failed = heard.wait_for(ReadFailed)
    assert isinstance(failed, ReadFailed)
    assert isinstance(failed.error, CardMuteError)
    service.remove("Front")
    service.insert("Front", lambda: DirectCard(plain_card(), remove_at=3))
    failed = heard.wait_for(ReadFailed)
    assert isinstance(failed, ReadFailed)
    assert isinstance(failed.error, CardRemovedError)


def test_nothing_is_told_of_a_card_that_is_out(service: FakePcsc, heard: Heard, reader: ThaiIdReader) -> None:
    release = threading.Event()
    service.insert("Front", lambda: HangingCard(plain_card(), release, after=4))
    heard.wait_for(CardInserted)
    service.remove("Front")
    heard.wait_for(CardRemoved)
    release.set()
    assert heard.quiet_for(0.2)


def test_a_card_that_hangs_is_given_up_and_the_next_is_read(service: FakePcsc, heard: Heard) -> None:
    release = threading.Event()
    with _reader(service, heard, limit_s=0.05):
        service.insert("Front", lambda: HangingCard(plain_card(), release))
        failed = heard.wait_for(ReadFailed)
        assert isinstance(failed, ReadFailed)
        assert isinstance(failed.error, CardUnreadableError)
        release.set()
        assert heard.quiet_for(0.1)
        service.remove("Front")
        service.insert("Front", lambda: DirectCard(plain_card()))
        heard.wait_for(CardReadDone)


def test_a_photo_that_hangs_is_given_up_after_the_text_was_told(service: FakePcsc, heard: Heard) -> None:
    release = threading.Event()
    with _reader(service, heard, with_photo=True, photo_limit_s=0.05):
        service.insert("Front", lambda: HangingCard(plain_card(), release, after=12))
        heard.wait_for(CardReadDone)
        failed = heard.wait_for(ReadFailed)
        assert isinstance(failed, ReadFailed)
        assert isinstance(failed.error, CardUnreadableError)
        release.set()
        assert heard.quiet_for(0.1)


def test_a_swap_the_service_missed_becomes_a_removal_and_a_new_reading(
    service: FakePcsc, heard: Heard, reader: ThaiIdReader
) -> None:
    cards = iter(
        [DirectCard(plain_card(), reset_at=[5], swap_for=plain_card("earner")), DirectCard(plain_card("earner"))]
    )
    service.insert("Front", lambda: next(cards))
    heard.wait_for(CardRemoved)
    identity = heard.wait_for(IdentityRead)
    assert isinstance(identity, IdentityRead)
    assert identity.identity.name_en.first == "Phakphum"


def test_two_readers_do_not_wait_for_each_other(service: FakePcsc, heard: Heard, reader: ThaiIdReader) -> None:
    release = threading.Event()
    service.plug("Back")
    service.insert("Back", lambda: HangingCard(plain_card("earner"), release))
    service.insert("Front", lambda: DirectCard(plain_card()))
    done = heard.wait_for(CardReadDone)
    assert isinstance(done, CardReadDone)
    assert done.reader == "Front"
    release.set()
    done = heard.wait_for(CardReadDone)
    assert isinstance(done, CardReadDone)
    assert done.reader == "Back"

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.card import Assurance, ConfirmationWay, Finding
from reader_drivers.cards.profiles import PROFILES
from reader_drivers.cards.thai_id import ThaiIdSession, read_photo, read_text
from reader_drivers.core.errors import (
    AppletAbsentError,
    CardChangedError,
    CardKind,
    CardRemovedError,
    CardUnreadableError,
    LayoutUnknownError,
    NotThaiIdError,
    ReadCancelledError,
    ReaderError,
)
from reader_drivers.virtual.card import Habits, VirtualCard, bank_card, blank_card, passport
from reader_drivers.virtual.people import load_people
from tests.support.reader_cards import TINY_JPEG, TODAY, DirectCard, ScriptedCard, plain_card, with_field

PEOPLE = load_people()
FIELDS = sorted(set(type(PEOPLE["mother"]).model_fields) - {"key", "look"})
VARIATIONS = {
    "plain": Habits(),
    "direct": Habits(direct=True),
    "chunks": Habits(chunk_bytes=31),
    "bytewise": Habits(chunk_bytes=1),
    "select says 9000": Habits(select_says_more=False),
    "first select fails": Habits(select_failures=1),
    "6C first": Habits(wrong_length_first=True),
    "empty once": Habits(empty_reads=1),
    "refused once": Habits(refused_reads=1),
    "short reads only": Habits(longest_read=100),
    "shortest reads only": Habits(longest_read=16),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("key", PEOPLE)
def test_every_field_of_every_person(key: str, field: str) -> None:
    card = read_text(DirectCard(plain_card(key)), TODAY)
    assert getattr(card, field) == getattr(PEOPLE[key], field)
    assert card.findings == ()


@pytest.mark.parametrize("habits", VARIATIONS.values(), ids=VARIATIONS)
def test_the_answer_does_not_depend_on_the_card_s_habits(habits: Habits) -> None:
    usual = read_text(DirectCard(plain_card("earner")))
    port = DirectCard(plain_card("earner", habits))
    card = read_text(port)
    assert card.model_copy(update={"exchanges": usual.exchanges}) == usual
    assert card.exchanges == len(port.sent)
    assert read_photo(DirectCard(plain_card("earner", habits))) == TINY_JPEG


def test_3b67_cards_want_another_get_response() -> None:
    chip = plain_card(habits=Habits(get_response_p2=1))
    chip.atr = b"\x3b\x67\x00"
    assert read_text(DirectCard(chip)).name_th.first == "ปู่ทิพย์"


def test_identity_is_told_after_five_exchanges_and_text_read_after_seven() -> None:
    port = DirectCard(plain_card())
    told = []
    card = read_text(port, on_identity=lambda identity: told.append((identity.citizen_number, len(port.sent))))
    assert told == [(card.citizen_number, 5)]
    admin = next(i for i, sent in enumerate(port.sent) if sent.endswith(bytes.fromhex("A000000084060002")))
    assert admin == 7
    assert card.exchanges == len(port.sent) == 12


def test_the_brief_identity_takes_as_many_exchanges_fewer_bytes_and_the_rest_follows() -> None:
    port = DirectCard(plain_card())
    session = ThaiIdSession(port)
    brief = session.read_identity(brief=True)
    assert len(port.sent) == 5
    assert [int.from_bytes(sent[2:4]) for sent in port.sent if sent[1] == 0xB0] == [0x0000, 0x0167]
    assert (brief.issuer, brief.request_number, brief.expires) == ("", "", PEOPLE["mother"].expires)
    card = session.read_text()
    assert (card.issuer, card.request_number) == (PEOPLE["mother"].issuer, PEOPLE["mother"].request_number)
    assert len(port.sent) == 9 + 5


def test_a_card_without_a_laser_number_and_without_asking_its_serial_takes_eight() -> None:
    session = ThaiIdSession(DirectCard(plain_card("grandmother")))
    card = session.read_text(chip_serial=False)
    assert (card.exchanges, card.laser_number, card.chip_serial) == (8, None, None)


@pytest.mark.parametrize("atr", ["3B00", "3B67000001", "3B7F96000080318065B0850300EF120FFE829000"])
@pytest.mark.parametrize("p2", [0, 1])
def test_any_atr_is_tried_whatever_its_get_response_wants(atr: str, p2: int) -> None:
    chip = plain_card(habits=Habits(get_response_p2=p2))
    chip.atr = bytes.fromhex(atr)
    assert read_text(DirectCard(chip)).name_th.first == "ปู่ทิพย์"


def test_progress_is_told_read_by_read() -> None:
    told: list[float] = []
    session = ThaiIdSession(DirectCard(plain_card()), progress=told.append)
    session.read_text()
    assert told == sorted(told)
    assert len(told) == 3
    assert told[-1] == 1.0


def test_a_card_read_is_presented_until_the_registry_says_more() -> None:
    card = read_text(DirectCard(plain_card()))
    assert card.assurance is Assurance.PRESENTED
    assert card.ways_to_confirm() == (ConfirmationWay.CHIP, ConfirmationWay.LASER)
    assert card.confirmed().assurance is Assurance.CONFIRMED
    assert not {"assurance", "findings", "chip_serial"} & set(card.public())


def test_health_insurance_on_demand_and_the_card_goes_on_after_it() -> None:
    port = DirectCard(plain_card())
    session = ThaiIdSession(port)
    session.read_identity()
    before = len(port.sent)
    nhso = session.read_profile(PROFILES["nhso"])
    assert len(port.sent) - before == 5
    assert nhso == {
        "main_class": "สิทธิหลักประกันสุขภาพแห่งชาติ",
        "sub_class": "ช่วงอายุ 12-59 ปี",
        "main_hospital": "โรงพยาบาลตัวอย่างขอนแก่น",
        "sub_hospital": "หน่วยบริการปฐมภูมิตัวอย่างศิลา",
        "paid_type": "1",
        "issued": "2024-10-01",
        "expires": None,
        "updated": "2025-01-15",
        "hospital_changes": "0",
    }
    assert session.read_text().address.province == "ขอนแก่น"


def test_a_card_without_that_applet_says_so() -> None:
    chip = plain_card()
    chip.nhso = None
    with pytest.raises(AppletAbsentError):
        ThaiIdSession(DirectCard(chip)).read_profile(PROFILES["nhso"])


@pytest.mark.parametrize("at", range(12))
def test_a_reset_at_any_point_is_survived(at: int) -> None:
    card = read_text(DirectCard(plain_card(), reset_at=[at]))
    assert card.address.province == "ขอนแก่น"
    assert card.citizen_number == PEOPLE["mother"].citizen_number


@pytest.mark.parametrize("at", range(12))
def test_removal_at_any_point_is_told(at: int) -> None:
    with pytest.raises(CardRemovedError):
        read_text(DirectCard(plain_card(), remove_at=at))


@pytest.mark.parametrize("at", range(3, 7))
@pytest.mark.parametrize("other", [plain_card("earner"), bank_card()], ids=["another person", "bank card"])
def test_two_cards_never_become_one_person(at: int, other: object) -> None:
    with pytest.raises(CardChangedError):
        read_text(DirectCard(plain_card("mother"), reset_at=[at], swap_for=other))


def test_a_card_that_is_reset_for_ever_is_unreadable() -> None:
    with pytest.raises(CardUnreadableError):
        read_text(DirectCard(plain_card(), reset_at=range(100)))


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        (bank_card(), CardKind.BANK_CARD),
        (passport(), CardKind.PASSPORT),
        (blank_card(), CardKind.BLANK),
        (VirtualCard(b"\x3b\x00"), CardKind.OTHER),
    ],
)
def test_other_cards_are_named(card: VirtualCard, kind: CardKind) -> None:
    with pytest.raises(NotThaiIdError) as caught:
        read_text(DirectCard(card))
    assert (caught.value.atr, caught.value.kind) == (card.atr, kind)
    assert caught.value.kind_words.en in str(caught.value)


@pytest.mark.parametrize(("answer", "kind"), [("6D00", CardKind.BLANK), ("6E00", CardKind.BLANK)])
def test_a_chip_that_knows_no_select_is_blank(answer: str, kind: CardKind) -> None:
    with pytest.raises(NotThaiIdError) as caught:
        read_text(ScriptedCard(lambda _: bytes.fromhex(answer)))
    assert caught.value.kind is kind


def test_a_card_that_leaves_while_it_is_named_was_no_thai_id_all_the_same() -> None:
    with pytest.raises(NotThaiIdError):
        read_text(DirectCard(bank_card(), remove_at=3))


@pytest.mark.parametrize(("raw", "layout"), [(b"0004", "0004"), (b"\x1b[2J", "[2J"), (b"    ", "")])
def test_another_layout_fails_clearly_before_any_field(raw: bytes, layout: str) -> None:
    with pytest.raises(LayoutUnknownError) as caught:
        read_text(DirectCard(with_field(plain_card(), 0, raw)))
    assert caught.value.layout == layout


def test_fields_beyond_the_chip_are_a_typed_error() -> None:
    chip = plain_card()
    chip.memory = (chip.memory or b"")[:0x17B]
    with pytest.raises(CardUnreadableError) as caught:
        read_text(DirectCard(chip))
    assert (caught.value.status, caught.value.offset) == (0x6B00, 0x1579)
    with pytest.raises(CardUnreadableError):
        read_photo(DirectCard(chip))


def test_missing_applets_give_none() -> None:
    chip = plain_card()
    chip.laser_number = chip.production_data = None
    card = read_text(DirectCard(chip))
    assert (card.laser_number, card.chip_serial) == (None, None)


@pytest.mark.parametrize(
    ("offset", "content", "finding"),
    [
        (0x0004, b"2400100789017", Finding.CHECK_DIGIT),
        (0x00D9, b"25000101", Finding.AGE_AGAINST_CATEGORY),
        (0x00D9, b"25750101", Finding.BIRTH),
        (0x00D9, b"25421301", Finding.BIRTH),
        (0x0167, b"25750101", Finding.ISSUED),
        (0x0167, b"20000101", Finding.ISSUED),
        (0x0167, b"        ", Finding.ISSUED),
        (0x016F, b"25600101", Finding.EXPIRES),
        (0x016F, b"2567    ", Finding.EXPIRES),
        (0x0013, b"\xdb\xff", Finding.UNMAPPABLE_TEXT),
        (0x157A, b"\x1b\x07", Finding.UNMAPPABLE_TEXT),
    ],
)
def test_oddities_are_findings_never_refusals(offset: int, content: bytes, finding: Finding) -> None:
    assert finding in read_text(DirectCard(with_field(plain_card(), offset, content)), TODAY).findings


@pytest.mark.parametrize(("offset", "step"), [(0x0004, "citizen_number"), (0x00D9, "birth")])
def test_without_number_or_birth_year_there_is_no_card(offset: int, step: str) -> None:
    with pytest.raises(CardUnreadableError) as caught:
        read_text(DirectCard(with_field(plain_card(), offset, b"\xff" * 8)))
    assert caught.value.step == step


@given(st.binary(max_size=0x17B), st.integers(0, 0x17B))
@settings(max_examples=200, deadline=None)
def test_hostile_bytes_give_a_card_or_a_declared_error(junk: bytes, offset: int) -> None:
    chip = with_field(plain_card(), offset, junk)
    with contextlib.suppress(ReaderError):
        read_text(DirectCard(chip), TODAY).public()


@given(st.binary(min_size=2, max_size=300))
@settings(deadline=None)
def test_hostile_answers_give_a_declared_error(answer: bytes) -> None:
    with contextlib.suppress(ReaderError):
        read_text(ScriptedCard(lambda _: answer))


def test_a_hostile_card_never_puts_its_text_into_an_error() -> None:
    chip = with_field(plain_card(), 0x00D9, b"SECRET!!")
    with pytest.raises(CardUnreadableError) as caught:
        read_text(DirectCard(chip))
    assert "SECRET" not in repr(caught.value) + str(caught.value)
    identity = ThaiIdSession(DirectCard(plain_card())).read_identity()
    assert identity.citizen_number not in repr(identity)
    assert "ปู่ทิพย์" not in repr(identity)


@pytest.mark.parametrize("tail", [b"", b"   ", b"\x20\xff\x00"])
def test_photo_is_cut_at_its_end_marker_and_read_no_further(tail: bytes) -> None:
    picture = TINY_JPEG[:-2] + b"\x55" * 600 + tail + b"\xff\xd9"
    port = DirectCard(plain_card(photo=picture))
    seen: list[float] = []
    assert read_photo(port, seen.append) == picture
    assert len(port.sent) == 1 + 2 * 3
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_photo_can_be_cancelled_between_reads() -> None:
    port = DirectCard(plain_card(photo=TINY_JPEG[:-2] + b"\x55" * 2000 + b"\xff\xd9"))
    with pytest.raises(ReadCancelledError):
        read_photo(port, cancelled=lambda: len(port.sent) > 4)
    assert len(port.sent) == 5


def test_a_picture_without_its_end_is_cut_where_the_chip_says() -> None:
    picture = TINY_JPEG[:-2] + b"\x55" * 300 + b"   "
    assert read_photo(DirectCard(plain_card(photo=picture))) == picture
    for length in (b"\x00\x00", b"  ", b"\x00\x02"):
        with pytest.raises(CardUnreadableError):
            read_photo(DirectCard(with_field(plain_card(photo=picture), 0x0179, length)))


def test_a_space_without_a_jpeg_is_unreadable() -> None:
    with pytest.raises(CardUnreadableError) as caught:
        read_photo(DirectCard(plain_card(photo=b"")))
    assert caught.value.step == "photo"


def test_every_error_has_words_for_both_readers() -> None:
    pending = [ReaderError]
    codes = []
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        codes.append(kind.code)
        assert kind.__name__.endswith("Error")
        assert all((kind.citizen.th, kind.citizen.en, kind.technician.th, kind.technician.en))
    assert len(set(codes)) == len(codes) >= 12

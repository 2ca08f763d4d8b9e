import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.core.jpeg import find_jpeg_end
from reader_drivers.virtual.people import load_people
from reader_drivers.virtual.photo import draw_photo
from tests.support.reader_cards import TINY_JPEG

THUMBNAIL = bytes.fromhex("FFD8FFE00008FFD8FFD90001FFDA0003002020FFD9")


@pytest.mark.parametrize("picture", [TINY_JPEG, THUMBNAIL])
@pytest.mark.parametrize("padding", [b"", b" " * 30, b"\x00" * 30, b"\xff" * 30, b"\xff\xd9" * 4])
def test_the_end_is_the_picture_s_own_marker(picture: bytes, padding: bytes) -> None:
    assert find_jpeg_end(picture + padding) == len(picture)


@pytest.mark.parametrize("picture", [TINY_JPEG, THUMBNAIL])
def test_a_part_has_no_end(picture: bytes) -> None:
    assert all(find_jpeg_end(picture[:length]) is None for length in range(len(picture)))


def test_drawn_photos_fit_the_chip_and_are_the_same_every_time() -> None:
    for person in load_people().values():
        photo = draw_photo(person)
        assert 4000 <= len(photo) <= 5118
        assert find_jpeg_end(photo.ljust(5118)) == len(photo)
        assert draw_photo(person) == photo


@given(st.binary(max_size=300))
@settings(deadline=None)  # two cores may be busy with other work
def test_any_bytes_are_survived(data: bytes) -> None:
    end = find_jpeg_end(b"\xff\xd8" + data)
    assert end is None or (b"\xff\xd8" + data)[:end].endswith(b"\xff\xd9")

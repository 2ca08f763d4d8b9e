"""Where each field lies on a Thai ID card's chip. Source: the card facts, "Select and read"."""

from reader_drivers.core.read_plan import Span

KNOWN_LAYOUT = "0003"

LAYOUT = Span(0x0000, 4)
CITIZEN_NUMBER = Span(0x0004, 13)
NAME_TH = Span(0x0011, 100)
NAME_EN = Span(0x0075, 100)
BIRTH = Span(0x00D9, 8)
SEX = Span(0x00E1, 1)
REQUEST_NUMBER = Span(0x00E2, 20)
ISSUER = Span(0x00F6, 100)
ISSUER_CODE = Span(0x015A, 13)
ISSUED = Span(0x0167, 8)
EXPIRES = Span(0x016F, 8)
CARD_TYPE = Span(0x0177, 2)
PHOTO_LENGTH = Span(0x0179, 2)
PHOTO = Span(0x017B, 5118)
ADDRESS = Span(0x1579, 160)
PHOTO_NUMBER = Span(0x1619, 14)

# 0000-017A without a gap: one plan of two reads.
IDENTITY = (
    LAYOUT,
    CITIZEN_NUMBER,
    NAME_TH,
    NAME_EN,
    BIRTH,
    SEX,
    REQUEST_NUMBER,
    ISSUER,
    ISSUER_CODE,
    ISSUED,
    EXPIRES,
    CARD_TYPE,
    PHOTO_LENGTH,
)
# Who the holder is and how long the card is good: two reads too, and a third fewer bytes.
BRIEF_IDENTITY = tuple(span for span in IDENTITY if span not in {REQUEST_NUMBER, ISSUER, ISSUER_CODE})
REST_OF_TEXT = (ADDRESS, PHOTO_NUMBER)
# Enough to say that a card which came back after a reset is still the same person's.
SAMENESS = Span(0x0000, 17)

"""What a card is that is no Thai ID card: asked of the card itself, by applets whose names are public.

Pure but for the port.
Sources: EMV Book 1 clause 12.2.2 (the payment system environment) and the payment systems' registered application
identifiers; ICAO Doc 9303 part 10 clause 3.1 (the eMRTD application); GlobalPlatform Card Specification 2.3 clause 11.9
(an empty SELECT chooses the card's default application).
"""

from reader_drivers.core.errors import CardKind, ReaderError
from reader_drivers.core.exchange import Exchange

_PAYMENT = (
    b"1PAY.SYS.DDF01",
    bytes.fromhex("A0000000031010"),  # Visa
    bytes.fromhex("A0000000041010"),  # Mastercard
    bytes.fromhex("A0000000651010"),  # JCB
    bytes.fromhex("A000000333010101"),  # UnionPay
)
_PASSPORT = bytes.fromhex("A0000002471001")


def name_card(exchange: Exchange) -> CardKind:
    """Return what the card says it is; a card that fails meanwhile is ``OTHER``, for it was no Thai ID card before."""
    try:
        if any(exchange.select(aid) for aid in _PAYMENT):
            return CardKind.BANK_CARD
        if exchange.select(_PASSPORT):
            return CardKind.PASSPORT
        return CardKind.OTHER if exchange.select(b"") else CardKind.BLANK
    except ReaderError:
        return CardKind.OTHER

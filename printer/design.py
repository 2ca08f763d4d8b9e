"""The slip's type sizes, in dots of a 203 dpi head (8 a millimetre), for the 80 mm slip in standard print."""

from typing import Final

from printer.style import Style, Weight

TITLE: Final = Style(28, Weight.BOLD, 1.36)
TITLE_EN: Final = Style(20, Weight.MEDIUM, 1.3)
AGENCY: Final = Style(23, Weight.SEMI_BOLD, 1.36)
ENGLISH: Final = Style(18, Weight.REGULAR, 1.26)
LABEL: Final = Style(19, Weight.SEMI_BOLD, 1.36)
VALUE: Final = Style(22, Weight.SEMI_BOLD, 1.4)
SERVICE: Final = Style(31, Weight.BOLD, 1.4)
SERVICE_EN: Final = Style(20, Weight.MEDIUM, 1.3)
VERDICT: Final = Style(48, Weight.EXTRA_BOLD, 1.34)
VERDICT_EN: Final = Style(26, Weight.BOLD, 1.3)
AMOUNT: Final = Style(36, Weight.BOLD, 1.4)
AMOUNT_EN: Final = Style(25, Weight.SEMI_BOLD, 1.3)
BODY: Final = Style(24, Weight.MEDIUM, 1.4)
SMALL: Final = Style(20, Weight.REGULAR, 1.36)
SMALL_EN: Final = Style(17, Weight.REGULAR, 1.26)
REFERENCE: Final = Style(34, Weight.BOLD, 1.25)

NARROW_SCALE: Final = 0.88
"""Of print on 58 mm paper: a little smaller, so that words still fit side by side."""
LARGE_SCALE: Final = 1.4
"""Of large print."""

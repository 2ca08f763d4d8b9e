"""A laid-out slip: things at places, in dots from the top left. What layout hands to raster."""

from dataclasses import dataclass
from enum import Enum

from printer.qr import Code
from printer.style import Style


class Mark(Enum):
    """Shapes that tell the answer apart without reading; each is drawn in a square."""

    TICK = "tick"
    DASH = "dash"
    DOTS = "dots"


@dataclass(frozen=True)
class Text:
    """One line of text; ``baseline`` is where its letters stand."""

    x: int
    baseline: int
    text: str
    style: Style
    white: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle: filled black, or outlined ``line`` dots thick, perhaps dashed."""

    x: int
    y: int
    width: int
    height: int
    line: int = 0
    radius: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Symbol:
    """An answer's mark in a square of side ``size``."""

    mark: Mark
    x: int
    y: int
    size: int
    white: bool = False


@dataclass(frozen=True)
class Picture:
    """The QR code, quiet zone included, its top left corner at ``x``, ``y``."""

    code: Code
    x: int
    y: int


@dataclass(frozen=True)
class Panel:
    """A strip across the page whose rows come in equal pairs: large print loses nothing and is sent at half size.

    Attributes:
        y: Top; even.
        height: Even.
        items: At their places on the page.
    """

    y: int
    height: int
    items: tuple[Text | Box | Symbol, ...]


Item = Text | Box | Symbol | Picture | Panel


@dataclass(frozen=True)
class Page:
    """A whole slip.

    Attributes:
        width: Dots across the print head (576 for 80 mm paper, 384 for 58 mm, at 203 dpi).
        height: Dots down.
        items: In drawing order.
    """

    width: int
    height: int
    items: tuple[Item, ...]

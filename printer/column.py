"""The slip as it grows downwards: lines of text, placed one under the other. Pure; measuring is an argument."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from contracts.message import Words
from printer.design import LARGE_SCALE, NARROW_SCALE
from printer.line_break import break_lines
from printer.page import Box, Item, Panel, Symbol, Text
from printer.style import Style

MeasureStyle = Callable[[str, Style], float]
"""Width of a text in a style, in dots."""

MARGIN = 8
WIDE = 496
"""Paper of at least so many dots takes print at its full size."""
BELOW_BASELINE = 0.36
"""Room under the baseline as a share of the size: a vowel below the deepest consonant (ฏู) still fits."""
BETWEEN_LANGUAGES = 14


@dataclass
class Column:
    """A column of text.

    Attributes:
        width: Dots across the head.
        measure: Width of a text in a style; each text is measured once.
        names: What stays on one line where it fits on one.
        large_print: Everything larger.
        items: Placed so far.
        y: Where the next thing goes.
    """

    width: int
    measure: MeasureStyle
    names: tuple[str, ...]
    large_print: bool = False
    items: list[Item] = field(default_factory=list)
    y: int = 0

    def __post_init__(self) -> None:
        known: dict[tuple[str, Style], float] = {}
        really = self.measure

        def once(text: str, style: Style) -> float:
            if (text, style) not in known:
                known[text, style] = really(text, style)
            return known[text, style]

        self.measure = once

    def scaled(self, style: Style) -> Style:
        """Fit a style to the paper's width and the reader's eyes."""
        scale = (LARGE_SCALE if self.large_print else 1.0) * (1.0 if self.width >= WIDE else NARROW_SCALE)
        return replace(style, size=round(style.size * scale))

    def shrunk(self, text: str, style: Style, room: float) -> Style:
        """The largest type, no larger than ``style``, in which a text stays on one line."""
        while self.measure(text, style) > room:
            style = replace(style, size=style.size - 2)
        return style

    def gap(self, dots: int) -> None:
        """Leave paper free."""
        self.y += dots

    def baseline(self, style: Style) -> int:
        """Where the letters of a line at the cursor stand."""
        return self.y + style.line_height - round(style.size * BELOW_BASELINE)

    def put(self, text: str, style: Style, x: int, *, white: bool = False) -> None:
        """Place one line at the cursor without moving it."""
        self.items.append(Text(x, self.baseline(style), text, style, white=white))

    def panel(self, y: int, height: int, items: tuple[Text | Box | Symbol, ...]) -> None:
        """Place large print as a panel; on narrow paper its English would be too small for one."""
        if self.width >= WIDE:
            self.items.append(Panel(y, height, items))
        else:
            self.items.extend(items)

    def left(self, text: str, style: Style, x: int = MARGIN) -> None:
        """Place a paragraph, ranged left."""
        style = self.scaled(style)
        for line in self._lines(text, style, x):
            self.put(line, style, x)
            self.y += style.line_height

    def pair(self, words: Words, thai: Style, english: Style, x: int = MARGIN) -> None:
        """Place both languages: on one line where they fit on one, else the English under the Thai."""
        style, beside = self.scaled(thai), self.scaled(english)
        lines = self._lines(words.th, style, x)
        ends = x + round(self.measure(lines[-1], style)) + BETWEEN_LANGUAGES if lines else x
        for line in lines:
            foot = self.baseline(style)
            self.put(line, style, x)
            self.y += style.line_height
        if lines and ends + self.measure(words.en, beside) <= self.width - MARGIN:
            self.items.append(Text(ends, foot, words.en, beside))
        else:
            self.left(words.en, english, x)

    def _lines(self, text: str, style: Style, x: int) -> list[str]:
        return break_lines(text, self.width - MARGIN - x, lambda piece: self.measure(piece, style), self.names)

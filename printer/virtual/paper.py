"""Paper in a virtual printer: carries out drawing commands and keeps each slip that is cut off. Pure."""

from collections.abc import Iterator

from PIL import Image, ImageChops

from printer.virtual.commands import Command

DOTS_PER_INCH = 203
LINE_ROWS = 30
"""A default text line, one sixth of an inch or so; text itself is not drawn."""
WHITE = 255
_SCALES = {0: (1, 1), 1: (2, 1), 2: (1, 2), 3: (2, 2)}
"""GS v 0's m: times wider, times higher; 48–51 mean the same."""


class Paper:
    """A roll and what is on it.

    Attributes:
        slips: What was cut off, in order; mode ``1``, black burnt.
        width: Dots across.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.slips: list[Image.Image] = []
        self._strips: list[Image.Image] = []
        self._unit = DOTS_PER_INCH

    @property
    def is_clean(self) -> bool:
        """Nothing hangs in the printer since the last cut."""
        return not self._strips

    def strips(self, command: Command) -> Iterator[Image.Image]:
        """Split a raster into strips of a few rows, so that printing can stop in its middle."""
        mode, x_low, x_high, y_low, y_high = command.arguments
        stride, rows = x_low + 256 * x_high, y_low + 256 * y_high
        if not stride or not rows:
            return
        picture = ImageChops.invert(Image.frombytes("1", (stride * 8, rows), command.data))
        wide, high = _SCALES.get(mode % 48, (1, 1))
        picture = picture.resize((picture.width * wide, picture.height * high), Image.Resampling.NEAREST)
        for top in range(0, picture.height, 24):
            yield picture.crop((0, top, picture.width, min(top + 24, picture.height)))

    def burn(self, strip: Image.Image) -> None:
        """Print rows; what is wider than the head falls off."""
        row = Image.new("1", (self.width, strip.height), WHITE)
        row.paste(strip, (0, 0))
        self._strips.append(row)

    def feed(self, rows: int) -> None:
        """Move the paper without printing."""
        if rows > 0:
            self._strips.append(Image.new("1", (self.width, rows), WHITE))

    def cut(self) -> None:
        """Cut off what came out; an empty piece is no slip."""
        if self._strips:
            slip = Image.new("1", (self.width, sum(strip.height for strip in self._strips)), WHITE)
            top = 0
            for strip in self._strips:
                slip.paste(strip, (0, top))
                top += strip.height
            self.slips.append(slip)
        self._strips = []

    def carry_out(self, command: Command) -> None:
        """Do what a command says to the paper; others are none of its business."""
        if command.name == "GS v 0":
            for strip in self.strips(command):
                self.burn(strip)
        elif command.name == "ESC *":
            self._columns(command)
        elif command.name == "ESC J":
            self.feed(round(command.arguments[0] * DOTS_PER_INCH / self._unit))
        elif command.name == "ESC d":
            self.feed(command.arguments[0] * LINE_ROWS)
        elif command.name == "GS V":
            if not self.is_clean and len(command.arguments) > 1:
                self.feed(round(command.arguments[1] * DOTS_PER_INCH / self._unit))
            self.cut()
        elif command.name == "GS P":
            self._unit = command.arguments[1] or DOTS_PER_INCH
        elif command.name == "ESC @":
            self._unit = DOTS_PER_INCH

    def _columns(self, command: Command) -> None:
        """A column picture: each column 8 or 24 dots, top bit first. Single densities are drawn as they come."""
        mode = command.arguments[0]
        deep = 3 if mode in {32, 33} else 1
        columns = [command.data[start : start + deep] for start in range(0, len(command.data), deep)]
        strip = Image.new("1", (max(len(columns), 1), deep * 8), WHITE)
        for x, column in enumerate(columns):
            for y in range(deep * 8):
                if column[y // 8] & (0x80 >> y % 8):
                    strip.putpixel((x, y), 0)
        self.burn(strip)

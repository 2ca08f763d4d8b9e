"""The slip's typeface, Sarabun, loaded only where Thai can be drawn right."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

from printer.errors import DrawingUnavailableError
from printer.style import Style, Weight

RAQM_PACKAGE = "libfribidi0"
"""Pillow's wheels carry raqm but load it only when this Debian package is there; else marks are dropped in silence."""


class Typeface:
    """Sarabun in every size asked for; made by :func:`load_typeface`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._font = lru_cache(maxsize=64)(self._load)

    def _load(self, weight: Weight, size: int) -> ImageFont.FreeTypeFont:
        path = self._folder / f"Sarabun-{weight}.ttf"
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the font of a style."""
        return self._font(style.weight, style.size)

    def width(self, text: str, style: Style) -> float:
        """Width of a text in dots, as it advances; taken at a large size, where hinting does not round it."""
        large = replace(style, size=style.size * 4)
        return self.font(large).getlength(text, language="th") / 4


def load_typeface(has_feature: Callable[[str], bool | None] = features.check) -> Typeface:
    """Find Sarabun and check that complex text layout works.

    Args:
        has_feature: Says whether Pillow has one.

    Raises:
        DrawingUnavailableError: raqm or the font is missing.
    """
    if not has_feature("raqm"):
        raise DrawingUnavailableError("raqm", RAQM_PACKAGE)
    try:
        import fontpkg_sarabun  # noqa: PLC0415  (its absence is one of the answers)
    except ImportError as error:
        raise DrawingUnavailableError("the font Sarabun", None) from error
    folder = Path(fontpkg_sarabun.ROOT) / "files"
    if not all((folder / f"Sarabun-{weight}.ttf").is_file() for weight in Weight):
        raise DrawingUnavailableError("the font Sarabun", None)
    return Typeface(folder)

"""How a text looks. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """Sarabun's cuts that a slip uses."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMI_BOLD = "SemiBold"
    BOLD = "Bold"
    EXTRA_BOLD = "ExtraBold"


@dataclass(frozen=True)
class Style:
    """How a text looks.

    Attributes:
        size: Em size in dots.
        weight: Cut of the face.
        leading: Line height as a share of the size. Thai needs room for two marks above and one below.
    """

    size: int
    weight: Weight = Weight.REGULAR
    leading: float = 1.5

    @property
    def line_height(self) -> int:
        """Height of a line in dots."""
        return round(self.size * self.leading)

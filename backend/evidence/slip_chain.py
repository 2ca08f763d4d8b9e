"""The proof as a picture that needs no explaining: a row of tied pages, one of them the slip's, under seals. Pure."""

from dataclasses import dataclass
from typing import Final

from contracts.slip_proof import LogFinding, LogState

_TONES: Final = {
    LogState.WITNESSED: "good",
    LogState.LOGGED: "good",
    LogState.PROMISED: "doubt",
    LogState.MISSING: "bad",
    LogState.CONTRADICTED: "bad",
}
_MARKS: Final = {"good": "✓", "doubt": "…", "bad": "✕"}
_PAGE_WIDTH: Final = 44
_STEP: Final = 68
_LEFT: Final = 14
_MOST_STAMPS: Final = 3


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page.

    Attributes:
        x: Its left edge.
        label: Below it.
        kind: ``"own"``, ``"other"`` or ``"gap"`` (pages left out).
    """

    x: int
    label: str
    kind: str

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return self.x + _PAGE_WIDTH // 2


@dataclass(frozen=True, slots=True)
class DrawnChain:
    """The picture's parts; its height is the template's.

    Attributes:
        finding: What it shows.
        tone: ``"good"``, ``"doubt"`` or ``"bad"``.
        mark: The same as a sign.
        pages: From left to right.
        stamps: Left edges of the witnesses' stamps.
        entries: The slip's entries, counted from one, as text.
    """

    finding: LogFinding
    tone: str
    mark: str
    pages: tuple[DrawnPage, ...]
    stamps: tuple[int, ...]
    entries: str

    @property
    def own(self) -> DrawnPage:
        """The slip's page."""
        return next(page for page in self.pages if page.kind == "own")

    @property
    def is_sealed(self) -> bool:
        """Whether the slip's page is among those sealed."""
        return self.tone == "good"


def draw_chain(finding: LogFinding) -> DrawnChain:
    """Lay the picture out."""
    tone = _TONES[finding.state]
    entries = _say_entries(finding.places)
    kinds = _choose_pages(finding, entries)
    pages = tuple(DrawnPage(_LEFT + at * _STEP, label, kind) for at, (label, kind) in enumerate(kinds))
    stamps = tuple(range(118, 118 + min(len(finding.cosigners), _MOST_STAMPS) * 66, 66))
    return DrawnChain(finding, tone, _MARKS[tone], pages, stamps, entries)


def _say_entries(places: tuple[int, ...]) -> str:
    first, last = f"{places[0] + 1:,}", f"{places[-1] + 1:,}"
    return first if first == last else f"{first}–{last}"


def _choose_pages(finding: LogFinding, entries: str) -> list[tuple[str, str]]:
    """Choose five pages at most: the first, the slip's, the last, and where others were left out."""
    first, last, size = finding.places[0], finding.places[-1], finding.size
    chosen = []
    if first > 0 and size:
        chosen.append(("1", "other"))
    if first > 1 and size > 1:
        chosen.append(("", "gap"))
    chosen.append((entries, "own"))
    if last < size - 2:
        chosen.append(("", "gap"))
    if last < size - 1:
        chosen.append((f"{size:,}", "other"))
    return chosen

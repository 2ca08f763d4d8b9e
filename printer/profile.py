"""What a model of printer can do, from its address: ``…?profile=TM-T20II``, or option by option."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from printer.errors import PrinterUrlError

WIDTHS = range(320, 841, 16)
"""Dots across that the slip's design is made for, in whole pairs of bytes."""
_YES = {"yes": True, "no": False}


@dataclass(frozen=True)
class Profile:
    """A printer's abilities.

    Attributes:
        width: Dots across the paper: 576 on 80 mm, 384 on 58 mm.
        dpi: Dots an inch down the paper.
        cutter: It has one.
        doubling: It knows GS v 0's m=2 and m=3.
        automatic: It shall tell of changes by itself (GS a).
    """

    width: int = 576
    dpi: int = 203
    cutter: bool = True
    doubling: bool = True
    automatic: bool = False


DEFAULT = Profile()


def find_profile(name: str) -> Profile | None:
    """Return what python-escpos' list of printers says of a model; None when it does not know it, or no raster goes."""
    from escpos.capabilities import CAPABILITIES  # noqa: PLC0415  (it reads the whole list when imported)

    known: dict[str, Any] | None = CAPABILITIES["profiles"].get(name)
    if known is None or not known["features"]["bitImageRaster"]:
        return None
    media, features = known["media"], known["features"]
    width, dpi = media["width"].get("pixels"), media.get("dpi")
    return Profile(
        width=width // 16 * 16 if isinstance(width, int) else DEFAULT.width,
        dpi=dpi if isinstance(dpi, int) else DEFAULT.dpi,
        cutter=bool(features["paperFullCut"] or features["paperPartCut"]),
    )


def split_options(url: str) -> tuple[str, dict[str, str]]:
    """Part an address from its options."""
    address, _, query = url.partition("?")
    return address, dict(parse_qsl(query))


def read_profile(url: str) -> Profile:
    """Read the options ``profile``, ``width``, ``cut``, ``doubling`` and ``asb`` of a printer's address.

    Raises:
        PrinterUrlError: An option has no such value, or no such profile is known.
    """
    _, options = split_options(url)
    profile = find_profile(options["profile"]) if "profile" in options else DEFAULT
    if profile is None:
        raise PrinterUrlError(url, "python-escpos knows no raster printer by the name of this profile")
    for option, field in (("cut", "cutter"), ("doubling", "doubling"), ("asb", "automatic")):
        if option in options:
            if options[option] not in _YES:
                raise PrinterUrlError(url, f"{option} is yes or no")
            profile = replace(profile, **{field: _YES[options[option]]})
    width = options.get("width", str(profile.width))
    if not width.isdecimal() or int(width) not in WIDTHS:
        raise PrinterUrlError(url, f"width is a multiple of 16 from {WIDTHS[0]} to {WIDTHS[-1]}")
    return replace(profile, width=int(width))

"""Reads a slip's code from a picture: a scan, a phone's photograph, a slip kept as PNG."""

from pathlib import Path

import zxingcpp
from PIL import Image

from contracts.slip import TOKEN_PREFIX
from printer.errors import CodeNotFoundError


def find_token(image: Image.Image) -> str | None:
    """Return the text of the first QR code that is a slip's, or None."""
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return next((code.text for code in found if code.text.startswith(TOKEN_PREFIX)), None)


def read_token(path: Path) -> str:
    """Return the token in a picture file.

    Raises:
        CodeNotFoundError: No picture, or no slip's code in it.
    """
    try:
        with Image.open(path) as image:
            token = find_token(image)
    except OSError as error:
        raise CodeNotFoundError(f"cannot open the picture {path}") from error
    if token is None:
        raise CodeNotFoundError(f"no slip's QR code can be read in {path}")
    return token

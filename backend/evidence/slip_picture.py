"""Finds a slip's code in a photograph. The picture is looked at in memory and forgotten."""

import io
from typing import Final

import zxingcpp
from PIL import Image

from backend.evidence.errors import PictureError
from contracts.slip import TOKEN_PREFIX

MAX_PICTURE_BYTES: Final = 12 * 1024 * 1024
"""A telephone's photograph has 3 to 8 MB."""
MAX_PIXELS: Final = 64_000_000
LOOKED_AT_PIXELS: Final = (1600, 1600)
"""Larger shows the code no better, and takes long."""
_KINDS: Final = ("JPEG", "PNG", "WEBP")


def find_token(picture: bytes) -> str | None:
    """Return the text of a slip's QR code in a picture; None when there is none to be read.

    Raises:
        PictureError: No picture of the kinds taken, or too large.
    """
    try:
        with Image.open(io.BytesIO(picture), formats=_KINDS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureError("the picture has too many pixels")
            image.draft("L", LOOKED_AT_PIXELS)
            grey = image.convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("the picture cannot be read") from error
    grey.thumbnail(LOOKED_AT_PIXELS)
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return next((code.text for code in found if code.text.startswith(TOKEN_PREFIX)), None)

"""A file that the browser saves."""

from collections.abc import Iterable

from flask import Response


def offer_file(lines: Iterable[str], kind: str, name: str) -> Response:
    """Answer with a file.

    Args:
        lines: Its text, in parts.
        kind: Its media type.
        name: What it is saved as.
    """
    response = Response(lines, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

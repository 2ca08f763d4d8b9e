"""The language an officer chose, as his session keeps it."""

from typing import Literal

from flask import session


def current_language() -> Literal["th", "en"]:
    """Return the language of the request's session: Thai until English was chosen."""
    return "en" if session.get("language") == "en" else "th"

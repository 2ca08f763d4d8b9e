"""What the public pages have in common: their language, how long they are kept, what a browser lets them do."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from flask import Response, request

from backend.public.words import WORDS

_KEPT_S: Final = 300
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """Says the pages' words in one language."""

    language: str

    def __call__(self, word: str, **values: object) -> str:
        return WORDS[word].in_language(self.language).format(**values)


def asked_language() -> str:
    """Return the language of the address, else the browser's, else Thai."""
    asked = request.args.get("lang", "")
    if asked in {"th", "en"}:
        return asked
    return request.accept_languages.best_match(["th", "en"], "th") or "th"


def kept(response: Response) -> Response:
    """Let everybody keep the answer for minutes, and ask whether it is still the same after that."""
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={_KEPT_S}"
    response.headers["Vary"] = "Accept-Language"
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def harden(response: Response) -> Response:
    """Let a page load nothing but its own."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

"""Is this slip genuine? A page for anybody with a telephone, a signed API for agencies, a list for offline."""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, abort, jsonify, render_template, request
from pydantic import ValidationError
from werkzeug.formparser import FormDataParser

from backend.evidence.errors import PictureError
from backend.evidence.revocations import LISTED_FOR, Revocations
from backend.evidence.slip_chain import draw_chain
from backend.evidence.slip_picture import MAX_PICTURE_BYTES, find_token
from backend.evidence.slip_proofs import SlipProver
from backend.evidence.slip_words import LOG_WORDS, OUTCOMES, PAGE, VERDICT_LOOKS, say_moment
from backend.evidence.slips import SlipSigner
from backend.http.messages import answer_message, read_message
from contracts.message import Words
from contracts.slip_messages import PROOF_PATH, REVOCATIONS_PATH, VERIFY_PATH, RevocationList, SlipQuestion, SlipVerdict
from contracts.slip_verification import Verdict, Verification, parse_keys, verify_token

PAGE_PATH: Final = "/slip"
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SlipDesk:
    """Verifies slips with the centre's own keys and its list of those taken back.

    Args:
        signer: Knows the keys.
        revocations: Slips taken back.
        now: The clock, aware UTC.
    """

    def __init__(self, signer: SlipSigner, revocations: Revocations, now: Callable[[], datetime]) -> None:
        self._keys = parse_keys(signer.key_set())
        self._revocations = revocations
        self._now = now
        self._issuer = signer.issuer

    def verify(self, token: str) -> Verification:
        """Verify one token."""
        return verify_token(token, self._keys, self._now(), self._revocations)

    def judge(self, token: str) -> SlipVerdict:
        """Verify one token, and say why when it was taken back."""
        found = self.verify(token)
        reference = found.claims.reference if found.claims else ""
        revocation = self._revocations.find(reference) if found.verdict is Verdict.REVOKED else None
        return SlipVerdict(verdict=found.verdict, words=found.words, claims=found.claims, revocation=revocation)

    def list_revoked(self) -> RevocationList:
        """List slips taken back that would still be current."""
        now = self._now()
        references = tuple(one.reference for one in self._revocations.list_since(now - LISTED_FOR))
        return RevocationList(issuer=self._issuer, as_of=now, references=references)


def create_blueprint(desk: SlipDesk, prover: SlipProver, services: Mapping[str, Words]) -> Blueprint:
    """Build the routes: the page and its form, the signed API, the public list.

    Args:
        desk: Verifies.
        prover: Proves that the log says the same.
        services: The services' names by id.
    """
    slips = Blueprint(
        "slips", __name__, template_folder="templates", static_folder="static", static_url_path="/slip/static"
    )
    slips.after_request(_harden)

    @slips.get(PAGE_PATH)
    def page() -> str:
        return render_template("slip/page.html", page=PAGE)

    @slips.post(PAGE_PATH)
    def check() -> str:
        found = _find_verification(desk)
        names = {"services": services, "outcomes": OUTCOMES, "moment": say_moment, "log": LOG_WORDS}
        drawn = draw_chain(prover.judge(found.claims)) if found.claims else None
        look = VERDICT_LOOKS[found.verdict]
        return render_template("slip/result.html", page=PAGE, found=found, look=look, drawn=drawn, **names)

    @slips.post(VERIFY_PATH)
    def verify() -> Response:
        return answer_message(desk.judge(read_message(SlipQuestion).token))

    @slips.post(PROOF_PATH)
    def prove() -> Response:
        claims = desk.verify(read_message(SlipQuestion).token).claims
        if claims is None:  # nothing is said to who has no slip of this centre
            abort(404)
        return answer_message(prover.prove(claims))

    @slips.get(REVOCATIONS_PATH)
    def revocations() -> Response:
        response = jsonify(desk.list_revoked().model_dump(mode="json"))
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    return slips


def _find_verification(desk: SlipDesk) -> Verification:
    """Verify what the form brought: the code's text, read by the telephone itself, or a photograph.

    The form is read here, because the framework would put a photograph into a temporary file.
    """
    parser = FormDataParser(stream_factory=_in_memory, max_content_length=MAX_PICTURE_BYTES)
    _, form, files = parser.parse_from_environ(request.environ)
    try:
        token = SlipQuestion(token=form.get("token", "").strip()).token
        picture = files.get("picture")
        if not token and picture is not None:
            token = find_token(picture.read()) or ""
    except (PictureError, ValidationError):
        token = ""
    return desk.verify(token)


def _in_memory(
    total_content_length: int | None,  # noqa: ARG001  (werkzeug's stream factory: it names its arguments)
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> io.BytesIO:
    return io.BytesIO()


def _harden(response: Response) -> Response:
    if request.path.startswith(PAGE_PATH):
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Permissions-Policy"] = "camera=(self)"
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "slips.static":
            response.headers["Cache-Control"] = "no-store"
    return response

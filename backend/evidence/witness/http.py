"""The witness over HTTP (C2SP tlog-witness). It asks nobody who he is: the log's own signature is what counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from flask import Flask, Response, request

from backend.evidence.witness.judgement import Refusal, Refused, parse_submission
from backend.evidence.witness.record import Witness
from contracts.signed_note import CheckpointError

MOST_BYTES: Final = 64 * 1024
_log = structlog.get_logger(__name__)
_STATUS: Final = {
    Refusal.FORM: 400,
    Refusal.ORIGIN_UNKNOWN: 404,
    Refusal.SIGNATURE: 403,
    Refusal.OLD_SIZE_TOO_LARGE: 400,
    Refusal.OLD_SIZE_STALE: 409,
    Refusal.OTHER_ROOT: 409,
    Refusal.INCONSISTENT: 422,
}
"""As tlog-witness demands, "add-checkpoint"."""


def create_witness_app(witness: Witness, verifier_key: str, now: Callable[[], datetime]) -> Flask:
    """Build the witness's application.

    Args:
        witness: Who decides.
        verifier_key: The witness's own, for whoever wants to configure it.
        now: The clock, aware UTC.
    """
    app = Flask("backend.evidence.witness", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

    @app.post("/add-checkpoint")
    def add_checkpoint() -> Response:
        try:
            submitted = parse_submission(request.get_data().decode("utf-8"))
        except (CheckpointError, UnicodeDecodeError):
            return _refused(Refused(Refusal.FORM))
        answer = witness.add_checkpoint(submitted, now())
        if isinstance(answer, Refused):
            if answer.reason.shows_misbehaviour:
                _log.error("log_misbehaves", reason=answer.reason.value)
            return _refused(answer)
        return Response(answer.line(), mimetype="text/plain")

    @app.get("/verifier-key")
    def show_key() -> Response:
        return Response(verifier_key + "\n", mimetype="text/plain")

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return app


def _refused(refused: Refused) -> Response:
    status = _STATUS[refused.reason]
    if status == 409:
        return Response(f"{refused.known_size}\n", status, content_type="text/x.tlog.size")
    return Response(f"{refused.reason.value}\n", status, mimetype="text/plain")

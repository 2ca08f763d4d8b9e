"""Health: ``/healthz`` says the process lives, ``/readyz`` says it can do its work and, if not, what is missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, jsonify

log = structlog.get_logger()
_NOT_READY = 503


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One thing that must hold before requests are welcome.

    Attributes:
        name: Stable name, shown by ``/readyz``.
        passes: Returns whether it holds; may raise, which counts as no.
    """

    name: str
    passes: Callable[[], bool]


def create_blueprint(checks: Sequence[ReadinessCheck]) -> Blueprint:
    """Build the two routes."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        results = {check.name: _holds(check) for check in checks}
        ready = all(results.values())
        words = {name: "ok" if held else "failed" for name, held in results.items()}
        return jsonify(status="ok" if ready else "not_ready", checks=words), 200 if ready else _NOT_READY

    return blueprint


def _holds(check: ReadinessCheck) -> bool:
    try:
        return check.passes()
    except Exception as error:  # noqa: BLE001  (whatever breaks a check, the answer is "not ready")
        log.warning("readiness_check_failed", check=check.name, error=type(error).__name__)
        return False

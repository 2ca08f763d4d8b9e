"""Walks every route of a centre: each is public by a decision written down here, or asks who is there."""

import re

from flask import Flask

from backend.console.access import PUBLIC_ENDPOINTS
from contracts.fleet import ENROL_PATH

PUBLIC = {
    "health.healthz",
    "health.readyz",
    "metrics.metrics",
    "openapi.openapi",
    "security.login",
    "evidence.checkpoint",
    "evidence.newest_checkpoint",
    "evidence.log_keys",
    "evidence.tile",
    "evidence.inclusion",
    "evidence.consistency",
    "evidence.keys",
    "slips.page",
    "slips.check",
    "slips.prove",
    "slips.static",
    "slips.revocations",
    "agency_questions.token",
    "public.list_services",
    "public.page",
    "public.docs",
    "public.static",
    "statistics.read",
    "statistics.days",
    "statistics.by_province",
    "statistics.page",
} | PUBLIC_ENDPOINTS


def assert_every_route_asks(app: Flask) -> None:
    """Call each route that is not public as a stranger would, and expect to be refused."""
    asked = 0
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in PUBLIC:
                _assert_asks(app, method, re.sub(r"<(?:\w+:)?\w+>", "sample", rule.rule))
                asked += 1
    assert asked >= 5


def _assert_asks(app: Flask, method: str, path: str) -> None:
    response = app.test_client().open(path, method=method)
    if path.startswith("/v1/device/"):
        # An enrolment brings its own key: it is refused for what it lacks, any other for its missing signature.
        wanted = "unsupported_media" if path == ENROL_PATH else "signature_missing"
        assert response.get_json()["code"] == wanted, path
    elif path.startswith(("/api/v1/agency/", "/api/v1/admin/")):
        assert response.get_json()["code"] == "token_missing", path
        assert response.headers["WWW-Authenticate"] == "Bearer", path
    else:
        assert path.startswith("/console"), path
        to_login = response.status_code == 302 and "/console/login" in response.headers["Location"]
        assert to_login or response.get_json()["code"] == "bad_request", path  # a form without its token

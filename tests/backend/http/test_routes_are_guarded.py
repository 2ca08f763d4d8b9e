"""Walks every route: it is public by a decision written down here, or it asks who is there."""

import pytest

from backend.console.views import PUBLIC_ENDPOINTS
from contracts.fleet import ENROL_PATH

PUBLIC = {
    "health.healthz",
    "health.readyz",
    "metrics.metrics",
    "openapi.openapi",
    "security.login",
    "evidence.checkpoint",
    "evidence.tile",
    "evidence.inclusion",
    "evidence.consistency",
    "evidence.keys",
} | PUBLIC_ENDPOINTS
SAMPLES = {"filename": "console.css", "name": "Sarabun-Bold", "language": "th", "path": "0/000"}


def routes(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_every_route_asks_who_is_there(centre):
    asked = 0
    for rule, method in routes(centre.app):
        if rule.endpoint in PUBLIC:
            continue
        asked += 1
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", SAMPLES[name]).replace(f"<path:{name}>", SAMPLES[name])
        response = centre.client().open(path, method=method)
        if path.startswith("/v1/device/"):
            wanted = "unsupported_media" if path == ENROL_PATH else "signature_missing"
            assert response.get_json()["code"] == wanted, rule
        else:
            assert path.startswith("/console"), rule
            refused = response.status_code == 302 and "/console/login" in response.headers["Location"]
            assert refused or response.get_json()["code"] == "bad_request", rule  # a form without its token
    assert asked >= 4


def test_the_public_list_names_routes_that_exist(centre):
    endpoints = {rule.endpoint for rule, _ in routes(centre.app)}
    assert {name for name in PUBLIC if not name.startswith("evidence.")} <= endpoints


@pytest.mark.parametrize("endpoint", sorted(PUBLIC_ENDPOINTS))
def test_public_console_routes_say_nothing_of_the_fleet(centre, endpoint):
    device = centre.enrol()
    paths = {"console.static": "/console/static/console.js", "console.font": "/console/fonts/Sarabun-Bold.ttf"}
    body = centre.client().get(paths.get(endpoint, "/console/language/th")).data
    assert device.reply.device_id.encode() not in body

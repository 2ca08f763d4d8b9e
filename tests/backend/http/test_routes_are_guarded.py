import pytest
from flask import Flask

from backend.console.access import PUBLIC_ENDPOINTS
from tests.support.centre_routes import PUBLIC, assert_every_route_asks


def test_every_route_asks_who_is_there(centre):
    assert_every_route_asks(centre.app)


def test_the_walk_finds_an_open_route(centre):
    fresh = Flask("open")
    fresh.add_url_rule("/console/leak", view_func=lambda: {"code": "leak"})
    with pytest.raises(AssertionError):
        assert_every_route_asks(fresh)


def test_the_public_list_names_routes_that_exist(centre):
    endpoints = {rule.endpoint for rule in centre.app.url_map.iter_rules()}
    assert {
        name for name in PUBLIC if not name.startswith(("evidence.", "slips.", "agency_", "public.", "statistics."))
    } <= endpoints


@pytest.mark.parametrize("endpoint", sorted(PUBLIC_ENDPOINTS))
def test_public_console_routes_say_nothing_of_the_fleet(centre, endpoint):
    device = centre.enrol()
    paths = {"console.static": "/console/static/console.js", "console.font": "/console/fonts/Sarabun-Bold.ttf"}
    with centre.client().get(paths.get(endpoint, "/console/language/th")) as response:
        assert device.reply.device_id.encode() not in response.data

"""Schemathesis against the running centre: whatever comes in, no 5xx, and no answer without showing who asks.

It knows what ``/openapi.json`` says and nothing else. The seed is fixed and the examples few: a net, not a search.
"""

import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.clients.register import ADMINISTER
from backend.linkage.file import DEFAULT_DIRECTORY
from contracts.signature import NONCE_BYTES
from kiosk.uplink.signing import sign_request
from tests.support.agency_api import TOWN
from tests.support.agency_running import running_centre
from tests.support.agency_servers import build_small_stores, running_agency

EXAMPLES = int(os.environ.get("BAIDIAO_TEST_FUZZ_EXAMPLES", "12"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

CONFORMANCE = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The centre, and the registry: some questions cannot be answered at all while nobody confirms a card."""
    folder = tmp_path_factory.mktemp("centre")
    build_small_stores(folder)
    directory = json.loads(DEFAULT_DIRECTORY.read_text("utf-8"))
    with running_agency("civil_registry", folder) as registry:
        next(one for one in directory["agencies"] if one["id"] == "civil_registry")["base_url"] = registry
        file = folder / "agencies.json"
        file.write_text(json.dumps(directory), "utf-8")
        with running_centre(folder, AGENCIES_FILE=str(file)) as running:
            yield running


class Signed(requests.auth.AuthBase):
    """Signs with an enrolled device's key, as the last thing before sending."""

    def __init__(self, device):
        self._device = device

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        nonce = urlsafe_b64encode(secrets.token_bytes(NONCE_BYTES)).rstrip(b"=").decode()
        now = int(time.time())
        signed = sign_request(request.method, request.url, body, self._device.key, self._device.key_id, now, nonce)
        request.headers.update(signed)
        return request


def operations(url):
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    for result in schema.get_all_operations():
        yield result.ok()


def tag_of(operation):
    return operation.definition.raw["tags"][0]


def fire(operation, send, checks):
    ways = [operation.as_strategy()]
    if operation.body or operation.query or operation.path_parameters:
        ways.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))  # not as the document wants it

    @BOUNDED
    @given(case=st.one_of(ways))
    def shoot(case):
        response = send(case)
        case.validate_response(response, checks=checks)

    shoot()


def test_nothing_that_comes_in_breaks_it(running):
    whole, url = running
    device = whole.centre.enrol()
    administrator = whole.register.add(TOWN, "admin", datetime.now(UTC), scopes=(ADMINISTER,), person="o@c.example")
    tokens = {"agency": whole.token, "admin": whole.ask_token(*administrator).get_json()["access_token"]}
    fired = set()
    with requests.Session() as session:
        for operation in operations(url):
            tag = tag_of(operation)
            bearer = {"Authorization": f"Bearer {tokens[tag]}"} if tag in tokens else {}
            auth = Signed(device) if tag == "device" else None
            fire(
                operation,
                lambda case, bearer=bearer, auth=auth: case.call(
                    base_url=url, session=session, headers=bearer, auth=auth, timeout=20
                ),
                [not_a_server_error, *CONFORMANCE],
            )
            fired.add(tag)
    assert fired >= {"agency", "device", "public"}


def test_nobody_is_answered_without_showing_who_he_is(running):
    _, url = running
    asked = 0
    refused = {400, 401, 403, 404, 405, 413, 415}
    with requests.Session() as session:

        def send(case):
            nonlocal asked
            response = case.call(base_url=url, session=session, timeout=20)
            asked += 1
            assert response.status_code in refused, (case.operation.label, response.status_code)
            return response

        for operation in operations(url):
            if tag_of(operation) != "public":
                fire(operation, send, [not_a_server_error])
    assert asked >= 12 * 5

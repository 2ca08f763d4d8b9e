"""Enrols a device: its key is made here, shown to the centre with a claim code, and the centre's answer is kept.

The centre's keys are fetched before the claim code is spent. When the answer is lost, the next try shows the same key
again, so that the centre can give the same answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import ValidationError

from contracts.fleet import ENROL_PATH, KEYS_PATH, EnrolReply, EnrolRequest
from contracts.problems import Problem
from kiosk.agent.identity import (
    EnrolmentRecord,
    commit_enrolment,
    create_pending_key,
    encode_public_key,
    key_thumbprint,
)
from kiosk.uplink.signing import sign_request
from provisioning.errors import CentreUnreachableError, EnrolmentRefusedError, NotACentreError


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: status and body."""

    status: int
    body: bytes


class CentreDoor(Protocol):
    """The centre's HTTP interface, as far as enrolment needs it."""

    def get(self, url: str) -> HttpAnswer:
        """Fetch ``url``.

        Raises:
            CentreUnreachableError: No answer came.
        """
        ...

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send ``body`` to ``url``.

        Raises:
            CentreUnreachableError: No answer came.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the device says of itself.

    Attributes:
        serial: Serial number, at most 64 characters.
        model: What hardware it is, at most 80 characters.
        software_version: Version of this software.
    """

    serial: str
    model: str
    software_version: str


def parse_centre_url(text: str) -> str:
    """Return the centre's origin, ``scheme://host[:port]``.

    Raises:
        ValueError: Not http or https, no host, or more than an origin.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("the centre's address looks like https://centre.example")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("the centre's address ends after host and port")
    return f"{parts.scheme}://{parts.netloc}"


def enrol(
    state_dir: Path, centre_url: str, claim_code: str, facts: DeviceFacts, door: CentreDoor, created: int, nonce: str
) -> EnrolmentRecord:
    """Enrol the device, whether it was enrolled before or not; the old identity stays until the new one is whole.

    Args:
        state_dir: Where the identity is kept.
        centre_url: The centre's origin, see ``parse_centre_url``.
        claim_code: One-time code from the centre.
        facts: What the device says of itself.
        door: The way to the centre.
        created: Now, seconds since the epoch.
        nonce: Fresh, see ``contracts.signature.NONCE_BYTES``.

    Returns:
        What is now in ``device.json``.

    Raises:
        CentreUnreachableError: Try again later.
        EnrolmentRefusedError: The centre says no.
        NotACentreError: The answer makes no sense.
        kiosk.agent.identity.IdentityError: The state directory cannot be used.
    """
    centre_keys = _fetch_keys(door, centre_url)
    key = create_pending_key(state_dir)
    request = EnrolRequest(
        claim_code=claim_code,
        public_key=encode_public_key(key.public_key()),
        serial=facts.serial[:64],
        model=facts.model[:80],
        software_version=facts.software_version[:40],
    )
    key_id = key_thumbprint(key.public_key())
    url, body = centre_url + ENROL_PATH, request.model_dump_json().encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    signed = sign_request("POST", url, body, key, key_id, created, nonce)
    reply = _parse_reply(door.post(url, body, {**headers, **signed}))
    record = EnrolmentRecord(**reply.model_dump(), centre_url=centre_url, key_id=key_id)
    commit_enrolment(state_dir, record, key, centre_keys)
    return record


def _fetch_keys(door: CentreDoor, centre_url: str) -> bytes:
    answer = door.get(centre_url + KEYS_PATH)
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    try:
        keys = json.loads(answer.body)
    except ValueError:
        raise NotACentreError("its keys are not JSON") from None
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list) or not keys["keys"]:
        raise NotACentreError("it shows no keys")
    return answer.body


def _parse_reply(answer: HttpAnswer) -> EnrolReply:
    if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        raise _refusal(answer)
    try:
        return EnrolReply.model_validate_json(answer.body)
    except ValidationError:
        raise NotACentreError("its answer to the enrolment is not as agreed") from None


def _refusal(answer: HttpAnswer) -> CentreUnreachableError | EnrolmentRefusedError | NotACentreError:
    try:
        problem = Problem.model_validate_json(answer.body)
    except ValidationError:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return CentreUnreachableError("unavailable")
        return NotACentreError(f"status {answer.status} without a problem document")
    if problem.retryable:
        return CentreUnreachableError("unavailable")
    return EnrolmentRefusedError(problem.code, problem.detail or problem.title)

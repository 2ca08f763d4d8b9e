"""What devices tell the fleet: ``POST /v1/device/enrolments`` and ``POST /v1/device/heartbeats``."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import Blueprint, Response

from backend.fleet.errors import ClaimError, KeyTakenError
from backend.fleet.service import FleetService
from backend.http.device_gate import DeviceGate
from backend.http.device_identity import current_device
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError
from contracts.fleet import ENROL_PATH, HEARTBEAT_PATH, EnrolRequest, Heartbeat, HeartbeatReply
from contracts.problems import ProblemCode

_CLAIM_PROBLEMS: Final = {
    "unknown": ProblemCode.CLAIM_UNKNOWN,
    "used": ProblemCode.CLAIM_USED,
    "expired": ProblemCode.CLAIM_EXPIRED,
}
_CREATED: Final = 201


def create_blueprint(fleet: FleetService, gate: DeviceGate, now: Callable[[], datetime]) -> Blueprint:
    """Build the two routes."""
    blueprint = Blueprint("device_fleet", __name__)

    @blueprint.post(ENROL_PATH)
    def enrol() -> Response:
        wanted = read_message(EnrolRequest)
        gate.prove_possession(wanted.public_key)
        try:
            return answer_message(fleet.enrol(wanted, now()), _CREATED)
        except ClaimError as error:
            raise ProblemError(_CLAIM_PROBLEMS[error.reason]) from error
        except KeyTakenError as error:
            raise ProblemError(ProblemCode.CLAIM_USED, "the key is enrolled already: make a new one") from error

    @blueprint.post(HEARTBEAT_PATH)
    def heartbeat() -> Response:
        received_at = now()
        fleet.record_heartbeat(current_device().device_id, read_message(Heartbeat), received_at)
        reply = HeartbeatReply(server_time=received_at, heartbeat_interval_s=fleet.heartbeat_interval_s)
        return answer_message(reply)

    return blueprint

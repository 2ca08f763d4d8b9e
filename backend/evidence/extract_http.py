"""Where an agency's device gives notice of a paper extract: ``POST /v1/device/extracts``."""

from flask import Blueprint, Response

from backend.evidence.errors import PaperNotWantedError
from backend.evidence.extracts import ExtractRegister
from backend.http.device_identity import current_device
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError
from contracts.extract import EXTRACT_PATH, ExtractNotice
from contracts.problems import ProblemCode

_CREATED = 201


def create_blueprint(register: ExtractRegister) -> Blueprint:
    """Build the route."""
    extracts = Blueprint("extracts", __name__)

    @extracts.post(EXTRACT_PATH)
    def give_notice() -> Response:
        device, notice = current_device(), read_message(ExtractNotice)
        try:
            receipt = register.register(notice, device.device_id, device.agency_id, device.agency)
        except PaperNotWantedError as error:
            raise ProblemError(ProblemCode.MANDATE_MISSING, "no law wants paper for this service") from error
        return answer_message(receipt, _CREATED)

    return extracts

"""Where an agency's device asks for an extract from the source: ``POST /v1/device/extracts/source``."""

from flask import Blueprint, Response

from backend.decisions.errors import QuestionRefusedError
from backend.decisions.extracts import ExtractService
from backend.http.device_identity import current_device
from backend.http.messages import answer_message, read_message
from backend.http.refusals import refuse_question
from contracts.extract import SOURCE_EXTRACT_PATH, ExtractQuestion

_CREATED = 201


def create_blueprint(service: ExtractService) -> Blueprint:
    """Build the route."""
    blueprint = Blueprint("source_extracts", __name__)

    @blueprint.post(SOURCE_EXTRACT_PATH)
    def make() -> Response:
        device, question = current_device(), read_message(ExtractQuestion)
        try:
            return answer_message(service.make(device, question), _CREATED)
        except QuestionRefusedError as error:
            raise refuse_question(error) from error

    return blueprint

"""What agencies' own systems ask: a token, the services they may ask for, one decision."""

from flask import Blueprint, Response, request

from backend.clients.oauth import TokenEndpoint
from backend.decisions.errors import QuestionRefusedError
from backend.decisions.service import DecisionService
from backend.http.agency_gate import current_client
from backend.http.device_questions import MAX_QUESTION_BYTES
from backend.http.idempotency import request_identifier
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError
from backend.http.rate_guard import RateGuard
from backend.http.refusals import refuse_question
from contracts.agency import AGENCY_SERVICES_PATH, DECISIONS_PATH, TOKEN_PATH, AgencyAnswer, AgencyQuestion
from contracts.decision import Question, Subject
from contracts.problems import ProblemCode


def create_blueprint(service: DecisionService, tokens: TokenEndpoint, guard: RateGuard) -> Blueprint:
    """Build the routes."""
    blueprint = Blueprint("agency_questions", __name__)
    blueprint.record_once(lambda state: tokens.install(state.app))

    @blueprint.post(TOKEN_PATH)
    def token() -> Response:
        guard.admit(f"token:{request.remote_addr}", guard.stranger)
        return tokens.answer()

    @blueprint.get(AGENCY_SERVICES_PATH)
    def services() -> Response:
        return answer_message(service.services(current_client().agency_id))

    @blueprint.post(DECISIONS_PATH)
    def decide() -> Response:
        client, body = current_client(), request.get_data()
        if len(body) > MAX_QUESTION_BYTES:
            raise ProblemError(ProblemCode.TOO_LARGE, f"a question has at most {MAX_QUESTION_BYTES} bytes")
        asked = read_message(AgencyQuestion)
        identifier = request_identifier(client.device_id)
        question = Question(
            question_id=identifier,
            visit_id=identifier,
            services=asked.services,
            purpose=asked.purpose,
            subject=Subject(**dict(asked.subject)),
            officer=asked.officer,
        )
        try:
            answer = service.ask(client, question, body)
        except QuestionRefusedError as error:
            raise refuse_question(error) from error
        return answer_message(AgencyAnswer.of(answer))

    return blueprint

"""Many questions at once: taken with 202, asked in the background, polled, paged, cancelled."""

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from backend.bulk.desk import BulkDesk
from backend.bulk.errors import JobConflictError, JobUnknownError, TooManyJobsError
from backend.decisions.service import DecisionService
from backend.http.agency_gate import current_client
from backend.http.idempotency import request_identifier
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError, answer_problem
from contracts.agency import BULK_PATH, MAX_BULK_BYTES, BulkJob, BulkJobList, BulkRequest, BulkState
from contracts.problems import ProblemCode

PAGE_DEFAULT: Final = 100
PAGE_MOST: Final = 1000
_ACCEPTED: Final = 202
_POLL_AGAIN_S: Final = 1


def create_blueprint(desk: BulkDesk, service: DecisionService) -> Blueprint:
    """Build the routes."""
    blueprint = Blueprint("agency_bulk", __name__)
    blueprint.register_error_handler(JobUnknownError, _unknown)

    @blueprint.post(BULK_PATH)
    def submit() -> Response:
        request.max_content_length = MAX_BULK_BYTES
        client, asked = current_client(), read_message(BulkRequest)
        offered = {one.id for one in service.services(client.agency_id).services}
        for wanted in asked.services:
            if wanted not in offered:
                raise ProblemError(ProblemCode.MANDATE_MISSING, f"{wanted}: not among this agency's services")
        identifier = str(request_identifier(client.device_id))
        try:
            job = desk.submit(client.device_id, client.agency_id, identifier, asked, request.get_data())
        except JobConflictError as error:
            raise ProblemError(ProblemCode.IDEMPOTENCY_CONFLICT) from error
        except TooManyJobsError as error:
            raise ProblemError(ProblemCode.RATE_LIMITED, str(error), 60) from error
        return _answer_job(job, _ACCEPTED)

    @blueprint.get(BULK_PATH)
    def list_jobs() -> Response:
        return answer_message(BulkJobList(jobs=desk.list_newest(current_client().device_id)))

    @blueprint.get(f"{BULK_PATH}/<job_id>")
    def find(job_id: str) -> Response:
        return _answer_job(desk.find(current_client().device_id, _identifier(job_id)))

    @blueprint.get(f"{BULK_PATH}/<job_id>/results")
    def results(job_id: str) -> Response:
        after = _number("cursor", 0, 0, 10**9)
        limit = _number("limit", PAGE_DEFAULT, 1, PAGE_MOST)
        return answer_message(desk.page(current_client().device_id, _identifier(job_id), after, limit))

    @blueprint.delete(f"{BULK_PATH}/<job_id>")
    def cancel(job_id: str) -> Response:
        return _answer_job(desk.cancel(current_client().device_id, _identifier(job_id)))

    return blueprint


def _answer_job(job: BulkJob, status: int = 200) -> Response:
    response = answer_message(job, status)
    response.headers["Location"] = f"{BULK_PATH}/{job.id}"
    if job.state in {BulkState.WAITING, BulkState.RUNNING}:
        response.headers["Retry-After"] = str(_POLL_AGAIN_S)
    return response


def _identifier(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise JobUnknownError from error


def _number(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
        raise ProblemError(ProblemCode.BAD_REQUEST, f"{name}: a whole number from {low} to {high}")
    return int(text)


def _unknown(_error: JobUnknownError) -> Response:
    return answer_problem(ProblemCode.NOT_FOUND, "this client has no such batch")

"""Messages in and out of HTTP bodies."""

from typing import TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError

from backend.http.problems import ProblemError, refuse_body
from contracts.problems import ProblemCode

Body = TypeVar("Body", bound=BaseModel)


def read_message(kind: type[Body]) -> Body:
    """Read the request's JSON body as a message.

    Raises:
        ProblemError: ``unsupported_media`` when it does not call itself JSON, ``bad_request`` when it does not fit.
    """
    if request.mimetype != "application/json":
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA, "send application/json")
    try:
        return kind.model_validate_json(request.get_data())
    except ValidationError as error:
        refuse_body(error)


def answer_message(message: BaseModel, status: int = 200) -> Response:
    """Answer with a message as JSON that nobody may store on the way."""
    response = Response(message.model_dump_json(), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response

"""A question that was refused, as a problem document's error: what the doors to questions share."""

from backend.decisions.errors import QuestionRefusedError
from backend.http.problems import ProblemError


def refuse_question(error: QuestionRefusedError) -> ProblemError:
    """Return the error that tells the caller all that the refusal says."""
    return ProblemError(error.code, error.detail, error.retry_after_s, rule=error.rule, words=error.words)

"""Why a question gets no answer. One root for the room."""

from contracts.problems import ProblemCode


class DecisionError(Exception):
    """Root of the room's errors."""


class QuestionRefusedError(DecisionError):
    """The question cannot be answered as asked.

    Attributes:
        code: The stable problem code that the caller is told.
        detail: What to do, for whoever runs the caller. Never citizen data.
    """

    def __init__(self, code: ProblemCode, detail: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail


class AnsweredAlreadyError(DecisionError):
    """Another process stored an answer to the same question first; this one must not be appended."""

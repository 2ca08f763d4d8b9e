"""Why a question gets no answer. One root for the room."""

from contracts.message import Words
from contracts.problems import ProblemCode


class DecisionError(Exception):
    """Root of the room's errors."""


class QuestionRefusedError(DecisionError):
    """The question cannot be answered as asked.

    Attributes:
        code: The stable problem code that the caller is told.
        detail: What to do, for whoever runs the caller. Never citizen data.
        rule: Which of the mandates' rules refused; empty when none of them did.
        words: The same in words.
        retry_after_s: When asking again may help, seconds; None when unknown.
    """

    def __init__(
        self,
        code: ProblemCode,
        detail: str = "",
        *,
        rule: str = "",
        words: Words | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.rule = rule
        self.words = words
        self.retry_after_s = retry_after_s

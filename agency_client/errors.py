"""What can go wrong when an agency's system asks. One root; ``retryable`` says whether to try again."""

from typing import Final

from contracts.problems import Problem

_TOO_MANY: Final = 429
"""Of RFC 6585: a proxy before the centre may have limits of its own."""


class AgencyClientError(Exception):
    """Root of the client's errors.

    Attributes:
        retryable: Whether the same request may succeed later.
    """

    retryable = False


class CentreUnreachableError(AgencyClientError):
    """The centre could not be reached, or the line failed: whether it did what was asked is not known.

    With an idempotency key the request may be sent again.
    """

    retryable = True


class SignInError(AgencyClientError):
    """The centre gives this client no token: a wrong secret or key, or the client is revoked.

    Attributes:
        reason: OAuth's error code (RFC 6749 section 5.2).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the centre gives no token: {reason}")
        self.reason = reason


class RefusedError(AgencyClientError):
    """The centre refused, and says why.

    Attributes:
        problem: The problem document.
        retry_after_s: When to come again, seconds, or None.
    """

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        said = f"{problem.title} ({problem.code.value}){': ' + problem.detail if problem.detail else ''}"
        words = f"\n  {problem.words.th}\n  {problem.words.en}" if problem.words else ""
        super().__init__(said + words)
        self.problem = problem
        self.retryable = problem.retryable
        self.retry_after_s = retry_after_s


class UnexpectedAnswerError(AgencyClientError):
    """The answer is not one of the centre's: something else answers at this address.

    Attributes:
        status: Its HTTP status.
        retry_after_s: When to come again, seconds, or None.
    """

    def __init__(self, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(f"not an answer of the centre (status {status})")
        self.status = status
        self.retry_after_s = retry_after_s
        self.retryable = status >= 500 or status == _TOO_MANY

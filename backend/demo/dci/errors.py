"""Why a DCI registry refuses a message, or one search in it. Nothing here repeats what was asked."""

from backend.demo.errors import DemoAgencyError


class RefusedError(DemoAgencyError):
    """A whole message is refused.

    Attributes:
        status: HTTP status.
        code: One of the standard's ``err.…`` codes.
        explanation: For the caller's programmer.
    """

    def __init__(self, status: int, code: str, explanation: str) -> None:
        super().__init__(f"{code}: {explanation}")
        self.status = status
        self.code = code
        self.explanation = explanation


class RejectedError(DemoAgencyError):
    """One request of a message is rejected; the others are answered.

    Attributes:
        code: One of the standard's ``rjct.…`` codes.
        explanation: For the caller's programmer.
    """

    def __init__(self, code: str, explanation: str) -> None:
        super().__init__(f"{code}: {explanation}")
        self.code = code
        self.explanation = explanation

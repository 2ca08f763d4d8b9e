"""What can go wrong while a device is made ready."""


class ProvisioningError(Exception):
    """Root of this room's errors."""


class CentreUnreachableError(ProvisioningError):
    """The centre did not answer, or could not for the moment: the same again may succeed later.

    Attributes:
        cause: ``"connection"``, ``"timeout"``, ``"tls"`` or ``"unavailable"``.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"the centre cannot be reached: {cause}")
        self.cause = cause


class EnrolmentRefusedError(ProvisioningError):
    """The centre refused, for good.

    Attributes:
        code: The problem's stable code, e.g. ``claim_expired``.
        detail: What to do, in the centre's words.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"the centre refused: {code}" + (f": {detail}" if detail else ""))
        self.code = code
        self.detail = detail


class NotACentreError(ProvisioningError):
    """Something answered, but not as a centre does.

    Attributes:
        problem: What was odd, without the answer's content.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"this is not a centre's answer: {problem}")
        self.problem = problem

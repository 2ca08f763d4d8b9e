"""What can be wrong with the linkage room itself. An agency's fault never raises: it is a ``NotKnown``."""


class LinkageError(Exception):
    """Root of this room's errors."""


class DirectoryError(LinkageError):
    """The agency directory cannot be used.

    Attributes:
        source: The file's path, as given.
        problems: Each thing that is wrong, with the place in the file it was found at.
    """

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"agency directory {source}: " + "; ".join(problems))
        self.source = source
        self.problems = problems


class WrongAnswerError(LinkageError):
    """An agency's answer does not have the agreed form. Carries no value from the answer.

    Attributes:
        detail: A static code, with the fact's name where one is meant: ``not_json``, ``wrong_type:registry.birth``.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class LoopStoppedError(LinkageError):
    """The thread that talks to the agencies is not running or did not report in time: our fault, not theirs."""

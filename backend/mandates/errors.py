"""What can be wrong with mandates."""


class MandateError(Exception):
    """Root of this room's errors."""


class MandateFileError(MandateError):
    """A file of mandates cannot be used.

    Attributes:
        source: The file's path, as given.
        problems: Each thing that is wrong, with its place in the file.
    """

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"mandates {source}: " + "; ".join(problems))
        self.source = source
        self.problems = problems

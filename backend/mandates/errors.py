"""What can be wrong with mandates."""

from contracts.message import Words


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


class GrantError(MandateError):
    """A step of granting cannot be taken.

    Attributes:
        mandate_id: Of which mandate; 0 when it has no row.
        reason: Stable: ``unknown``, ``state``, ``same_person``, ``no_name``, ``facts_unknown``, ``no_reason``,
            ``purpose_commercial``.
        words: The same for people, where a rule that mandates stand under refused; None otherwise.
    """

    def __init__(self, mandate_id: int, reason: str, message: str, words: Words | None = None) -> None:
        super().__init__(message)
        self.mandate_id = mandate_id
        self.reason = reason
        self.words = words

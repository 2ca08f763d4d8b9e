"""What can be wrong with a rule. One root, so that a caller can catch the room's errors by it."""

from datetime import date
from typing import Final


class EligibilityError(Exception):
    """Root of the room's errors."""


class SFeelError(EligibilityError):
    """A cell is not an S-FEEL unary test.

    Attributes:
        text: The whole cell. Cells are rules, never a citizen's data.
        position: Zero-based offset of the first character that does not fit.
        expected: What would have fitted there.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        super().__init__(f"{expected} expected at {position} in {text!r}")
        self.text = text
        self.position = position
        self.expected = expected


class TableError(EligibilityError):
    """A decision table cannot be used as it stands.

    Attributes:
        table: The decision's id, or the file's name while the id is not known yet.
        place: Which part: ``hitPolicy``, an input's or output's name, ``rule 3``, a file.
        problem: What is wrong there.
    """

    def __init__(self, table: str, place: str, problem: str) -> None:
        super().__init__(f"table {table}, {place}: {problem}")
        self.table = table
        self.place = place
        self.problem = problem


_CAUSES: Final = {
    "state": "the steps before it are missing (submit, check, try, replay, approve)",
    "same_person": "the author cannot approve what he wrote",
    "too_early": "its first day has begun; it must lie after today",
    "faulty": "the checks found faults",
    "examples": "worked examples come out otherwise and no reason is given",
    "unknown": "there is no such version",
    "exists": "this version exists already, or is approved",
}


class LifeError(EligibilityError):
    """A version of a table may not take this step now.

    Attributes:
        step: The step that was tried.
        cause: Why not: ``state``, ``same_person``, ``too_early``, ``faulty``, ``examples``, ``unknown``, ``exists``.
    """

    def __init__(self, step: str, cause: str) -> None:
        super().__init__(f"{step} is refused: {_CAUSES.get(cause, cause)}")
        self.step = step
        self.cause = cause


class UnknownServiceError(EligibilityError):
    """No table of that name.

    Attributes:
        service: The service asked for.
    """

    def __init__(self, service: str) -> None:
        super().__init__(f"no decision table for service {service!r}")
        self.service = service


class NotInEffectError(EligibilityError):
    """The service has tables, but none is in effect on the day asked about.

    Attributes:
        service: The service asked for.
        on: The day.
    """

    def __init__(self, service: str, on: date) -> None:
        super().__init__(f"no version of {service!r} is in effect on {on.isoformat()}")
        self.service = service
        self.on = on

"""What can keep a demo from running, each with what to do about it."""


class DemoError(Exception):
    """The demo cannot start or go on.

    Attributes:
        what: What happened.
        remedy: What to do.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  What to do: {remedy}")
        self.what = what
        self.remedy = remedy

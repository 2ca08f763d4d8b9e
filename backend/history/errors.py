"""What can go wrong with histories. One root for the room."""


class HistoryError(Exception):
    """Root of the room's errors."""


class EntryUnknownError(HistoryError):
    """There is no such entry in this citizen's history."""


class DelayError(HistoryError):
    """A delay cannot be made or approved as asked.

    Attributes:
        reason: ``"unknown"``, ``"same_person"``, ``"approved"``, ``"withdrawn"``, ``"too_long"``, ``"past"`` or
            ``"basis"``.
    """

    def __init__(self, reason: str) -> None:
        words = {
            "unknown": "there is no such delay; see 'baidiao history delays list'",
            "same_person": "who proposed it may not approve it",
            "approved": "it is approved already",
            "withdrawn": "it was withdrawn",
            "too_long": "a delay ends within a year",
            "past": "its end lies in the past",
            "basis": "a delay names its legal basis in both languages",
        }
        super().__init__(words[reason])
        self.reason = reason


class DisputeError(HistoryError):
    """A dispute cannot take this step.

    Attributes:
        reason: ``"unknown"``, ``"state"`` or ``"answer"``.
    """

    def __init__(self, reason: str) -> None:
        words = {
            "unknown": "there is no such dispute",
            "state": "the dispute is not in a state for this",
            "answer": "an answer has 1 to 2000 characters",
        }
        super().__init__(words[reason])
        self.reason = reason

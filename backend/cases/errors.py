"""What can be wrong with a past case. One root, so that a caller can catch the room's errors by it."""


class CaseError(Exception):
    """Root of the room's errors."""


class CaseSealError(CaseError):
    """A kept case cannot be opened: another key, moved to another place, or altered."""

"""What can be wrong with batches."""


class BulkError(Exception):
    """Root of the room's errors."""


class JobUnknownError(BulkError):
    """This client has no such batch, or it has been deleted."""


class JobConflictError(BulkError):
    """The identifier was used for another batch."""


class TooManyJobsError(BulkError):
    """The client has too many batches under way.

    Attributes:
        most: That it may have.
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} batches at once")
        self.most = most


class SealError(BulkError):
    """What was sealed cannot be opened: another key, or altered."""

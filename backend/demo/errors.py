"""What can go wrong with the demo agencies. Messages never name a person."""


class DemoAgencyError(Exception):
    """Root of this room's errors."""


class HoldersError(DemoAgencyError):
    """The card holders cannot be read or do not fit the welfare facts written about them.

    Attributes:
        source: Which file.
        problem: What is wrong, without any citizen's data.
    """

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source
        self.problem = problem


class PopulationSizeError(DemoAgencyError):
    """The size asked for cannot be generated.

    Attributes:
        size: People asked for.
        smallest: Fewest possible: the card holders and their newborn children.
        largest: Most possible: the numbers' running part has seven digits.
    """

    def __init__(self, size: int, smallest: int, largest: int) -> None:
        super().__init__(f"a population has {smallest} to {largest} people, not {size}")
        self.size = size
        self.smallest = smallest
        self.largest = largest


class StoreError(DemoAgencyError):
    """An agency's store is missing or not one of ours.

    Attributes:
        path: The store's file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: no such store; build it with `baidiao demo-agencies build`")
        self.path = path


class AskedWronglyError(DemoAgencyError):
    """A request that an agency cannot understand: the caller's mistake.

    Attributes:
        code: Stable code, e.g. ``number_invalid``.
        field: Which field is wrong; empty when it is the whole body.
        explanation: For the caller's programmer; repeats nothing of the body.
    """

    def __init__(self, code: str, field: str, explanation: str) -> None:
        super().__init__(f"{code}: {explanation}")
        self.code = code
        self.field = field
        self.explanation = explanation

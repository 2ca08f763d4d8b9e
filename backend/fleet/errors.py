"""What can go wrong in the fleet: one root, data in attributes."""


class FleetError(Exception):
    """Root of the fleet's errors."""


class AgencyUnknownError(FleetError):
    """No agency has this identifier.

    Attributes:
        agency_id: The identifier asked for.
    """

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"no agency is called {agency_id!r}")
        self.agency_id = agency_id


class ClaimError(FleetError):
    """A claim code cannot be used.

    Attributes:
        reason: ``"unknown"``, ``"used"`` or ``"expired"``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the claim code is {reason}")
        self.reason = reason


class KeyTakenError(FleetError):
    """The key already belongs to an enrolled device: each enrolment needs a key of its own."""


class AdmissionUnavailableError(FleetError):
    """Whether a request may pass could not be found out; it may be asked again, signed anew."""


class AdmissionError(FleetError):
    """A request whose signature is right is refused all the same.

    Attributes:
        reason: ``"unknown"`` (no such key any more), ``"suspended"``, ``"replayed"`` (nonce seen before) or ``"stale"``
            (signed before the memory of nonces begins).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the device's request is refused: {reason}")
        self.reason = reason

"""The centre's client for agencies' own systems. Stands alone: it knows ``contracts`` and nothing else of ours."""

from agency_client.client import AgencyClient
from agency_client.errors import (
    AgencyClientError,
    CentreUnreachableError,
    RefusedError,
    SignInError,
    UnexpectedAnswerError,
)

__all__ = [
    "AgencyClient",
    "AgencyClientError",
    "CentreUnreachableError",
    "RefusedError",
    "SignInError",
    "UnexpectedAnswerError",
]

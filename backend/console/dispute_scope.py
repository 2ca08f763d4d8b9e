"""Whose disputes somebody may read and answer. Pure."""

from dataclasses import dataclass
from typing import Final, Self

from backend.accounts.models import User
from backend.accounts.roles import Role

_READS_ALL: Final = frozenset({Role.AUDITOR, Role.REGISTRY_OFFICER})


@dataclass(frozen=True, slots=True)
class DisputeScope:
    """What one account may do.

    Attributes:
        held: Its roles.
        agency_id: The agency it is a steward of; None when of none.
    """

    held: frozenset[Role]
    agency_id: str | None

    @classmethod
    def of(cls, user: User) -> Self:
        """Return an account's."""
        return cls(user.held, user.agency_id if Role.STEWARD in user.held else None)

    @property
    def reads_all(self) -> bool:
        """Whether it may read every agency's."""
        return bool(_READS_ALL & self.held)

    @property
    def within(self) -> str | None:
        """The agency beyond which it sees nothing; None when it may read all, empty when it sees nothing at all."""
        return None if self.reads_all else self.agency_id or ""

    @property
    def is_homeless(self) -> bool:
        """Whether it is a steward of no agency yet, and so sees nothing."""
        return self.agency_id is None and not self.reads_all

    def reads(self, agency_id: str) -> bool:
        """Say whether it may read an agency's."""
        return self.reads_all or self.answers(agency_id)

    def answers(self, agency_id: str) -> bool:
        """Say whether it may take up and answer an agency's."""
        return self.agency_id == agency_id

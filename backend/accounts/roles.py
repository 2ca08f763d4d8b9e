"""What people at the centre may do. Pure: which role may see which page stands with the pages (``console.access``)."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """One kind of work. An account has any number of them; without one it may only log in and out."""

    RULE_AUTHOR = "rule_author"
    RULE_APPROVER = "rule_approver"
    AUDITOR = "auditor"
    REGISTRY_OFFICER = "registry_officer"
    FLEET_ADMIN = "fleet_admin"
    STEWARD = "steward"


def parse_roles(text: str) -> frozenset[Role]:
    """Read roles as an account's row keeps them, divided by spaces; one that this program does not know is left out."""
    return frozenset(Role(name) for name in text.split() if name in set(Role))


def write_roles(roles: Iterable[Role]) -> str:
    """Write roles as an account's row keeps them, each once."""
    return " ".join(sorted({role.value for role in roles}))

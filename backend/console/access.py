"""Who may open which of the console's pages. Pure; a page that is not listed here is closed to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.accounts.roles import Role

HOME: Final = "console.devices"
"""Where a login leads; whoever may not see it is led to what he may see."""

PUBLIC_ENDPOINTS: Final = frozenset({"console.static", "console.font", "console.choose_language"})
"""What the login page itself needs; nothing here says anything about the fleet."""

_FLEET: Final = frozenset({Role.FLEET_ADMIN, Role.REGISTRY_OFFICER, Role.AUDITOR})
_RULE_READERS: Final = frozenset({Role.RULE_AUTHOR, Role.RULE_APPROVER, Role.AUDITOR, Role.REGISTRY_OFFICER})
_RULE_WRITERS: Final = frozenset({Role.RULE_AUTHOR})
_RULE_APPROVERS: Final = frozenset({Role.RULE_APPROVER})
_DISPUTE_READERS: Final = frozenset({Role.STEWARD, Role.REGISTRY_OFFICER, Role.AUDITOR})
_STEWARDS: Final = frozenset({Role.STEWARD})
_AUDITORS: Final = frozenset({Role.AUDITOR})

ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "console.devices": _FLEET,
    "console.device_rows": _FLEET,
    "console.rules": _RULE_READERS,
    "console.rule_page": _RULE_READERS,
    "console.rule_file": _RULE_READERS,
    "console.rule_compare": _RULE_READERS,
    "console.rule_try": _RULE_READERS,
    "console.rule_examples": _RULE_READERS,
    "console.rule_check": _RULE_READERS,
    "console.rule_replay": _RULE_READERS,
    "console.rule_new": _RULE_WRITERS,
    "console.rule_upload": _RULE_WRITERS,
    "console.rule_save": _RULE_WRITERS,
    "console.rule_submit": _RULE_WRITERS,
    "console.rule_approve": _RULE_APPROVERS,
    "console.disputes": _DISPUTE_READERS,
    "console.dispute_export": _DISPUTE_READERS,
    "console.dispute": _DISPUTE_READERS,
    "console.dispute_take": _STEWARDS,
    "console.dispute_answer": _STEWARDS,
    "console.evidence": _AUDITORS,
    "console.evidence_export": _AUDITORS,
    "console.evidence_entry": _AUDITORS,
    "console.evidence_proof": _AUDITORS,
}
"""Endpoint → the roles of which one is enough."""


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the console's navigation: its first page, and the catalogue's word for it."""

    endpoint: str
    word: str


SECTIONS: Final = (
    Section("console.devices", "devices"),
    Section("console.rules", "rules"),
    Section("console.disputes", "disputes"),
    Section("console.evidence", "evidence"),
)


def may_open(endpoint: str, held: frozenset[Role]) -> bool:
    """Say whether somebody with these roles may call a page of the console."""
    return endpoint in PUBLIC_ENDPOINTS or bool(ACCESS.get(endpoint, frozenset()) & held)


def sections_for(held: frozenset[Role]) -> tuple[Section, ...]:
    """Return the navigation of somebody with these roles."""
    return tuple(section for section in SECTIONS if may_open(section.endpoint, held))

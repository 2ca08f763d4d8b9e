"""From mandates to rows and back."""

from typing import Any, Final

from backend.linkage.facts import FACT_TYPES, Fact
from backend.mandates.check import GrantState, Mandate, Proof
from backend.mandates.models import MandateRow
from backend.mandates.quota import Period, Quota
from contracts.message import Words
from contracts.subject import SubjectKind

INSTALLATION: Final = "installation"
"""Who approved the mandates that came with the installation's own file."""


def read_row(row: Any) -> Mandate:
    """Return the mandate in a row, of the model or of its columns, without facts that the directory no longer names."""
    quota = None
    if row.quota_limit is not None and row.quota_period is not None:
        quota = Quota(row.quota_limit, Period(row.quota_period))
    return Mandate(
        row.agency_id,
        row.service_id,
        row.purpose,
        frozenset(Fact(name) for name in row.facts if name in FACT_TYPES),
        Words(th=row.legal_basis_th, en=row.legal_basis_en),
        row.valid_from,
        row.valid_until,
        quota,
        frozenset(Proof(name) for name in row.assurance),
        frozenset(SubjectKind(name) for name in row.subjects),
        len(row.approved_by),
        GrantState(row.state),
        row.id,
    )


def make_row(mandate: Mandate, proposed_by: str, approved_by: tuple[str, ...]) -> MandateRow:
    """Return the row for a mandate that has none; its approvals are those named."""
    return MandateRow(
        agency_id=mandate.agency_id,
        service_id=mandate.service_id,
        purpose=mandate.purpose,
        facts=sorted(mandate.facts),
        legal_basis_th=mandate.legal_basis.th,
        legal_basis_en=mandate.legal_basis.en,
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        quota_limit=mandate.quota.limit if mandate.quota else None,
        quota_period=mandate.quota.period.value if mandate.quota else None,
        assurance=sorted(mandate.assurance),
        subjects=sorted(mandate.subjects),
        state=mandate.state.value,
        proposed_by=proposed_by,
        approved_by=list(approved_by),
    )

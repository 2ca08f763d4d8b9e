"""Slips taken back."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0002_revoked_slips"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_revoked_slip",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("revoked_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_evidence_revoked_slip")),
    )
    with op.batch_alter_table("evidence_revoked_slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_revoked_slip_revoked_at"), ["revoked_at"], unique=False)

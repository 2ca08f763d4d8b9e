"""Versions of decision tables that officers write."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0004_rule_versions"
down_revision = "0003_evidence_witnesses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(length=41), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("approver", sa.String(length=254), nullable=True),
        sa.Column("dmn", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("changed_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("approved_at", store.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("service_id", "version", name=op.f("uq_rule_versions_service_id")),
    )


def downgrade() -> None:
    op.drop_table("rule_versions")

"""Mandates: quotas, assurance, granting by two people, use."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0008_mandate_grants"
down_revision = "0007_api_clients"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mandates") as table:
        table.drop_constraint("uq_mandates_agency_id", type_="unique")
        table.create_index("ix_mandates_agency_id", ["agency_id"])
        table.add_column(sa.Column("quota_limit", sa.Integer(), nullable=True))
        table.add_column(sa.Column("quota_period", sa.String(length=8), nullable=True))
        table.add_column(sa.Column("assurance", sa.JSON(), nullable=True))
        table.add_column(sa.Column("subjects", sa.JSON(), nullable=True))
        table.add_column(sa.Column("state", sa.String(length=12), server_default="granted", nullable=False))
        table.add_column(sa.Column("proposed_by", sa.String(length=254), server_default="installation", nullable=False))
        table.add_column(sa.Column("approved_by", sa.JSON(), nullable=True))
    # Before, every mandate came from the installation's own file.
    op.execute(
        """UPDATE mandates SET assurance = '[]', subjects = '["citizen_number"]', approved_by = '["installation"]'"""
    )
    with op.batch_alter_table("mandates") as table:
        for column in ("assurance", "subjects", "approved_by"):
            table.alter_column(column, existing_type=sa.JSON(), nullable=False)
    op.create_table(
        "mandate_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_mandate_events_mandate_id_mandates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_events")),
    )
    op.create_index("ix_mandate_events_mandate_id", "mandate_events", ["mandate_id"])
    op.create_table(
        "mandate_uses",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_used_at", store.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_mandate_uses_mandate_id_mandates")),
        sa.PrimaryKeyConstraint("mandate_id", "period_start", name=op.f("pk_mandate_uses")),
    )


def downgrade() -> None:
    op.drop_table("mandate_uses")
    op.drop_table("mandate_events")
    with op.batch_alter_table("mandates") as table:
        for column in ("approved_by", "proposed_by", "state", "subjects", "assurance", "quota_period", "quota_limit"):
            table.drop_column(column)
        table.drop_index("ix_mandates_agency_id")
        table.create_unique_constraint("uq_mandates_agency_id", ["agency_id", "service_id", "purpose", "valid_from"])

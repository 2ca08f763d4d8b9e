"""Past cases, for changed rules to be tried on."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0015_past_cases"
down_revision = "0014_checkpoint_timestamps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("service_id", sa.String(length=41), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("expires_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_past_cases_reference")),
        sa.UniqueConstraint("service_id", "agency_id", "pseudonym", name=op.f("uq_past_cases_service_id")),
    )
    op.create_index(op.f("ix_past_cases_expires_at"), "past_cases", ["expires_at"])


def downgrade() -> None:
    op.drop_table("past_cases")

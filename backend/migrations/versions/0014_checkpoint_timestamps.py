"""Timestamps of checkpoints by an outside authority (RFC 3161)."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0014_checkpoint_timestamps"
down_revision = "0013_front_panels"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_timestamp",
        sa.Column("size", _BIG, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("stamped_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_evidence_timestamp")),
    )


def downgrade() -> None:
    op.drop_table("evidence_timestamp")

"""Witnesses of the evidence log: who leads, where each witness stands, the newest witnessed checkpoint."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0003_evidence_witnesses"
down_revision = "0002_revoked_slips"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_lease",
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_evidence_lease")),
    )
    op.create_table(
        "evidence_witness",
        sa.Column("verifier", sa.String(length=300), nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("cosigned_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("verifier", name=op.f("pk_evidence_witness")),
    )
    op.create_table(
        "evidence_witnessed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("witnessed_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_evidence_witnessed_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_witnessed")),
    )


def downgrade() -> None:
    op.drop_table("evidence_witnessed")
    op.drop_table("evidence_witness")
    op.drop_table("evidence_lease")

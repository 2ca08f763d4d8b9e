"""G codes that became citizen numbers, as pseudonyms."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0012_subject_links"
down_revision = "0011_reference_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linkage_subject_links",
        sa.Column("former", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(length=32), nullable=False),
        sa.Column("linked_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("former", name=op.f("pk_linkage_subject_links")),
    )
    op.create_index("ix_linkage_subject_links_pseudonym", "linkage_subject_links", ["pseudonym"])


def downgrade() -> None:
    op.drop_table("linkage_subject_links")

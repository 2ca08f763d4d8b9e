"""Everybody who wrote on a version of a table is noted: none of them may approve it."""

import sqlalchemy as sa
from alembic import op

revision = "0019_rule_writers"
down_revision = "0018_stewards_agency"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_versions", sa.Column("writers", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rule_versions") as table:
        table.drop_column("writers")

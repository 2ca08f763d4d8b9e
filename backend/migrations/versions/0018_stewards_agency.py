"""A steward belongs to an agency. Those made before belong to none, and see no dispute until they are given theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0018_stewards_agency"
down_revision = "0017_statistics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts_user", sa.Column("agency_id", sa.String(length=41), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("accounts_user") as table:
        table.drop_column("agency_id")

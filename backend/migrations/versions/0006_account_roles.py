"""Accounts have roles. Those made before could see the fleet and nothing else: they keep just that."""

import sqlalchemy as sa
from alembic import op

revision = "0006_account_roles"
down_revision = "0005_nearer_nodes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default serves the old code while it still makes accounts; it goes with the next contraction.
    op.add_column(
        "accounts_user",
        sa.Column("roles", sa.String(length=200), nullable=False, server_default="fleet_admin"),
    )


def downgrade() -> None:
    with op.batch_alter_table("accounts_user") as table:
        table.drop_column("roles")

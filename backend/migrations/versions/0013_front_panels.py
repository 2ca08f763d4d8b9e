"""What a device's front panel says in its heartbeat."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0013_front_panels"
down_revision = "0012_subject_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fleet_device_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panel_health", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("panel_code", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("panel_model", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("panel_cycles_today", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("panel_case_decicelsius", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("panel_tampered_at", store.UtcDateTime(timezone=True), nullable=True))

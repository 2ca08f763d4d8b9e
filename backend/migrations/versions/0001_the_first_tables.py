"""The first tables."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_user")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_accounts_user_fs_uniquifier")),
    )
    op.create_table(
        "answered_questions",
        sa.Column("device_id", sa.String(length=20), nullable=False),
        sa.Column("question_id", sa.String(length=36), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answered_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "question_id", name=op.f("pk_answered_questions")),
    )
    with op.batch_alter_table("answered_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answered_questions_answered_at"), ["answered_at"], unique=False)

    op.create_table(
        "evidence_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_evidence_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_head")),
    )
    op.create_table(
        "evidence_leaf",
        sa.Column(
            "leaf_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_evidence_leaf")),
    )
    op.create_table(
        "evidence_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "node_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("node_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name=op.f("pk_evidence_node")),
    )
    op.create_table(
        "fleet_agency",
        sa.Column("id", sa.String(length=41), nullable=False),
        sa.Column("name_th", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("readers_allocated", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_agency")),
    )
    op.create_table(
        "fleet_seen_nonce",
        sa.Column("key_id", sa.String(length=43), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("expires_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_fleet_seen_nonce")),
    )
    with op.batch_alter_table("fleet_seen_nonce", schema=None) as batch_op:
        batch_op.create_index("ix_fleet_seen_nonce_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("service_id", sa.String(length=41), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("legal_basis_th", sa.String(length=2000), nullable=False),
        sa.Column("legal_basis_en", sa.String(length=2000), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("agency_id", "service_id", "purpose", "valid_from", name=op.f("uq_mandates_agency_id")),
    )
    op.create_table(
        "fleet_device",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=43), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("place_th", sa.String(length=200), nullable=False),
        sa.Column("place_en", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=8), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("enrolled_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("enrolled_version", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["fleet_agency.id"], name=op.f("fk_fleet_device_agency_id_fleet_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_device")),
        sa.UniqueConstraint("key_id", name=op.f("uq_fleet_device_key_id")),
    )
    with op.batch_alter_table("fleet_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_device_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "fleet_claim",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("place_th", sa.String(length=200), nullable=False),
        sa.Column("place_en", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=8), nullable=False),
        sa.Column("created_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["fleet_agency.id"], name=op.f("fk_fleet_claim_agency_id_fleet_agency")),
        sa.ForeignKeyConstraint(["device_id"], ["fleet_device.id"], name=op.f("fk_fleet_claim_device_id_fleet_device")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_fleet_claim")),
    )
    op.create_table(
        "fleet_device_state",
        sa.Column("device_id", sa.String(length=20), nullable=False),
        sa.Column("received_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("boot_id", sa.String(length=64), nullable=False),
        sa.Column("software_version", sa.String(length=40), nullable=False),
        sa.Column("uptime_s", sa.BigInteger(), nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), nullable=False),
        sa.Column("visits_total", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reader_health", sa.String(length=16), nullable=False),
        sa.Column("reader_code", sa.String(length=40), nullable=False),
        sa.Column("reader_model", sa.String(length=120), nullable=False),
        sa.Column("printer_health", sa.String(length=16), nullable=False),
        sa.Column("printer_code", sa.String(length=40), nullable=False),
        sa.Column("printer_model", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["fleet_device.id"], name=op.f("fk_fleet_device_state_device_id_fleet_device")
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_fleet_device_state")),
    )


def downgrade() -> None:
    op.drop_table("fleet_device_state")
    op.drop_table("fleet_claim")
    with op.batch_alter_table("fleet_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fleet_device_agency_id"))

    op.drop_table("fleet_device")
    op.drop_table("mandates")
    with op.batch_alter_table("fleet_seen_nonce", schema=None) as batch_op:
        batch_op.drop_index("ix_fleet_seen_nonce_expires_at")

    op.drop_table("fleet_seen_nonce")
    op.drop_table("fleet_agency")
    op.drop_table("evidence_node")
    op.drop_table("evidence_leaf")
    op.drop_table("evidence_head")
    with op.batch_alter_table("answered_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answered_questions_answered_at"))

    op.drop_table("answered_questions")
    op.drop_table("accounts_user")

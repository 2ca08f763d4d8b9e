"""Nodes halfway between the tiles' levels, so that a proof reads few rows; hashed from what the log holds."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0005_nearer_nodes"
down_revision = "0004_rule_versions"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 16 * 256
_LEAVES = sa.text(
    "SELECT leaf_hash FROM evidence_leaf WHERE leaf_index >= :first AND leaf_index < :end ORDER BY leaf_index"
)
_NODES = sa.text(
    "SELECT node_hash FROM evidence_node WHERE level = :level AND node_index >= :first AND node_index < :end"
    " ORDER BY node_index"
)


def upgrade() -> None:
    table = op.create_table(
        "evidence_mid_node",
        sa.Column("height", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_index", _BIG, autoincrement=False, nullable=False),
        sa.Column("node_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "node_index", name=op.f("pk_evidence_mid_node")),
    )
    connection = op.get_bind()
    size = connection.scalar(sa.text("SELECT size FROM evidence_head")) or 0
    level = 0
    while size >> (8 * level + 4):
        _fill(connection, table, level, (size >> (8 * level)) // 16 * 16)
        level += 1


def _fill(connection: sa.Connection, table: sa.Table, level: int, end: int) -> None:
    for first in range(0, end, _BATCH):
        last = min(first + _BATCH, end)
        statement = _NODES if level else _LEAVES
        hashes = list(connection.scalars(statement, {"level": level, "first": first, "end": last}))
        while len(hashes) > (last - first) // 16:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        rows = [
            {"height": 8 * level + 4, "node_index": first // 16 + at, "node_hash": node}
            for at, node in enumerate(hashes)
        ]
        connection.execute(sa.insert(table), rows)


def downgrade() -> None:
    op.drop_table("evidence_mid_node")

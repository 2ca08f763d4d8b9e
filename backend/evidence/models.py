"""The log's tables, and the slips taken back. Rows of the tree are only ever added, but for the one head row."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime

HEAD_ID: Final = 1

_Big = BigInteger().with_variant(Integer, "sqlite")


class EvidenceHead(Base):
    """The tree's size and compact range: the row every append locks first, so that appends queue up.

    The checkpoint is not stored: signed anew, it is the same text, Ed25519 being deterministic.
    """

    __tablename__ = "evidence_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_Big)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)


class EvidenceLeaf(Base):
    """One leaf.

    Attributes:
        index: Zero-based leaf index.
        content: The leaf's canonical bytes.
        hash: RFC 6962 leaf hash.
    """

    __tablename__ = "evidence_leaf"

    index: Mapped[int] = mapped_column("leaf_index", _Big, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column("leaf_hash", LargeBinary)


class EvidenceNode(Base):
    """Roots of complete subtrees of 256, 65,536, … leaves: what tiles and proofs are cut from.

    Attributes:
        level: Tile level (C2SP tlog-tiles): height of the subtree divided by 8; at least 1.
        index: Place among the nodes of that level.
        hash: Root hash.
    """

    __tablename__ = "evidence_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column("node_index", _Big, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column("node_hash", LargeBinary)


class EvidenceMidNode(Base):
    """Roots of complete subtrees of 16, 4,096, … leaves: halfway between tiles' levels, so that a proof reads few rows.

    All of it follows from the other rows; a leaf put in by a release that did not know this table lacks it, and is read
    the long way.

    Attributes:
        height: Of the subtree: 4, 12, 20, ….
        index: Place among the nodes of that height.
        hash: Root hash.
    """

    __tablename__ = "evidence_mid_node"

    height: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column("node_index", _Big, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column("node_hash", LargeBinary)


class RevokedSlip(Base):
    """A slip taken back; the log has a leaf of it.

    Attributes:
        reference: The slip's.
        revoked_at: For the list of those still of interest.
        reason: In the officer's words.
    """

    __tablename__ = "evidence_revoked_slip"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    revoked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    reason: Mapped[str] = mapped_column(String(400))


class EvidenceLease(Base):
    """A duty that one process has at a time.

    Attributes:
        duty: Its name.
        holder: The process's own, invented name.
        until_at: When anybody may take it.
    """

    __tablename__ = "evidence_lease"

    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceWitness(Base):
    """Where one witness stands, as far as the centre knows: the size to prove the next checkpoint from."""

    __tablename__ = "evidence_witness"

    verifier: Mapped[str] = mapped_column(String(300), primary_key=True)
    size: Mapped[int] = mapped_column(_Big)
    cosigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceWitnessed(Base):
    """The newest checkpoint that met the policy, with its cosignatures: what ``/log/checkpoint`` serves."""

    __tablename__ = "evidence_witnessed"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_Big)
    note: Mapped[str] = mapped_column(Text)
    witnessed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceTimestamp(Base):
    """A checkpoint with the timestamp an authority gave it (RFC 3161).

    Attributes:
        size: The checkpoint's.
        note: The checkpoint, byte for byte what was stamped.
        reply: The authority's ``TimeStampResp``.
        stamped_at: The time it says.
    """

    __tablename__ = "evidence_timestamp"

    size: Mapped[int] = mapped_column(_Big, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    reply: Mapped[bytes] = mapped_column(LargeBinary)
    stamped_at: Mapped[datetime] = mapped_column(UtcDateTime)

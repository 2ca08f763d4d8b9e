"""Writes batches of leaves into the log's tables. The head row's lock puts the processes that do so in line."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.evidence.errors import LogUnavailableError
from backend.evidence.merkle import CompactRange, Node
from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode
from backend.evidence.stored_tree import TILE_HEIGHT, is_in_mid, is_in_tile
from backend.evidence.submission import AlsoRow, References, Submission
from backend.store import sent_at_once
from contracts.decision import LeafReference
from contracts.log_proof import leaf_hash

StoreBatch = Callable[[Connection, Sequence[Submission]], Sequence[References | Exception]]
_Rows = list[dict[str, object]]
_CREATE_HEAD = text("INSERT INTO evidence_head (id, size, peaks) VALUES (:id, 0, :peaks) ON CONFLICT DO NOTHING")
# Declared as clauses, in truth always tables.
_HEAD, _LEAF, _NODE, _MID = (
    cast("Table", model.__table__) for model in (EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceMidNode)
)
# Made once: while a batch is written everyone else waits, and making a statement costs more than running it.
_FIND_HEAD = select(_HEAD.c.size, _HEAD.c.peaks).where(_HEAD.c.id == HEAD_ID)
_LOCK_HEAD = _FIND_HEAD.with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == HEAD_ID).values(size=bindparam("new_size"), peaks=bindparam("new_peaks"))
_PUT_LEAF, _PUT_NODE, _PUT_MID = (insert(table) for table in (_LEAF, _NODE, _MID))


class NotTogetherError(Exception):
    """A batch cannot be stored as a whole; each submission must be tried by itself."""


def store_together(connection: Connection, batch: Sequence[Submission]) -> Sequence[References]:
    """Store a batch as a whole, in as few statements as can be.

    Raises:
        NotTogetherError: One submission's own rows were refused, before anything was committed.
    """
    tree = _lock_head(connection)
    rows, nodes, placed = _Rows(), list[Node](), list[References]()
    for submission in batch:
        tree, references = _place(tree, submission, rows, nodes)
        placed.append(references)
    try:
        with sent_at_once(connection):
            _insert(connection, rows, nodes)
            _add_rows(connection, zip(batch, placed, strict=True))
            _move_head(connection, tree)
        for submission, references in zip(batch, placed, strict=True):
            _run(connection, submission, references)  # it may look at what its statements give
    except LogUnavailableError:
        raise
    except Exception as error:
        raise NotTogetherError from error
    return placed


def store_apart(connection: Connection, batch: Sequence[Submission]) -> Sequence[References | Exception]:
    """Store each submission within a savepoint of its own; one that fails leaves its exception in its place."""
    tree = _lock_head(connection)
    results: list[References | Exception] = []
    for submission in batch:
        rows, nodes = _Rows(), list[Node]()
        grown, references = _place(tree, submission, rows, nodes)
        try:
            with connection.begin_nested():
                _insert(connection, rows, nodes)
                _add_rows(connection, ((submission, references),))
                _run(connection, submission, references)
        except LogUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  # it is the submitter's, and is handed to him
            results.append(error)
        else:
            tree = grown
            results.append(references)
    _move_head(connection, tree)
    return results


def read_head(where: Session | Connection) -> CompactRange:
    """Return the tree as it stands."""
    head = where.execute(_FIND_HEAD).one_or_none()
    return CompactRange.parse(head.size, head.peaks) if head else CompactRange()


def unavailable(cause: Exception) -> LogUnavailableError:
    """Return the error for a log that could not be written."""
    if isinstance(cause, LogUnavailableError):
        return cause
    error = LogUnavailableError("the log could not be written")
    error.__cause__ = cause
    return error


def _place(
    tree: CompactRange, submission: Submission, rows: _Rows, nodes: list[Node]
) -> tuple[CompactRange, References]:
    """Give leaves their places: add their rows, and the nodes they complete, and return the grown tree."""
    references = []
    for content in submission.leaves:
        hashed = leaf_hash(content)
        rows.append({"leaf_index": tree.size, "content": content, "leaf_hash": hashed})
        references.append(LeafReference(index=tree.size, hash=hashed.hex()))
        tree, completed = tree.append(hashed)
        nodes.extend(completed)
    return tree, tuple(references)


def _insert(connection: Connection, rows: _Rows, completed: Iterable[Node]) -> None:
    nodes, mids = _Rows(), _Rows()
    for node in completed:
        place: dict[str, object] = {"node_index": node.index, "node_hash": node.hash}
        if is_in_tile(node.height):
            nodes.append({"level": node.height // TILE_HEIGHT, **place})
        elif is_in_mid(node.height):
            mids.append({"height": node.height, **place})
    try:
        for put, wanted in ((_PUT_LEAF, rows), (_PUT_NODE, nodes), (_PUT_MID, mids)):
            if wanted:
                connection.execute(put, wanted)
    except SQLAlchemyError as error:
        raise unavailable(error) from error


def _add_rows(connection: Connection, placed: Iterable[tuple[Submission, References]]) -> None:
    """Add the rows that are to be stored along with leaves."""
    rows: defaultdict[Insert, list[Mapping[str, Any]]] = defaultdict(list)
    for submission, references in placed:
        if isinstance(submission.also, AlsoRow):
            rows[submission.also.put].append(submission.also.write(references))
    for put, wanted in rows.items():
        connection.execute(put, wanted)


def _run(connection: Connection, submission: Submission, references: References) -> None:
    """Have a function store along with leaves what it is to store."""
    if submission.also is not None and not isinstance(submission.also, AlsoRow):
        with Session(connection, expire_on_commit=False) as session:  # within the transaction there is
            submission.also(session, references)
            session.commit()


def _lock_head(connection: Connection) -> CompactRange:
    """Read the tree and keep everyone else from appending until this transaction ends."""
    head = connection.execute(_LOCK_HEAD).one_or_none()
    if head is None:
        connection.execute(_CREATE_HEAD, {"id": HEAD_ID, "peaks": b""})
        head = connection.execute(_LOCK_HEAD).one()
    return CompactRange.parse(head.size, head.peaks)


def _move_head(connection: Connection, tree: CompactRange) -> None:
    connection.execute(_MOVE_HEAD, {"new_size": tree.size, "new_peaks": tree.encode()})

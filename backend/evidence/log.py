"""The evidence log: append-only, durable before it answers, provable to anyone."""

from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.evidence.checkpoint import Checkpoint, sign_checkpoint, verifier_key
from backend.evidence.errors import LogUnavailableError, TreeRangeError
from backend.evidence.merkle import CompactRange, Node, leaf_hash
from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf, EvidenceNode
from backend.evidence.submission import AlsoCommit, Submission
from backend.evidence.tree_reader import TILE_HEIGHT, InclusionProof, TreeReader
from backend.group_commit import GroupCommit, Job
from backend.store import Store
from contracts.decision import LeafReference

References = tuple[LeafReference, ...]
_LeafJob = Job[Submission, References]
_CREATE_HEAD = text("INSERT INTO evidence_head (id, size, peaks) VALUES (:id, 0, :peaks) ON CONFLICT DO NOTHING")


class EvidenceLog:
    """One log over one store. Any number of processes may hold one each.

    Args:
        store: Where leaves are kept.
        origin: The log's name in checkpoints, e.g. ``centre.baidiao.example``.
        key: Signs checkpoints.
        gather_s: How long an append waits for company, in seconds.
        timeout_s: How long an append waits to be durable, in seconds.
    """

    def __init__(
        self, store: Store, origin: str, key: Ed25519PrivateKey, *, gather_s: float = 0.002, timeout_s: float = 15.0
    ) -> None:
        self._store = store
        self._origin = origin
        self._key = key
        self._timeout_s = timeout_s
        self._sequencer: GroupCommit[Submission, References] = GroupCommit(self._commit, "evidence", gather_s, most=256)

    def append(self, leaf: bytes, also: AlsoCommit | None = None) -> LeafReference:
        """Append one leaf; see :meth:`append_all`."""
        return self.append_all((leaf,), also)[0]

    def append_all(self, leaves: Iterable[bytes], also: AlsoCommit | None = None) -> tuple[LeafReference, ...]:
        """Append leaves that belong together and return when they are durable, neighbours in the log.

        Args:
            leaves: Their contents, at least one.
            also: Adds other rows to the same transaction, given the leaves' references. Whatever it raises is raised
                here, and then none of these leaves is in the log.

        Raises:
            LogUnavailableError: Not stored, or not known to be: ask the store whether the rows of ``also`` are there.
        """
        done = self._sequencer.submit(Submission(tuple(leaves), also))
        try:
            return done.result(self._timeout_s)
        except (FutureTimeoutError, CancelledError) as error:
            done.cancel()
            raise LogUnavailableError("the log did not answer in time") from error

    def close(self) -> None:
        """Store what is in line and end the sequencer."""
        self._sequencer.close()

    @property
    def verifier_key(self) -> str:
        """The checkpoint key in note form, for witnesses."""
        return verifier_key(self._origin, self._key.public_key())

    def checkpoint(self) -> str:
        """Return the signed checkpoint of the log as it stands."""
        with self._store.reading() as session:
            tree = _read_head(session)
        return sign_checkpoint(Checkpoint(self._origin, tree.size, tree.root), self._key)

    def size(self) -> int:
        """Return the number of leaves."""
        with self._store.reading() as session:
            return _read_head(session).size

    def inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """Return the proof that a leaf is in the tree of ``size`` leaves (the present one when None).

        Raises:
            TreeRangeError: No such leaf, or the log is not that large.
        """
        with self._store.reading() as session:
            return TreeReader(session, _size_within(session, size)).inclusion(index)

    def consistency_proof(self, first: int, second: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the tree of ``second`` leaves only adds to that of ``first``.

        Raises:
            TreeRangeError: Not ``0 < first <= second``, or the log is not that large.
        """
        with self._store.reading() as session:
            return TreeReader(session, _size_within(session, second)).consistency(first)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes; see :meth:`TreeReader.tile`."""
        with self._store.reading() as session:
            return TreeReader(session, _read_head(session).size).tile(level, index, width)

    def _commit(self, batch: Sequence[_LeafJob]) -> None:
        """Store a batch in one transaction; each submission stands or falls by itself, the commit with all of them."""
        settled: list[tuple[_LeafJob, References | Exception]] = []
        try:
            with self._store.transaction() as session:
                tree = _lock_head(session)
                for job in batch:
                    try:
                        tree, references = _store_submission(session, tree, job.wanted)
                        settled.append((job, references))
                    except LogUnavailableError:
                        raise
                    except Exception as error:  # noqa: BLE001  # it is the submitter's, and is handed to him below
                        settled.append((job, error))
                session.execute(
                    update(EvidenceHead)
                    .where(EvidenceHead.id == HEAD_ID)
                    .values(size=tree.size, peaks=tree.encode())
                    .execution_options(synchronize_session=False)
                )
        except Exception as error:  # noqa: BLE001  # the thread must live on, and every waiting caller hear of it
            for job in batch:
                job.done.set_exception(_unavailable(error))
            return
        for job, result in settled:
            if isinstance(result, Exception):
                job.done.set_exception(result)
            else:
                job.done.set_result(result)


def _unavailable(cause: Exception) -> LogUnavailableError:
    error = LogUnavailableError("the log could not be written")
    error.__cause__ = cause
    return error


def _store_submission(
    session: Session, tree: CompactRange, submission: Submission
) -> tuple[CompactRange, tuple[LeafReference, ...]]:
    rows, nodes, references = [], [], []
    for content in submission.leaves:
        hashed = leaf_hash(content)
        rows.append({"index": tree.size, "content": content, "hash": hashed})
        references.append(LeafReference(index=tree.size, hash=hashed.hex()))
        tree, completed = tree.append(hashed)
        nodes.extend(_stored_nodes(completed))
    if submission.also is None:
        _insert(session, rows, nodes)
    else:
        with session.begin_nested():
            _insert(session, rows, nodes)
            submission.also(session, tuple(references))
    return tree, tuple(references)


def _insert(session: Session, rows: Sequence[dict[str, object]], nodes: Sequence[dict[str, object]]) -> None:
    try:
        session.execute(insert(EvidenceLeaf), rows)
        if nodes:
            session.execute(insert(EvidenceNode), nodes)
    except SQLAlchemyError as error:
        raise _unavailable(error) from error


def _stored_nodes(completed: Iterable[Node]) -> list[dict[str, object]]:
    return [
        {"level": node.height // TILE_HEIGHT, "index": node.index, "hash": node.hash}
        for node in completed
        if node.height and node.height % TILE_HEIGHT == 0
    ]


def _lock_head(session: Session) -> CompactRange:
    """Read the tree and keep everyone else from appending until this transaction ends."""
    wanted = select(EvidenceHead.size, EvidenceHead.peaks).where(EvidenceHead.id == HEAD_ID).with_for_update()
    head = session.execute(wanted).one_or_none()
    if head is None:
        session.execute(_CREATE_HEAD, {"id": HEAD_ID, "peaks": b""})
        head = session.execute(wanted).one()
    return CompactRange.parse(head.size, head.peaks)


def _read_head(session: Session) -> CompactRange:
    wanted = select(EvidenceHead.size, EvidenceHead.peaks).where(EvidenceHead.id == HEAD_ID)
    head = session.execute(wanted).one_or_none()
    return CompactRange.parse(head.size, head.peaks) if head else CompactRange()


def _size_within(session: Session, wanted: int | None) -> int:
    """Return the size wanted, the present one when None."""
    present = _read_head(session).size
    if wanted is None:
        return present
    if not 0 <= wanted <= present:
        raise TreeRangeError(present)
    return wanted

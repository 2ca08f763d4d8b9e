"""The evidence log: append-only, durable before it answers, provable to anyone."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from backend.evidence import metrics
from backend.evidence.appending import NotTogetherError, StoreBatch, read_head, store_apart, store_together, unavailable
from backend.evidence.errors import LogUnavailableError, TreeRangeError
from backend.evidence.node_cache import NodeCache
from backend.evidence.stored_tree import TILE_HEIGHT
from backend.evidence.submission import AlsoCommit, AlsoRow, References, Submission
from backend.evidence.tree_reader import TILE_WIDTH, InclusionProof, TreeReader
from backend.group_commit import GroupCommit, Job
from backend.store import Store
from contracts.checkpoint import Checkpoint, sign_checkpoint, verifier_key
from contracts.decision import LeafReference

_LeafJob = Job[Submission, References]


class EvidenceLog:
    """One log over one store. Any number of processes may hold one each.

    Args:
        store: Where leaves are kept.
        origin: The log's name in checkpoints, e.g. ``centre.baidiao.example``.
        key: Signs checkpoints.
        gather_s: How long an append waits for company, in seconds.
        older: Keys that the present one takes the place of and that still sign beside it.
        timeout_s: How long an append waits to be durable, in seconds.
    """

    def __init__(
        self,
        store: Store,
        origin: str,
        key: Ed25519PrivateKey,
        *,
        older: Sequence[Ed25519PrivateKey] = (),
        gather_s: float = 0.002,
        timeout_s: float = 15.0,
    ) -> None:
        self._store = store
        self._origin = origin
        self._key = key
        self._older = tuple(older)
        self._timeout_s = timeout_s
        self._kept = NodeCache(TILE_HEIGHT)
        self._seen = 0
        self._sequencer: GroupCommit[Submission, References] = GroupCommit(self._commit, "evidence", gather_s, most=256)

    def append(self, leaf: bytes, also: AlsoCommit | None = None) -> LeafReference:
        """Append one leaf; see :meth:`append_all`."""
        return self.append_all((leaf,), also)[0]

    def append_all(
        self, leaves: Iterable[bytes], also: AlsoCommit | AlsoRow | None = None
    ) -> tuple[LeafReference, ...]:
        """Append leaves that belong together and return when they are durable, neighbours in the log.

        Args:
            leaves: Their contents, at least one.
            also: Adds another row, or others, to the same transaction, given the leaves' references. Whatever keeps it
                from that is raised here, and then none of these leaves is in the log.

        Raises:
            LogUnavailableError: Not stored, or not known to be: ask the store whether the rows of ``also`` are there.
        """
        began_s = time.perf_counter()
        done = self._sequencer.submit(Submission(tuple(leaves), also))
        try:
            references = done.result(self._timeout_s)
        except (FutureTimeoutError, CancelledError) as error:
            done.cancel()
            metrics.count_unavailable()
            raise LogUnavailableError("the log did not answer in time") from error
        except LogUnavailableError:
            metrics.count_unavailable()
            raise
        metrics.observe_append(time.perf_counter() - began_s)
        return references

    def close(self) -> None:
        """Store what is in line and end the sequencer."""
        self._sequencer.close()

    @property
    def verifier_key(self) -> str:
        """The checkpoint key in note form, for witnesses."""
        return verifier_key(self._origin, self._key.public_key())

    @property
    def verifier_keys(self) -> tuple[str, ...]:
        """Every key that signs checkpoints, the present one first."""
        return tuple(verifier_key(self._origin, key.public_key()) for key in (self._key, *self._older))

    def checkpoint(self) -> str:
        """Return the signed checkpoint of the log as it stands."""
        with self._store.reading() as session:
            tree = read_head(session)
        return sign_checkpoint(Checkpoint(self._origin, tree.size, tree.root), self._key, self._older)

    def size(self) -> int:
        """Return the number of leaves."""
        with self._store.reading() as session:
            return read_head(session).size

    def inclusion_proof(self, index: int, size: int | None = None) -> InclusionProof:
        """Return the proof that a leaf is in the tree of ``size`` leaves (the present one when None).

        Raises:
            TreeRangeError: No such leaf, or the log is not that large.
        """
        with self._store.glancing() as connection:
            return self._read_tree(connection, size).inclusion(index)

    def inclusion_proofs(self, indexes: Sequence[int], size: int, *, anew: bool = False) -> tuple[InclusionProof, ...]:
        """Return the proofs that leaves are in the tree of ``size`` leaves; a few dozen at a time.

        Args:
            indexes: Of the leaves.
            size: The tree's.
            anew: Read all of them from the store as it is now, whatever is remembered: for who looks for a forger.

        Raises:
            TreeRangeError: One of them is not, or the log is not that large.
        """
        with self._store.glancing() as connection:
            if not anew:
                return self._read_tree(connection, size).inclusions(indexes)
            present = read_head(connection).size
            if not 0 <= size <= present:
                raise TreeRangeError(present)
            return TreeReader(connection, size).inclusions(indexes)

    def consistency_proof(self, first: int, second: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the tree of ``second`` leaves only adds to that of ``first``.

        Raises:
            TreeRangeError: Not ``0 < first <= second``, or the log is not that large.
        """
        with self._store.glancing() as connection:
            return self._read_tree(connection, second).consistency(first)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes; see :meth:`TreeReader.tile`."""
        with self._store.glancing() as connection:
            least = (index * TILE_WIDTH + width) << TILE_HEIGHT * level
            size = least if least <= self._seen else None
            return self._read_tree(connection, size).tile(level, index, width)

    def _commit(self, batch: Sequence[_LeafJob]) -> None:
        """Store a batch in one transaction; each submission stands or falls by itself, the commit with all of them."""
        wanted = [job.wanted for job in batch]
        results: Sequence[References | Exception]
        try:
            try:
                results = self._settle(store_together, wanted)
            except NotTogetherError:  # only then: after a commit that failed nobody knows what is stored
                results = self._settle(store_apart, wanted)
        except Exception as error:  # noqa: BLE001  # the thread must live on, and every waiting caller hear of it
            results = [unavailable(error)] * len(batch)
        for job, result in zip(batch, results, strict=True):
            if isinstance(result, Exception):
                job.done.set_exception(result)
            else:
                job.done.set_result(result)

    def _settle(self, how: StoreBatch, wanted: Sequence[Submission]) -> Sequence[References | Exception]:
        with self._store.writing() as connection:
            return how(connection, wanted)

    def _read_tree(self, connection: Connection, wanted: int | None) -> TreeReader:
        """Give the tree of the size wanted, the present one when None."""
        if wanted is None or not 0 <= wanted <= self._seen:  # a log only grows: what it was seen to have, it has
            self._seen = read_head(connection).size
            if wanted is not None and not 0 <= wanted <= self._seen:
                raise TreeRangeError(self._seen)
        return TreeReader(connection, self._seen if wanted is None else wanted, self._kept)

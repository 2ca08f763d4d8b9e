"""The same on pymerkle's tree in SQLite, which stores leaves and hashes the rest of a proof anew, or out of a cache."""

import random
import time
from pathlib import Path

from pymerkle import SqliteTree, verify_consistency, verify_inclusion

from bench.evidence_leaves import invent_leaves
from bench.timing import Times, append_together

_AT_ONCE = 5_000
_PATIENCE_S = 30.0
_PROOFS = 500


def measure_pymerkle(folder: Path, leaves: int, seconds: float) -> dict[str, object]:
    """Fill a tree, prove and append."""
    file = folder / "pymerkle.sqlite3"
    with SqliteTree(str(file)) as tree:
        began_s = time.perf_counter()
        for start in range(0, leaves, _AT_ONCE):
            tree.append_entries(invent_leaves(start, min(start + _AT_ONCE, leaves)))
        figures: dict[str, object] = {"fill_leaves_per_s": round(leaves / (time.perf_counter() - began_s))}
        figures["on_disk"] = {"bytes": file.stat().st_size, "bytes_a_leaf": round(file.stat().st_size / leaves, 1)}
        figures |= _measure_proofs(tree, leaves)
        figures["append"] = append_together(tree.append_entry, invent_leaves(leaves), seconds)
    return figures


def _measure_proofs(tree: SqliteTree, size: int) -> dict[str, object]:
    """Prove random leaves; the first proof, which fills the cache, by itself."""
    chance, figures = random.Random(5), dict[str, object]()
    root = tree.get_root(size)
    tree.cache_clear()
    for name in ("inclusion_proof", "consistency_proof"):
        taken: list[float] = []
        until_s = time.perf_counter() + _PATIENCE_S
        while len(taken) < 3 or (len(taken) <= _PROOFS and time.perf_counter() < until_s):
            place = chance.randrange(1, size)
            began_s = time.perf_counter()
            if name == "inclusion_proof":
                inclusion = tree.prove_inclusion(place, size)
                taken.append(time.perf_counter() - began_s)
                verify_inclusion(tree.get_leaf(place), root, inclusion)
            else:
                consistency = tree.prove_consistency(place, size)
                taken.append(time.perf_counter() - began_s)
                verify_consistency(tree.get_root(place), root, consistency)
        first, *others = taken
        figures[name] = {"first_ms": round(first * 1000, 1), "proofs": len(others)} | Times(others).in_ms()
    return figures

"""The evidence log of ten million leaves: its size, appending, proofs, tiles over HTTP, exporting and verifying.

Leaves are decisions in the present form, all different; they go in through the log itself, thousands in one
transaction. Proofs are read from the store and over HTTP from a real centre. Beside it, in the same run, pymerkle.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import click
from sqlalchemy import text

from backend.evidence.keys import load_or_create_keys
from backend.evidence.log import EvidenceLog
from backend.settings import read_settings
from backend.store import Store, opened_store
from bench.centre_processes import ROOT, baidiao, centre_environment, postgres, served_centre, write_directory
from bench.evidence_leaves import invent_leaves
from bench.evidence_pymerkle import measure_pymerkle
from bench.load import encode_get, fire
from bench.timing import Times, append_together
from contracts.checkpoint import parse_body
from contracts.log_proof import verify_inclusion
from contracts.signed_note import decode_base64, parse_note

PARTS = ("sqlite", "postgresql", "pymerkle")
_AT_ONCE = 5_000
"""Leaves in one transaction while the log is filled."""
_PROOFS = 2_000
_TABLES = ("evidence_leaf", "evidence_node", "evidence_mid_node")
_FOLLOWERS = ("history_cursor", "audit_cursor", "statistics_cursor")
_READERS = 8


def measure_centre(folder: Path, leaves: int, seconds: float, database_url: str = "") -> dict[str, object]:
    """Fill a centre's log and measure all of it."""
    environment = centre_environment(folder, write_directory(folder, {}), database_url)
    baidiao("centre", "init", **environment)
    settings = read_settings(environment)
    with opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, load_or_create_keys(settings.keys_dir).checkpoint)
        figures: dict[str, object] = {"fill_leaves_per_s": fill(log, leaves)}
        figures["on_disk"] = measure_size(store, leaves)
        figures |= measure_proofs(log, leaves)
        figures["append"] = append_together(log.append, invent_leaves(leaves), seconds)
        log.close()
        _spare_followers(store, log.size())
        checkpoint, key = parse_body(parse_note(log.checkpoint()).body), log.verifier_key
    with served_centre(folder, environment, _READERS) as (url, _):
        figures["http"] = measure_http(url, checkpoint.size, checkpoint.root, seconds)
    return figures | measure_export(folder / "export", environment, key)


def fill(log: EvidenceLog, leaves: int) -> int:
    """Append so many leaves; returns how many a second, making them up included."""
    began_s = time.perf_counter()
    for start in range(0, leaves, _AT_ONCE):
        log.append_all(invent_leaves(start, min(start + _AT_ONCE, leaves)))
    return round(leaves / (time.perf_counter() - began_s))


def _spare_followers(store: Store, leaves: int) -> None:
    """Say that the indexes have followed: in life they do so leaf by leaf, here they would read all of it now."""
    with store.transaction() as session:
        for table in _FOLLOWERS:
            session.execute(text(f"INSERT INTO {table} (id, size) VALUES (1, :size)"), {"size": leaves})


def measure_size(store: Store, leaves: int) -> dict[str, object]:
    """Weigh the log's tables."""
    if store.is_sqlite:
        weigh = "SELECT sum(pgsize) FROM dbstat WHERE name = :table"
        with store.transaction() as session:
            session.connection().exec_driver_sql("SELECT 1")
        with store.glancing() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        weigh = "SELECT pg_total_relation_size(CAST(:table AS regclass))"
    with store.reading() as session:
        sizes = {table: int(session.scalar(text(weigh), {"table": table}) or 0) for table in _TABLES}
        rows = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in _TABLES[1:]}
    content = sum(map(len, invent_leaves(0, 1_000))) / 1_000
    return {
        "bytes": sum(sizes.values()),
        "bytes_a_leaf": round(sum(sizes.values()) / leaves, 1),
        "of_which_content": round(content, 1),
        "of_which_tree_above_leaves": round((sizes["evidence_node"] + sizes["evidence_mid_node"]) / leaves, 2),
        "full_tiles": sum(leaves >> 8 * level for level in range(1, 8)),
        "rows": {"evidence_leaf": leaves, **rows},
    }


def measure_proofs(log: EvidenceLog, size: int) -> dict[str, object]:
    """Read proofs from the store; a proof that does not hold ends the run."""
    chance, root = random.Random(5), parse_body(parse_note(log.checkpoint()).body).root
    inclusion, consistency = [], []
    for _ in range(_PROOFS):
        index = chance.randrange(size)
        began_s = time.perf_counter()
        proof = log.inclusion_proof(index, size)
        inclusion.append(time.perf_counter() - began_s)
        verify_inclusion(index, size, proof.leaf_hash, proof.hashes, root)
        first = chance.randrange(1, size)
        began_s = time.perf_counter()
        log.consistency_proof(first, size)
        consistency.append(time.perf_counter() - began_s)
    return {"inclusion_proof": Times(inclusion).in_ms(), "consistency_proof": Times(consistency).in_ms()}


def measure_http(url: str, size: int, root: bytes, seconds: float) -> dict[str, object]:
    """Ask a centre for proofs and tiles: by one reader after another, and by several at once."""
    chance = random.Random(6)

    def inclusion() -> str:
        return f"{url}/log/proof/inclusion?index={chance.randrange(size)}&size={size}"

    def consistency() -> str:
        return f"{url}/log/proof/consistency?first={chance.randrange(1, size)}&second={size}"

    def tile() -> str:
        place = f"{chance.randrange(size >> 8):06d}"
        return f"{url}/log/tile/0/{'x' + place[:3] + '/' if place[:3] != '000' else ''}{place[3:]}"

    figures: dict[str, object] = {}
    for name, make in (("inclusion_proof", inclusion), ("consistency_proof", consistency), ("tile", tile)):
        for readers in (1, _READERS):
            fire(
                url, [encode_get(make()) for _ in range(200)], readers, seconds
            )  # each worker's first answers are slow
            asked = [encode_get(make()) for _ in range(int(seconds * 2_000))]
            loaded = fire(url, asked, readers, seconds)
            told = Times(loaded.latencies_s).in_ms() | {"per_s": round(len(loaded.latencies_s) / loaded.took_s)}
            figures[f"{name}_{readers}_at_once"] = told
            if name == "inclusion_proof":
                said = json.loads(loaded.sample)
                path = [decode_base64(one) for one in said["hashes"]]
                verify_inclusion(said["leaf_index"], size, decode_base64(said["leaf_hash"]), path, root)
    return figures


def measure_export(folder: Path, environment: Mapping[str, str], key: str) -> dict[str, object]:
    """Export a whole log and verify it, each by its command."""
    _, export_s, export_mb = run_watched(("evidence", "export", str(folder)), environment)
    told, verify_s, verify_mb = run_watched(("evidence", "verify", str(folder), "--key", key), {})
    leaves = int(told.split("the log of ")[1].split()[0])
    weight = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder)
    return {
        "export": {"leaves_per_s": round(leaves / export_s), "bytes": weight, "peak_mb": export_mb},
        "verify": {"leaves_per_s": round(leaves / verify_s), "took_s": round(verify_s, 1), "peak_mb": verify_mb},
    }


def run_watched(command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, float, int]:
    """Run a command of the project's; return what it said, how long it took, and the most memory it had (MB)."""
    began_s, peak_kb = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "baidiao", *command],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=said,
            stderr=errors,
        )
        while process.poll() is None:
            peak_kb = max(peak_kb, _memory_kb(process.pid))
            time.sleep(0.05)
        took_s = time.perf_counter() - began_s
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{command[1]}: {errors.read()[-500:]}")
        said.seek(0)
        return said.read(), took_s, round(peak_kb / 1024)


def _memory_kb(pid: int) -> int:
    """Return the resident memory of a process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        told = Path(f"/proc/{pid}/status").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    own = [int(line.split()[1]) for line in told.splitlines() if line.startswith("VmRSS")]
    return sum(own) + sum(_memory_kb(int(child)) for child in children)


def _measure_part(part: str, folder: Path, leaves: int, seconds: float) -> dict[str, object]:
    folder.mkdir()
    try:
        if part == "pymerkle":
            return measure_pymerkle(folder, leaves, seconds)
        if part == "sqlite":
            return measure_centre(folder, leaves, seconds)
        with postgres() as url:
            return measure_centre(folder, leaves, seconds, url)
    finally:
        shutil.rmtree(folder)


def _ratios(figures: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Compare with pymerkle on the same kind of store: above 1 where the log is quicker."""
    ours, theirs = figures["sqlite"], figures["pymerkle"]

    def of(told: object, *names: str) -> float:
        for name in names:
            told = told[name]  # type: ignore[index]  # our own figures
        return float(told)  # type: ignore[arg-type]  # a number

    yield "fill", round(of(ours, "fill_leaves_per_s") / of(theirs, "fill_leaves_per_s"), 2)
    yield "append", round(of(ours, "append", "per_s") / of(theirs, "append", "per_s"), 2)
    for proof in ("inclusion_proof", "consistency_proof"):
        yield f"{proof}_p50", round(of(theirs, proof, "p50_ms") / of(ours, proof, "p50_ms"), 2)
        yield f"{proof}_p99", round(of(theirs, proof, "p99_ms") / of(ours, proof, "p99_ms"), 2)


@click.command()
@click.option("--leaves", default=10_000_000, show_default=True, type=click.IntRange(10_000), help="In each log.")
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(1, 60), help="For each load.")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS))
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the logs go, some 3 kB a leaf.")
def main(leaves: int, seconds: float, parts: tuple[str, ...], folder: Path | None) -> None:
    """Measure, and print one JSON object."""
    figures: dict[str, object] = {"leaves": leaves, "processors": os.cpu_count()}
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-evidence-", dir=folder)))
        for part in parts or PARTS:
            print(f"measuring {part} …", file=sys.stderr, flush=True)
            figures[part] = _measure_part(part, place / part, leaves, seconds)
    if {"sqlite", "pymerkle"} <= figures.keys():
        figures["beside_pymerkle"] = dict(_ratios(figures))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

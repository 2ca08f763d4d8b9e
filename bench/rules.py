"""Measures the rules and the evidence log, and prints JSON: ``python -m bench.rules``."""

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.eligibility.loading import load_rulebook
from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode
from backend.linkage.facts import Fact
from backend.store import Store
from contracts.card import Birth

DECISIONS = 5_000
LEAVES = 2_000
THREADS = 32


def measure_rules() -> dict[str, float]:
    """Decide on one person under all five services, over and over."""
    rules, on = load_rulebook(), date(2026, 11, 23)
    facts = {Fact.ALIVE: True, Fact.THAI_NATIONAL: True, Fact.BIRTH: Birth(year=1953), Fact.DOMICILE_REGISTERED: True}
    services = [service.id for service in rules.services()]
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(DECISIONS):
        rules.decide(services[number % len(services)], facts, on)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"rule_decisions_per_s": round(DECISIONS / wall), "rule_cpu_us": round(cpu / DECISIONS * 1e6, 1)}


def measure_log() -> dict[str, float]:
    """Append from many threads to a SQLite log with full synchronisation."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'log.sqlite3'}")
        tables = [model.__table__ for model in (EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceMidNode)]
        EvidenceHead.metadata.create_all(store.engine, tables=tables)
        log = EvidenceLog(store, "bench.example", Ed25519PrivateKey.generate())

        def append(number: int) -> float:
            begun = time.perf_counter()
            log.append(b"%d" % number + b" " * 400)
            return time.perf_counter() - begun

        wall = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as threads:
            took = sorted(threads.map(append, range(LEAVES)))
        wall = time.perf_counter() - wall
        begun = time.perf_counter()
        log.inclusion_proof(LEAVES // 3)
        proof = time.perf_counter() - begun
        log.close()
        store.close()
    return {
        "log_appends_per_s": round(LEAVES / wall),
        "log_append_p50_ms": round(took[len(took) // 2] * 1e3, 1),
        "log_append_p99_ms": round(took[len(took) * 99 // 100] * 1e3, 1),
        "log_inclusion_proof_ms": round(proof * 1e3, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure_rules() | measure_log(), indent=1))

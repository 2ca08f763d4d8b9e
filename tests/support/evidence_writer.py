"""A process of its own that appends to a log and says so after each answer: ``python -m … URL NAME COUNT``."""

import sys
from concurrent.futures import ThreadPoolExecutor

from backend.store import Store
from tests.support.evidence_logs import make_log


def main(url: str, name: str, count: str) -> None:
    """Append ``count`` leaves from four threads; print ``index leaf`` for each one acknowledged."""
    log = make_log(Store(url))

    def append(number: int) -> None:
        leaf = f"{name}-{number}"
        reference = log.append(leaf.encode())
        sys.stdout.write(f"{reference.index} {leaf}\n")
        sys.stdout.flush()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(append, range(int(count))))
    log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

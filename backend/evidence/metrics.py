"""Numbers for operators that are counted as things happen; ``log_watch`` reads the others from the store.

What has a label is shown at nothing before it first happens: Prometheus sees grow only what it has seen before, so an
alarm on the first refusal would stay silent.
"""

from collections.abc import Iterable

from prometheus_client import Counter, Histogram

_APPENDED = Histogram(
    "baidiao_log_append_seconds",
    "Time until a leaf is durable",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 15),
)
_UNAVAILABLE = Counter("baidiao_log_unavailable_total", "Appends that failed: decisions refused for want of evidence")
_NOT_COSIGNED = Counter("baidiao_log_witness_refusals_total", "Checkpoints not cosigned", ["witness", "reason"])
_NOT_STAMPED = Counter("baidiao_log_timestamp_failures_total", "Checkpoints not timestamped", ["reason"])


def show_refusals(witness: str, reasons: Iterable[str]) -> None:
    """Show how often a witness did not cosign, for each reason there is."""
    for reason in reasons:
        _NOT_COSIGNED.labels(witness, reason)


def show_unstamped(reasons: Iterable[str]) -> None:
    """Show how many checkpoints got no timestamp, for each reason there is."""
    for reason in reasons:
        _NOT_STAMPED.labels(reason)


def observe_append(elapsed_s: float) -> None:
    """Count an append that is durable."""
    _APPENDED.observe(elapsed_s)


def count_unavailable() -> None:
    """Count an append that failed."""
    _UNAVAILABLE.inc()


def count_refusal(witness: str, reason: str) -> None:
    """Count a checkpoint that a witness did not cosign."""
    _NOT_COSIGNED.labels(witness, reason).inc()


def count_unstamped(reason: str) -> None:
    """Count a checkpoint that got no timestamp."""
    _NOT_STAMPED.labels(reason).inc()

"""Numbers for operators: how long a leaf waits, how far witnesses are behind, how old the checkpoint is."""

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

_APPENDED = Histogram(
    "baidiao_log_append_seconds",
    "Time until a leaf is durable",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 15),
)
_UNAVAILABLE = Counter("baidiao_log_unavailable_total", "Appends that failed: decisions refused for want of evidence")
_LAG = Gauge(
    "baidiao_log_witness_lag_leaves", "Leaves a witness has not seen", ["witness"], multiprocess_mode="mostrecent"
)
_NOT_COSIGNED = Counter("baidiao_log_witness_refusals_total", "Checkpoints not cosigned", ["witness", "reason"])
_WITNESSED_SIZE = Gauge(
    "baidiao_log_witnessed_leaves", "Size of the newest witnessed checkpoint", multiprocess_mode="mostrecent"
)
_WITNESSED_AT = Gauge(
    "baidiao_log_witnessed_timestamp_seconds", "When it was witnessed", multiprocess_mode="mostrecent"
)
_STAMPED_SIZE = Gauge(
    "baidiao_log_timestamped_leaves", "Size of the newest checkpoint with a timestamp", multiprocess_mode="mostrecent"
)
_STAMPED_AT = Gauge("baidiao_log_timestamped_timestamp_seconds", "When it was stamped", multiprocess_mode="mostrecent")
_NOT_STAMPED = Counter("baidiao_log_timestamp_failures_total", "Checkpoints not timestamped", ["reason"])


def observe_append(elapsed_s: float) -> None:
    """Count an append that is durable."""
    _APPENDED.observe(elapsed_s)


def count_unavailable() -> None:
    """Count an append that failed."""
    _UNAVAILABLE.inc()


def tell_lag(witness: str, leaves: int) -> None:
    """Tell how far a witness is behind."""
    _LAG.labels(witness).set(leaves)


def count_refusal(witness: str, reason: str) -> None:
    """Count a checkpoint that a witness did not cosign."""
    _NOT_COSIGNED.labels(witness, reason).inc()


def tell_witnessed(size: int, at: datetime) -> None:
    """Tell of a witnessed checkpoint."""
    _WITNESSED_SIZE.set(size)
    _WITNESSED_AT.set(at.timestamp())


def tell_stamped(size: int, at: datetime) -> None:
    """Tell of a timestamped checkpoint."""
    _STAMPED_SIZE.set(size)
    _STAMPED_AT.set(at.timestamp())


def count_unstamped(reason: str) -> None:
    """Count a checkpoint that got no timestamp."""
    _NOT_STAMPED.labels(reason).inc()

"""What operators watch of the log as it lies in the store, read whenever somebody looks at ``/metrics``.

Read, not remembered: whichever worker is asked knows it, a process that died leaves no old number behind, and a duty
that nobody does any more shows as an age that grows.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.evidence.appending import read_head
from backend.evidence.models import EvidenceTimestamp, EvidenceWitness, EvidenceWitnessed
from backend.evidence.witness_list import WitnessPolicy
from backend.store import Store

_Told = Iterable[GaugeMetricFamily]


class LogWatch(Collector):
    """Reads the log's present state.

    Args:
        store: The centre's.
        policy: The witnesses; None where there are none.
        is_stamped: Whether an authority timestamps checkpoints.
    """

    def __init__(self, store: Store, policy: WitnessPolicy | None, *, is_stamped: bool) -> None:
        self._store = store
        self._policy = policy
        self._is_stamped = is_stamped

    def collect(self) -> _Told:
        """Give the numbers; where the store does not answer, only that it does not."""
        try:
            with self._store.reading() as session:
                found = list(self._read(session))
        except SQLAlchemyError:
            return [_gauge("baidiao_log_readable", "Whether the log's store answers", 0)]
        return [_gauge("baidiao_log_readable", "Whether the log's store answers", 1), *found]

    def _read(self, session: Session) -> Iterator[GaugeMetricFamily]:
        size = read_head(session).size
        yield _gauge("baidiao_log_leaves", "Leaves in the log", size)
        if self._policy is not None:
            yield from _read_witnesses(session, self._policy, size)
            yield from _read_witnessed(session)
        if self._is_stamped:
            yield from _read_stamped(session)


def _read_witnesses(session: Session, policy: WitnessPolicy, size: int) -> _Told:
    lag = GaugeMetricFamily("baidiao_log_witness_lag_leaves", "Leaves a witness has not seen", labels=["witness"])
    name = "baidiao_log_witness_cosigned_timestamp_seconds"
    at = GaugeMetricFamily(name, "When a witness last cosigned; 0: never", labels=["witness"])
    for entry in policy.witnesses:
        row = session.get(EvidenceWitness, entry.verifier.encode())
        lag.add_metric([entry.verifier.name], max(0, size - (row.size if row else 0)))
        at.add_metric([entry.verifier.name], row.cosigned_at.timestamp() if row else 0)
    return lag, at


def _read_witnessed(session: Session) -> _Told:
    row = session.execute(select(EvidenceWitnessed.size, EvidenceWitnessed.witnessed_at)).one_or_none()
    return _newest("baidiao_log_witnessed", "witnessed checkpoint", row.size if row else 0, row and row.witnessed_at)


def _read_stamped(session: Session) -> _Told:
    newest = select(EvidenceTimestamp.size, EvidenceTimestamp.stamped_at).order_by(EvidenceTimestamp.size.desc())
    row = session.execute(newest.limit(1)).one_or_none()
    return _newest("baidiao_log_timestamped", "timestamped checkpoint", row.size if row else 0, row and row.stamped_at)


def _newest(prefix: str, what: str, size: int, at: datetime | None) -> _Told:
    said_at = at.timestamp() if at else 0
    return (
        _gauge(f"{prefix}_leaves", f"Size of the newest {what}; 0: none", size),
        _gauge(f"{prefix}_timestamp_seconds", f"Time of the newest {what}; 0: none", said_at),
    )


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)

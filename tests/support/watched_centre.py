"""What a centre says on its page of numbers, and a round of its witnesses or its authority out of turn."""

from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from backend import bootstrap
from backend.evidence.lease import Lease
from backend.evidence.timestamping import Timestamping
from backend.evidence.witness_list import parse_witness_list
from backend.evidence.witnessing import DUTY, TERM, Witnessing


def read_metrics(client):
    """Return every sample: its labels and value by name."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(metrics, name, **labels):
    return next(number for said, number in metrics[name] if said == labels)


def make_witnessing(store, log, house, names):
    policy = parse_witness_list(names.read_text(), 1)
    return Witnessing(store, log, policy, house.ask, Lease(store, DUTY, "test", TERM), house.clock)


def make_stamping(store, log, authority, ask=None, now=lambda: datetime.now(UTC)):
    believed = bootstrap.load_authority("x", authority.root)
    lease = Lease(store, "stamping", "test", TERM)
    return Timestamping(store, log.checkpoint, believed, ask or authority.stamp, lease, now)

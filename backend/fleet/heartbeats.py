"""Heartbeats gather in memory for a moment and are written together: thousands a second would each cost a commit."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from backend.fleet.models import DeviceState
from backend.store import Store
from contracts.fleet import Heartbeat

log = structlog.get_logger()
_BATCH_ROWS = 500


class HeartbeatBuffer:
    """Keeps the latest heartbeat of each device and writes them every ``flush_ms``.

    A heartbeat lost in a crash is no loss: the next one follows within a minute. With ``flush_ms`` 0 each is written
    at once.
    """

    def __init__(self, store: Store, flush_ms: int) -> None:
        self._store = store
        self._flush_ms = flush_ms
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[str, dict[str, Any]] = {}
        self._timer: threading.Timer | None = None

    def add(self, device_id: str, heartbeat: Heartbeat, received_at: datetime) -> None:
        """Take a heartbeat; the first of a batch starts the clock for all that follow."""
        with self._lock:
            self._waiting[device_id] = _row(device_id, heartbeat, received_at)
            if self._flush_ms and self._timer is None:
                self._timer = threading.Timer(self._flush_ms / 1000, self._flush_quietly)
                self._timer.daemon = True
                self._timer.start()
        if not self._flush_ms:
            self.flush()

    def flush(self) -> int:
        """Write what has gathered. Returns how many devices' states were written."""
        with self._writing:  # one batch after the other, so that an older state never overwrites a newer one
            with self._lock:
                rows, self._waiting, self._timer = list(self._waiting.values()), {}, None
            # In a fixed order two workers' batches cannot lock the same rows crosswise.
            rows.sort(key=lambda row: str(row["device_id"]))
            for start in range(0, len(rows), _BATCH_ROWS):
                self._write(rows[start : start + _BATCH_ROWS])
            return len(rows)

    def close(self) -> None:
        """Write what is left."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
        self._flush_quietly()

    def _flush_quietly(self) -> None:
        try:
            self.flush()
        except SQLAlchemyError as error:
            # no traceback: the driver quotes the rows
            log.error("heartbeats_not_written", error=type(error).__name__)  # noqa: TRY400

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        insert = sqlite.insert if self._store.is_sqlite else postgresql.insert
        statement = insert(DeviceState)
        newest = {name: statement.excluded[name] for name in rows[0] if name != "device_id"}
        with self._store.transaction() as session:
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=[DeviceState.device_id],
                    set_=newest,
                    where=DeviceState.received_at <= statement.excluded.received_at,
                ).values(list(rows))
            )


def _row(device_id: str, heartbeat: Heartbeat, received_at: datetime) -> dict[str, Any]:
    plain = ("sent_at", "boot_id", "software_version", "uptime_s", "memory_bytes", "visits_total", "state")
    row: dict[str, Any] = {name: getattr(heartbeat, name) for name in plain}
    row |= {"device_id": device_id, "received_at": received_at}
    for part, state in (("reader", heartbeat.reader), ("printer", heartbeat.printer)):
        row |= {f"{part}_health": state.health.value, f"{part}_code": state.code, f"{part}_model": state.model}
    panel = heartbeat.panel  # empty where the device has none
    row |= {
        "panel_health": panel.health.value if panel else None,
        "panel_code": panel.code if panel else None,
        "panel_model": panel.model if panel else None,
        "panel_cycles_today": panel.power_cycles_today if panel else None,
        "panel_case_decicelsius": None
        if panel is None or panel.case_celsius is None
        else round(panel.case_celsius * 10),
        "panel_tampered_at": panel.tampered_at if panel else None,
    }
    return row

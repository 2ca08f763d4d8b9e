"""The fleet as people look at it: one row a device, with one word on how it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.fleet.models import Agency, Device, DeviceState, DeviceStatus
from contracts.fleet import PanelState, PartHealth, PartState
from contracts.message import Words

MISSED_HEARTBEATS: Final = 3
"""A device counts as silent after this many intervals: one lost heartbeat is weather, three are an outage."""


class Condition(StrEnum):
    """How a device is, worst first."""

    SILENT = "silent"
    FAULT = "fault"
    WARNING = "warning"
    NEVER_SEEN = "never_seen"
    OK = "ok"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device for lists. ``last_seen_at`` is None and the parts are unknown before its first heartbeat."""

    device_id: str
    condition: Condition
    agency_id: str
    agency: Words
    place: Words
    model: str
    serial: str
    software_version: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    activity: str
    visits_total: int
    reader: PartState
    printer: PartState
    panel: PanelState | None = None


def judge_condition(
    status: str,
    last_seen_at: datetime | None,
    parts: tuple[PartState, ...],
    activity: str,
    now: datetime,
    interval_s: int,
) -> Condition:
    """Sum a device up in one word (pure)."""
    if status == DeviceStatus.SUSPENDED.value:
        return Condition.SUSPENDED
    if last_seen_at is None:
        return Condition.NEVER_SEEN
    if now - last_seen_at > timedelta(seconds=interval_s * MISSED_HEARTBEATS):
        return Condition.SILENT
    healths = {part.health for part in parts}
    if activity == "out_of_order" or healths & {PartHealth.FAULT, PartHealth.ABSENT}:
        return Condition.FAULT
    return Condition.WARNING if healths & {PartHealth.WARNING, PartHealth.UNKNOWN} else Condition.OK


def list_devices(session: Session, now: datetime, interval_s: int) -> list[DeviceRow]:
    """Read all devices with their agencies and latest states, by place."""
    query = (
        select(Device, Agency, DeviceState)
        .join(Agency, Agency.id == Device.agency_id)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .order_by(Device.place_th, Device.id)
    )
    return [_row(device, agency, state, now, interval_s) for device, agency, state in session.execute(query)]


def _row(device: Device, agency: Agency, state: DeviceState | None, now: datetime, interval_s: int) -> DeviceRow:
    reader = printer = PartState(health=PartHealth.UNKNOWN)
    if state is not None:
        reader = PartState(health=PartHealth(state.reader_health), code=state.reader_code, model=state.reader_model)
        printer = PartState(health=PartHealth(state.printer_health), code=state.printer_code, model=state.printer_model)
    panel = _panel(state)
    seen_at = state.received_at if state else None
    activity = state.state if state else ""
    return DeviceRow(
        device_id=device.id,
        condition=judge_condition(
            device.status, seen_at, (reader, printer, *((panel,) if panel else ())), activity, now, interval_s
        ),
        agency_id=agency.id,
        agency=Words(th=agency.name_th, en=agency.name_en),
        place=Words(th=device.place_th, en=device.place_en),
        model=device.model,
        serial=device.serial,
        software_version=state.software_version if state else device.enrolled_version,
        enrolled_at=device.enrolled_at,
        last_seen_at=seen_at,
        activity=activity,
        visits_total=state.visits_total if state else 0,
        reader=reader,
        printer=printer,
        panel=panel,
    )


def _panel(state: DeviceState | None) -> PanelState | None:
    if state is None or not state.panel_health:
        return None
    return PanelState(
        health=PartHealth(state.panel_health),
        code=state.panel_code or "",
        model=state.panel_model or "",
        power_cycles_today=state.panel_cycles_today or 0,
        case_celsius=None if state.panel_case_decicelsius is None else state.panel_case_decicelsius / 10,
        tampered_at=state.panel_tampered_at,
    )

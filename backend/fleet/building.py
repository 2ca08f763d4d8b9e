"""Builds the fleet service: for the application and for single commands alike."""

import os

from backend.fleet.admission import Admissions
from backend.fleet.heartbeats import HeartbeatBuffer
from backend.fleet.service import FleetService
from backend.settings import Settings
from backend.store import Store


def build_fleet(settings: Settings, store: Store) -> FleetService:
    """Build the fleet service over an open store."""
    buffer = HeartbeatBuffer(store, settings.heartbeat_flush_ms)
    return FleetService(store, buffer, Admissions(store), os.urandom, settings.heartbeat_interval_s)

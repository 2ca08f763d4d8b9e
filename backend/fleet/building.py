"""Builds the fleet service: for the application and for single commands alike."""

import os

from backend.fleet.admission import Admissions
from backend.fleet.heartbeats import HeartbeatBuffer
from backend.fleet.nonces import Nonces, TableNonces
from backend.fleet.service import FleetService
from backend.settings import Settings
from backend.store import Store


def build_fleet(settings: Settings, store: Store, nonces: Nonces | None = None) -> FleetService:
    """Build the fleet service over an open store; ``nonces`` are wanted where devices' requests come in."""
    buffer = HeartbeatBuffer(store, settings.heartbeat_flush_ms)
    admissions = Admissions(store, nonces or TableNonces(store))
    return FleetService(store, buffer, admissions, os.urandom, settings.heartbeat_interval_s)

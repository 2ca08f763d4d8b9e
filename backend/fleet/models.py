"""The fleet's tables. Inventory (who a device is) and state (how it is) are apart: one changes all the time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class DeviceStatus(StrEnum):
    """Whether a device is listened to."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Agency(Base):
    """An agency that runs devices, with the readers the seed plan allots to it."""

    __tablename__ = "fleet_agency"

    id: Mapped[str] = mapped_column(String(41), primary_key=True)
    name_th: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    readers_allocated: Mapped[int] = mapped_column(default=0)


class Claim(Base):
    """A one-time permission to enrol one device. The code itself is not kept, only its hash."""

    __tablename__ = "fleet_claim"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(ForeignKey("fleet_agency.id"))
    place_th: Mapped[str] = mapped_column(String(200))
    place_en: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("fleet_device.id"))


class Device(Base):
    """Inventory: one enrolled device and its key."""

    __tablename__ = "fleet_device"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(43), unique=True)
    public_key: Mapped[str] = mapped_column(String(43))
    agency_id: Mapped[str] = mapped_column(ForeignKey("fleet_agency.id"), index=True)
    place_th: Mapped[str] = mapped_column(String(200))
    place_en: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(8), default="")
    serial: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(16), default=DeviceStatus.ACTIVE.value)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    enrolled_version: Mapped[str] = mapped_column(String(40))


class DeviceState(Base):
    """State: the latest heartbeat of a device."""

    __tablename__ = "fleet_device_state"

    device_id: Mapped[str] = mapped_column(ForeignKey("fleet_device.id"), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    boot_id: Mapped[str] = mapped_column(String(64))
    software_version: Mapped[str] = mapped_column(String(40))
    uptime_s: Mapped[int] = mapped_column(BigInteger)
    memory_bytes: Mapped[int] = mapped_column(BigInteger)
    visits_total: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    reader_health: Mapped[str] = mapped_column(String(16))
    reader_code: Mapped[str] = mapped_column(String(40))
    reader_model: Mapped[str] = mapped_column(String(120))
    printer_health: Mapped[str] = mapped_column(String(16))
    printer_code: Mapped[str] = mapped_column(String(40))
    printer_model: Mapped[str] = mapped_column(String(120))
    panel_health: Mapped[str | None] = mapped_column(String(16))
    panel_code: Mapped[str | None] = mapped_column(String(40))
    panel_model: Mapped[str | None] = mapped_column(String(120))
    panel_cycles_today: Mapped[int | None] = mapped_column()
    panel_case_decicelsius: Mapped[int | None] = mapped_column()
    panel_tampered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SeenNonce(Base):
    """A signature's nonce, kept until the signature would be too old anyway. The primary key refuses the second use."""

    __tablename__ = "fleet_seen_nonce"
    __table_args__ = (Index("ix_fleet_seen_nonce_expires_at", "expires_at"),)

    key_id: Mapped[str] = mapped_column(String(43), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""Messages between a device and the fleet service: enrolment by claim code, and heartbeats."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.message import Count, Label, Message, Words

DeviceId = Annotated[str, Field(pattern=r"^dev_[a-z0-9]{16}$")]

ENROL_PATH = "/v1/device/enrolments"
HEARTBEAT_PATH = "/v1/device/heartbeats"
QUESTION_PATH = "/v1/device/questions"
SERVICES_PATH = "/v1/device/services"
KEYS_PATH = "/.well-known/jwks.json"


class EnrolRequest(Message):
    """Body of ``POST /v1/device/enrolments``: a one-time claim code and the key made on the device.

    The request is signed (RFC 9421) with the very key it carries, so that nobody can enrol a key he does not hold;
    ``keyid`` is the RFC 7638 thumbprint of the key.
    """

    claim_code: str = Field(min_length=6, max_length=40, repr=False)
    public_key: str = Field(description="Ed25519 public key, 32 raw bytes, base64url without padding")
    serial: Label = Field(max_length=64)
    model: Label = Field(max_length=80)
    software_version: Label = Field(max_length=40)


class EnrolReply(Message):
    """Answer to an enrolment, 201."""

    device_id: DeviceId
    agency_id: str
    agency: Words
    place: Words
    heartbeat_interval_s: int = Field(ge=5, le=3600)


class PartHealth(StrEnum):
    """State of a part of the device, as the device sees it."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class PartState(Message):
    """One part's state.

    Attributes:
        health: The state.
        code: Stable cause, e.g. ``paper_out``; empty when well.
        model: What the part calls itself.
    """

    health: PartHealth
    code: Label = Field(default="", max_length=40)
    model: Label = Field(default="", max_length=120)


class PanelState(PartState):
    """The front panel's state.

    Attributes:
        power_cycles_today: How often the panel cut the device's power in its running 24 hours.
        case_celsius: The case's temperature; None when it is not known.
        tampered_at: When the case was last opened, if within a day.
    """

    power_cycles_today: int = Field(default=0, ge=0, le=255)
    case_celsius: float | None = Field(default=None, ge=-60, le=200)
    tampered_at: AwareDatetime | None = None


class Heartbeat(Message):
    """Body of ``POST /v1/device/heartbeats``, signed. Counters only ever grow within one ``boot_id``."""

    sent_at: AwareDatetime
    boot_id: Label = Field(max_length=64)
    software_version: Label = Field(max_length=40)
    uptime_s: Count
    memory_bytes: Count
    visits_total: Count
    state: Literal["resting", "visiting", "out_of_order"]
    reader: PartState
    printer: PartState
    panel: PanelState | None = Field(default=None, description="None where the device has no front panel")


class HeartbeatReply(Message):
    """Answer to a heartbeat."""

    server_time: AwareDatetime
    heartbeat_interval_s: int

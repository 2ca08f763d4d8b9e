"""Events of readers and cards as JSON objects and as lines for people. Pure."""

import base64
import re
from collections.abc import Mapping
from dataclasses import asdict

from reader_drivers.events import CardInserted, CardReadDone, IdentityRead, PhotoRead, ReaderEvent, ReadFailed

_NAMES: Mapping[type[object], str] = {CardReadDone: "card_read"}


def event_name(event: ReaderEvent) -> str:
    """Return the event's stable name, ``card_inserted``."""
    return _NAMES.get(type(event)) or re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def describe_event(event: ReaderEvent, *, personal: bool = False) -> dict[str, object]:
    """Return the event as a JSON object.

    Args:
        event: What happened.
        personal: Include what the card says of its holder; without it nothing personal is in the object.
    """
    said = {"event": event_name(event)} | _facts(event)
    return said | _personal(event) if personal else said


def _facts(event: ReaderEvent) -> dict[str, object]:
    match event:
        case CardInserted():
            return {"reader": event.reader, "atr": event.atr.hex().upper(), "mute": event.mute}
        case IdentityRead():
            return {"reader": event.reader, "exchanges": event.identity.exchanges}
        case CardReadDone(reader, card):
            read = {"reader": reader, "exchanges": card.exchanges, "layout": card.layout}
            return read | {"assurance": card.assurance.value, "findings": [finding.value for finding in card.findings]}
        case PhotoRead():
            return {"reader": event.reader, "bytes": len(event.photo)}
        case ReadFailed(reader, error):
            failed = {"reader": reader, "code": error.code, "technician": str(error)}
            return failed | {"citizen": error.citizen.model_dump()}
        case _:
            return asdict(event)


def _personal(event: ReaderEvent) -> dict[str, object]:
    match event:
        case IdentityRead():
            return {"identity": _identity(event)}
        case CardReadDone():
            return {"card": event.card.public()}
        case PhotoRead():
            return {"photo": base64.b64encode(event.photo).decode()}
        case _:
            return {}


def render_event(said: Mapping[str, object]) -> str:
    """Return a described event as one line for a person."""
    words = " ".join(f"{name}={_plain(value)}" for name, value in said.items() if name not in {"event", "citizen"})
    return f"{said['event']:<15} {words}".rstrip()


def _identity(event: IdentityRead) -> dict[str, object]:
    who = event.identity
    dates = {"issued": who.issued, "expires": who.expires}
    return {
        "citizen_number": who.citizen_number,
        "name_th": who.name_th.model_dump(),
        "name_en": who.name_en.model_dump(),
        "birth": who.birth.model_dump(),
        "sex": who.sex,
        **{name: None if day is None else day.isoformat() for name, day in dates.items()},
        "expires_never": who.expires_never,
    }


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0%}"
    if isinstance(value, list):
        return ",".join(map(str, value)) or "-"
    return str(value)

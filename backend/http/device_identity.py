"""Who signed the request: what the signature check leaves in ``g.device`` for the handlers behind it."""

from dataclasses import dataclass

from flask import g

from contracts.message import Words


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """An enrolled, active device whose signature over this request was checked.

    Attributes:
        device_id: ``dev_`` and 16 characters.
        agency_id: Whose device it is: mandates are looked up by it.
        agency: The agency's name.
        place: Where the device stands.
        area_code: Four digits of the district it serves (province and district of the civil register), or empty.
    """

    device_id: str
    agency_id: str
    agency: Words
    place: Words
    area_code: str = ""


def current_device() -> DeviceIdentity:
    """Return the device that signed this request. Only for handlers behind the signature check."""
    device = g.device
    if not isinstance(device, DeviceIdentity):
        raise TypeError("the route is not behind the signature check")
    return device

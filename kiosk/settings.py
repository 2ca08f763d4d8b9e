"""The kiosk's settings, read once from ``BAIDIAO_KIOSK_…``. Units are in the names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from kiosk.errors import SettingsError

PREFIX = "BAIDIAO_KIOSK_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator sets on a kiosk. Each field is the variable of the same name in capitals."""

    state_dir: Path = field(
        default=Path("/var/lib/baidiao/kiosk"), metadata={"doc": "Where the device's identity and queues live"}
    )
    screen_host: str = field(default="127.0.0.1", metadata={"doc": "Loopback address of the screen's web server"})
    screen_port: int = field(default=8070, metadata={"doc": "Its port; 0 takes a free one"})
    printer_url: str = field(
        default="", metadata={"doc": "tcp://, usb://, serial:, file: or png: address; empty: none"}
    )
    panel_url: str = field(default="", metadata={"doc": "Front panel: auto or serial:/dev/…; empty: none"})
    reader_name: str = field(default="", metadata={"doc": "PC/SC reader, or a part of its name; empty: the first one"})
    language: Literal["th", "en"] = field(default="th", metadata={"doc": "Language of the rest screen: th or en"})
    idle_s: float = field(default=90.0, metadata={"doc": "Seconds without a touch before the time-out warning"})
    warning_s: float = field(default=30.0, metadata={"doc": "Seconds the warning waits, at least 20 (WCAG 2.2.1)"})
    ask_timeout_s: float = field(default=45.0, metadata={"doc": "Seconds before a silent centre counts as unreachable"})
    visit_file: Path | None = field(default=None, metadata={"doc": "Masked record of the last visit is written here"})
    frame_ancestors: str = field(default="", metadata={"doc": "Origins that may frame the screen, for demonstrations"})
    centre_url: str = field(default="", metadata={"doc": "Overrides the centre's address learnt at enrolment"})


def list_variables() -> list[tuple[str, str, str]]:
    """Return each variable with its default and what it means, for ``baidiao settings``."""
    return [
        (PREFIX + item.name.upper(), "" if item.default is None else str(item.default), item.metadata["doc"])
        for item in fields(Settings)
    ]


def parse_settings(environment: Mapping[str, str]) -> Settings:
    """Read settings out of environment variables. Pure.

    Raises:
        SettingsError: A value is not of the wanted kind.
    """
    given = {
        item.name: environment[PREFIX + item.name.upper()]
        for item in fields(Settings)
        if environment.get(PREFIX + item.name.upper())
    }
    values: dict[str, object] = dict(given)
    for name in ("state_dir", "visit_file"):
        if name in given:
            values[name] = Path(given[name])
    for name, least, most in (("idle_s", 1, 3600), ("warning_s", 20, 600), ("ask_timeout_s", 1, 600)):
        if name in given:
            values[name] = _number(name, given[name], least, most)
    if "screen_port" in given:
        values["screen_port"] = int(_number("screen_port", given["screen_port"], 0, 65535))
    if given.get("language", "th") not in {"th", "en"}:
        raise SettingsError(PREFIX + "LANGUAGE", "th or en is wanted")
    if given.get("screen_host", "127.0.0.1") not in {"127.0.0.1", "::1", "localhost"}:
        raise SettingsError(PREFIX + "SCREEN_HOST", "the screen is for this device alone: a loopback address is wanted")
    return Settings(**values)  # type: ignore[arg-type]  # checked field by field above


def _number(name: str, text: str, least: float, most: float) -> float:
    wanted = f"a number from {least} to {most} is wanted"
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(PREFIX + name.upper(), wanted) from None
    if not least <= value <= most:
        raise SettingsError(PREFIX + name.upper(), wanted)
    return value

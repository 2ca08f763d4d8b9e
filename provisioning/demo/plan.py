"""Where everything of one demo lives: folders, ports, commands. Pure, but for looking whether a port is free."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

AGENCY_NAMES = (
    "civil_registry",
    "revenue",
    "comptroller_general",
    "disability_register",
    "welfare_register",
    "health_security",
)
KIOSK_AGENCY_ID = "tuayang_municipality"
OFFICER_EMAIL = "officer@centre.example"
APPROVER_EMAIL = "approver@centre.example"
"""The second person: what the officer has written, only somebody else can approve."""


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports of one demo, all on the loopback address."""

    stage: int
    kiosk: int
    centre: int
    line: int
    printer: int
    agencies: tuple[int, ...]


WANTED = Ports(stage=8060, kiosk=8070, centre=8080, line=8081, printer=9100, agencies=tuple(range(8101, 8107)))
"""The ports a demo takes when they are free; another free one stands in for each that is not."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """One demo's folders and addresses.

    Attributes:
        root: Folder of everything the demo writes; made anew at each start.
        ports: Where its parts listen.
        population: How many invented people the agencies know.
        people_file: The virtual cards' holders.
        agency_directory_file: The demo's agency directory, with default addresses.
        command: The ``baidiao`` command, as an argument list.
    """

    root: Path
    ports: Ports
    population: int
    people_file: Path
    agency_directory_file: Path
    command: tuple[str, ...]

    @property
    def stage_url(self) -> str:
        """The page with the kiosk's screen and the drawer beside it."""
        return f"http://127.0.0.1:{self.ports.stage}/"

    @property
    def kiosk_url(self) -> str:
        """The kiosk's own screen."""
        return f"http://127.0.0.1:{self.ports.kiosk}/"

    @property
    def centre_url(self) -> str:
        """The centre, directly."""
        return f"http://127.0.0.1:{self.ports.centre}"

    @property
    def line_url(self) -> str:
        """The centre through the line that the drawer can cut: the way the kiosk goes."""
        return f"http://127.0.0.1:{self.ports.line}"

    @property
    def console_url(self) -> str:
        """The officers' console."""
        return f"{self.centre_url}/console/"

    def agency_url(self, agency_id: str) -> str:
        """Base address of one demo agency."""
        return f"http://127.0.0.1:{self.ports.agencies[AGENCY_NAMES.index(agency_id)]}"

    @property
    def agency_urls(self) -> Mapping[str, str]:
        """Every agency's base address, by id."""
        return {name: self.agency_url(name) for name in AGENCY_NAMES}

    @property
    def visit_file(self) -> Path:
        """What the last visit's slip says."""
        return self.root / "visit.json"

    @property
    def slip_file(self) -> Path:
        """The last slip as it left the printer."""
        return self.root / "slip.png"

    @property
    def keys_file(self) -> Path:
        """The centre's public keys, for ``baidiao slip verify``."""
        return self.root / "kiosk" / "keys.json"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_ports(wanted: Ports = WANTED) -> Ports:
    """Return the wanted ports, each replaced by a free one where somebody listens already."""

    def settle(port: int) -> int:
        return port if _is_free(port) else _any_free_port()

    first = wanted.agencies[0]
    in_a_row = range(first, first + len(AGENCY_NAMES))
    agencies = tuple(settle(port) for port in in_a_row)
    return Ports(
        stage=settle(wanted.stage),
        kiosk=settle(wanted.kiosk),
        centre=settle(wanted.centre),
        line=settle(wanted.line),
        printer=settle(wanted.printer),
        agencies=agencies,
    )

"""Builds a kiosk out of its settings: the only place that sees everything."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import structlog

from contracts.fleet import Heartbeat, PanelState, PartHealth, PartState
from contracts.slip import SlipRecord
from kiosk.adapters.cards import PcscCardSource
from kiosk.adapters.panel import NoPanel, SerialPanel
from kiosk.adapters.press import NoPress, SlipPress
from kiosk.agent.heartbeat import HeartbeatThread
from kiosk.agent.identity import DeviceIdentity, load_identity, write_private
from kiosk.daemon import Daemon, Parts
from kiosk.ports import CardSource, Centre, FrontPanel, Press
from kiosk.screen.app import create_screen
from kiosk.screen.catalogues import read_catalogues
from kiosk.screen.hub import Hub
from kiosk.screen.server import ScreenServer
from kiosk.settings import Settings
from kiosk.uplink.client import SignedClient
from kiosk.visit.machine import begin
from kiosk.visit.state import Place, Rules, State

_BAD = {PartHealth.FAULT, PartHealth.ABSENT}
HUNG_S = 30.0
"""A loop that should go round four times a second and has not for so long is not coming back."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk, built and not yet started."""

    daemon: Daemon
    hub: Hub
    server: ScreenServer
    heartbeat: HeartbeatThread
    panel: FrontPanel

    def run(self) -> None:
        """Serve and work until :meth:`Daemon.stop` is called on the daemon."""
        self.server.start()
        self.heartbeat.start()
        self.panel.start(
            lambda: time.monotonic() - self.daemon.turned_at_s < HUNG_S, self.daemon.post, self.heartbeat.nudge
        )
        _log.info("kiosk_started", screen=self.server.url)
        try:
            self.daemon.run()
        finally:
            self.panel.stop()
            self.heartbeat.stop()
            self.hub.close()
            self.server.stop()


def make_rules(settings: Settings, identity: DeviceIdentity) -> Rules:
    """Put together what the operator and the centre set."""
    return Rules(
        place=identity.place,
        agency=identity.agency,
        default_language=settings.language,
        idle_s=settings.idle_s,
        warning_s=settings.warning_s,
        asking_s=settings.ask_timeout_s,
    )


def memory_bytes() -> int:
    """Return this process's resident memory now; its peak where the system does not tell (not Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


def read_boot_id() -> str:
    """Return the system's boot id; the counters of a heartbeat only ever grow within one of them and one process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = "unknown"
    return f"{boot[:40]}-{time.monotonic_ns() // 1_000_000:x}"[:64]


def observe(
    state: State, visits: int, boot_id: str, uptime_s: int, now: datetime, panel: PanelState | None = None
) -> Heartbeat:
    """Make a heartbeat of a state."""
    doing: Literal["resting", "visiting", "out_of_order"] = "visiting" if state.visit is not None else "resting"
    return Heartbeat(
        sent_at=now,
        boot_id=boot_id,
        software_version=version("baidiao"),
        uptime_s=uptime_s,
        memory_bytes=memory_bytes(),
        visits_total=visits,
        state="out_of_order" if state.place is Place.OUT_OF_ORDER else doing,
        reader=state.reader,
        printer=state.printer,
        panel=panel,
    )


def _keeper(path: Path | None) -> Callable[[SlipRecord], None]:
    def keep(record: SlipRecord) -> None:
        if path is not None:
            write_private(path, record.model_dump_json(indent=1).encode() + b"\n")

    return keep


def assemble(
    settings: Settings,
    rules: Rules,
    cards: CardSource,
    press: Press,
    centre: Centre,
    interval_s: float = 60.0,
    panel: FrontPanel | None = None,
) -> Kiosk:
    """Wire a kiosk out of its parts; tests bring fakes."""
    panel = panel or NoPanel()
    hub = Hub(begin(rules))
    started_s = time.monotonic()
    boot_id = read_boot_id()
    known: dict[str, PartState] = {}

    def publish(state: State) -> None:
        hub.publish(state)
        panel.show(state)
        parts = {"reader": state.reader, "printer": state.printer}
        if known and any(known[name] != part for name, part in parts.items()):
            heartbeat.nudge()
        known.update(parts)

    daemon = Daemon(Parts(cards, press, centre, publish, _keeper(settings.visit_file), hub.press), rules)
    heartbeat = HeartbeatThread(
        centre,
        lambda now: observe(
            daemon.state, daemon.visits_total, boot_id, int(time.monotonic() - started_s), now, panel.report()
        ),
        interval_s,
    )
    app = create_screen(hub, daemon.post, rules, read_catalogues(), settings.frame_ancestors)
    return Kiosk(daemon, hub, ScreenServer(app, settings.screen_host, settings.screen_port), heartbeat, panel)


def build(settings: Settings) -> Kiosk:
    """Build the real kiosk.

    Raises:
        IdentityError: The device is not enrolled, or its identity is damaged.
        PrinterUrlError: The printer's address cannot be understood.
        PanelUrlError: The panel's address cannot be understood.
    """
    identity = load_identity(settings.state_dir)
    client = SignedClient(settings.centre_url or identity.centre_url, identity.key, identity.key_id)
    journal = settings.state_dir / "prints.sqlite"
    press: Press = SlipPress(settings.printer_url, journal) if settings.printer_url else NoPress()
    cards = PcscCardSource(settings.reader_name, lambda: datetime.now(UTC).astimezone().date())
    panel: FrontPanel = SerialPanel(settings.panel_url, settings.state_dir) if settings.panel_url else NoPanel()
    _log.info("device_identified", device_id=identity.device_id)
    return assemble(
        settings, make_rules(settings, identity), cards, press, client, float(identity.heartbeat_interval_s), panel
    )

"""Starts every part in order, makes the visit, says where to look, and ends what it started."""

import fcntl
import json
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, make_server

from kiosk.panel.simulator import find_micropython
from provisioning.demo.agencies import HttpAgencyControls
from provisioning.demo.centre import DemoCentre
from provisioning.demo.errors import DemoError
from provisioning.demo.front_panel import StagePanel
from provisioning.demo.kiosk import DemoKiosk, Wiring
from provisioning.demo.line import Line
from provisioning.demo.pcscd import ensure_pcscd
from provisioning.demo.pictures import make_pictures
from provisioning.demo.plan import AGENCY_NAMES, APPROVER_EMAIL, OFFICER_EMAIL, DemoPlan
from provisioning.demo.processes import Processes, answers
from provisioning.demo.props import SlotWithCards, SwitchablePrinter
from provisioning.demo.stage import Props, create_stage
from provisioning.demo.visitor import make_visit
from reader_drivers.virtual.reservation import SlotReservation, find_free_slot

_PASSWORD = "ใบเดียวพอ-demo"  # noqa: S105  (of an invented officer, on the loopback address)
_VISITOR = "grandmother"
_SERVICES = ("old_age_allowance", "disability_allowance")
Say = Callable[[str], None]


def run_demo(plan: DemoPlan, *, once: bool, visit: bool, pictures: Path | None, say: Say) -> None:
    """Run one demo to its end.

    Args:
        plan: Where everything lives.
        once: End after the visit.
        visit: Make a visit.
        pictures: Folder for the README's pictures, or None.
        say: Prints one line for the person who watches.

    Raises:
        DemoError: A part did not start, or the visit did not go through.
    """
    processes = Processes(plan.root / "logs")
    try:
        centre = DemoCentre(plan, processes)
        with (
            _sole_use(plan.root),
            _slot() as slot,
            _panel(plan, say) as panel,
            _props(plan, slot, centre, panel, processes, say) as props,
        ):
            _start_agencies(plan, processes, say)
            _start_centre(centre, say)
            kiosk = DemoKiosk(plan, processes, Wiring(slot.reader, panel.url if panel else ""))
            _start_kiosk(kiosk, centre, panel, say)
            with _serve_stage(plan, props):
                if visit:
                    _visit(plan, props, say)
                if pictures is not None:
                    make_pictures(plan, props, pictures, (OFFICER_EMAIL, _PASSWORD), say)
                _point_out(plan, slot, say)
                if not once:
                    say("Everything stays up. Press Ctrl-C to end it.")
                    signal.pause()
    finally:
        processes.stop_all()


@contextmanager
def _sole_use(root: Path) -> Iterator[None]:
    """Begin with an empty folder, and keep every other demo out of it: a demo keeps nothing from the one before."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f".{root.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "use that one, or end it with Ctrl-C, or start another with --dir"
            raise DemoError(f"a demo already runs in {root}", remedy) from None
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        yield


def _slot() -> SlotReservation:
    slot = find_free_slot()
    if slot is None:
        raise DemoError("both slots of the virtual reader are in use", "end one of the demos or tests that run now")
    return slot


@contextmanager
def _panel(plan: DemoPlan, say: Say) -> Iterator[StagePanel | None]:
    if find_micropython() is None:
        say("Front panel: none, for its firmware needs MicroPython, which is published for x86-64 alone")
        yield None
        return
    panel = StagePanel(plan.root / "panel")
    try:
        yield panel
    finally:
        panel.stop()


@contextmanager
def _props(
    plan: DemoPlan,
    reserved: SlotReservation,
    centre: DemoCentre,
    panel: StagePanel | None,
    processes: Processes,
    say: Say,
) -> Iterator[Props]:
    say("Card reader: pcscd with a virtual reader …")
    ensure_pcscd(processes)
    line = Line(plan.ports.line, plan.ports.centre)
    line.start()
    slot = SlotWithCards(reserved.port, panel.move_card if panel else lambda _inside: None)
    printer = SwitchablePrinter(plan.ports.printer, plan.root / "slips", plan.slip_file)
    try:
        yield Props(slot, printer, line, centre, HttpAgencyControls(plan.agency_urls), panel)
    finally:
        slot.remove()
        printer.stop()
        line.stop()


def _start_agencies(plan: DemoPlan, processes: Processes, say: Say) -> None:
    say(f"Agencies: making {plan.population:,} invented people …")
    stores = plan.root / "agencies"
    size = ["--size", str(plan.population)]
    build = [*plan.command, "demo-agencies", "build", "--dir", str(stores), "--people", str(plan.people_file), *size]
    processes.run("building the agencies' stores", build)
    for name, port in zip(AGENCY_NAMES, plan.ports.agencies, strict=True):
        serve = [*plan.command, "demo-agencies", "serve", name, "--dir", str(stores), "--port", str(port)]
        processes.start(name, serve)
    for name in AGENCY_NAMES:
        processes.wait_until(name, lambda name=name: answers(f"{plan.agency_url(name)}/healthz"))  # type: ignore[misc]


def _start_centre(centre: DemoCentre, say: Say) -> None:
    say("Linkage centre: store, keys, mandates, web server …")
    centre.prepare(_PASSWORD)
    centre.start()


def _start_kiosk(kiosk: DemoKiosk, centre: DemoCentre, panel: StagePanel | None, say: Say) -> None:
    say("Kiosk: enrolling with a one-time claim code …")
    kiosk.enrol(centre)
    if panel is not None:
        say("Front panel: its own firmware under MicroPython, on a serial port …")
        panel.start(kiosk)  # before the kiosk: a panel feeds its host
    kiosk.start()
    kiosk.wait_until_up()


@contextmanager
def _serve_stage(plan: DemoPlan, props: Props) -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", plan.ports.stage, create_stage(plan, props), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="stage", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)


def _visit(plan: DemoPlan, props: Props, say: Say) -> None:
    say("A visit: card in, services chosen, agencies asked, slip printed, card taken …")
    insert = lambda: props.slot.insert(_VISITOR)  # noqa: E731  (two one-line hands)
    make_visit(plan.kiosk_url, plan.root / "screens", _SERVICES, insert, props.slot.remove)
    props.printer.newest_slip()
    answer = json.loads(plan.visit_file.read_text(encoding="utf-8"))["answer"]
    for decision in answer["decisions"]:
        say(f"  {decision['service_name']['en']}: {decision['outcome'].replace('_', ' ')}")


def _point_out(plan: DemoPlan, slot: SlotReservation, say: Say) -> None:
    addresses = {"stage": plan.stage_url, "kiosk": plan.kiosk_url, "centre": plan.centre_url, "reader": slot.reader}
    (plan.root / "demo.json").write_text(json.dumps(addresses), encoding="utf-8")
    say("")
    say(f"The stage       {plan.stage_url}   the kiosk's screen, and a drawer to play every part")
    say(f"Kiosk's screen  {plan.kiosk_url}")
    say(f"Console         {plan.console_url}   {OFFICER_EMAIL}  {_PASSWORD}")
    say(f"                approves rules: {APPROVER_EMAIL}  (same password)")
    say(f"The slip        {plan.slip_file}")
    say(f"The visit       {plan.visit_file}")
    say(f"Check the slip  .venv/bin/baidiao slip verify --image {plan.slip_file} --keys {plan.keys_file}")
    say("")

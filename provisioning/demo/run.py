"""Starts every part in order, makes the visit, says where to look, and ends what it started."""

import json
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, make_server

from provisioning.demo.agencies import HttpAgencyControls
from provisioning.demo.line import Line
from provisioning.demo.pcscd import VPCD_PORT, ensure_pcscd
from provisioning.demo.pictures import make_pictures
from provisioning.demo.plan import AGENCY_NAMES, KIOSK_AGENCY_ID, OFFICER_EMAIL, DemoPlan
from provisioning.demo.processes import Processes, answers
from provisioning.demo.props import SlotWithCards, SwitchablePrinter
from provisioning.demo.stage import Props, create_stage
from provisioning.demo.visitor import make_visit

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
    _clear(plan.root)
    processes = Processes(plan.root / "logs")
    try:
        with _props(plan, processes, say) as props:
            _start_agencies(plan, processes, say)
            _start_centre(plan, processes, say)
            _start_kiosk(plan, processes, say)
            with _serve_stage(plan, props):
                if visit:
                    _visit(plan, props, say)
                if pictures is not None:
                    make_pictures(plan, props, pictures, (OFFICER_EMAIL, _PASSWORD), say)
                _point_out(plan, say)
                if not once:
                    say("Everything stays up. Press Ctrl-C to end it.")
                    signal.pause()
    finally:
        processes.stop_all()


def _clear(root: Path) -> None:
    """Begin with an empty folder: a demo keeps nothing from the one before."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)


@contextmanager
def _props(plan: DemoPlan, processes: Processes, say: Say) -> Iterator[Props]:
    say("Card reader: pcscd with a virtual reader …")
    ensure_pcscd(processes)
    line = Line(plan.ports.line, plan.ports.centre)
    line.start()
    slot = SlotWithCards(VPCD_PORT)
    printer = SwitchablePrinter(plan.ports.printer, plan.root / "slips", plan.slip_file)
    try:
        yield Props(slot=slot, printer=printer, line=line, agencies=HttpAgencyControls(plan.agency_urls))
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


def _centre_environment(plan: DemoPlan) -> dict[str, str]:
    return {
        "BAIDIAO_CENTRE_STATE_DIR": str(plan.root / "centre"),
        "BAIDIAO_CENTRE_AGENCIES_FILE": str(_agencies_file(plan)),
        "BAIDIAO_CENTRE_PUBLIC_URL": plan.centre_url,
        "BAIDIAO_CENTRE_HEARTBEAT_INTERVAL_S": "5",
    }


def _agencies_file(plan: DemoPlan) -> Path:
    return plan.root / "centre" / "agencies.json"


def _write_agencies_file(plan: DemoPlan) -> None:
    """Copy the demo's agency directory, each agency at the address it got."""
    directory = json.loads(plan.agency_directory_file.read_text(encoding="utf-8"))
    for agency in directory["agencies"]:
        agency["base_url"] = plan.agency_url(agency["id"])
    _agencies_file(plan).parent.mkdir(parents=True, exist_ok=True)
    _agencies_file(plan).write_text(json.dumps(directory, ensure_ascii=False), encoding="utf-8")


def _start_centre(plan: DemoPlan, processes: Processes, say: Say) -> None:
    say("Linkage centre: store, keys, mandates, web server …")
    _write_agencies_file(plan)
    environment = _centre_environment(plan)
    processes.run("preparing the centre", [*plan.command, "centre", "init"], environment)
    add_officer = [*plan.command, "centre", "user", "add", OFFICER_EMAIL, "--password-stdin"]
    processes.run("adding the demo's officer", add_officer, environment, typed=_PASSWORD + "\n")
    processes.start("centre", [*plan.command, "centre", "serve", "--port", str(plan.ports.centre)], environment)
    processes.wait_until("centre", lambda: answers(f"{plan.centre_url}/readyz"))


def _start_kiosk(plan: DemoPlan, processes: Processes, say: Say) -> None:
    say("Kiosk: enrolling with a one-time claim code …")
    place = ["--place-th", "ศาลากลางตัวอย่าง ชั้น 1", "--place-en", "Tuayang town hall, ground floor"]
    claim = [*plan.command, "fleet", "claim", "--agency", KIOSK_AGENCY_ID, *place]
    printed = processes.run("making a claim code", claim, _centre_environment(plan))
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4})+", printed)
    state_dir = str(plan.root / "kiosk")
    enrol = [*plan.command, "provision", "enrol", "--centre", plan.line_url, "--state-dir", state_dir]
    processes.run("enrolling the kiosk", [*enrol, "--claim", code.group() if code else ""])
    processes.start(
        "kiosk",
        [*plan.command, "kiosk", "run"],
        {
            "BAIDIAO_KIOSK_STATE_DIR": state_dir,
            "BAIDIAO_KIOSK_SCREEN_PORT": str(plan.ports.kiosk),
            "BAIDIAO_KIOSK_PRINTER_URL": f"tcp://127.0.0.1:{plan.ports.printer}",
            "BAIDIAO_KIOSK_VISIT_FILE": str(plan.visit_file),
            "BAIDIAO_KIOSK_FRAME_ANCESTORS": plan.stage_url.rstrip("/"),
        },
    )
    processes.wait_until("kiosk", lambda: answers(f"{plan.kiosk_url}state"))


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


def _point_out(plan: DemoPlan, say: Say) -> None:
    addresses = {"stage": plan.stage_url, "kiosk": plan.kiosk_url, "centre": plan.centre_url}
    (plan.root / "demo.json").write_text(json.dumps(addresses), encoding="utf-8")
    say("")
    say(f"The stage       {plan.stage_url}   the kiosk's screen, and a drawer to play every part")
    say(f"Kiosk's screen  {plan.kiosk_url}")
    say(f"Console         {plan.console_url}   {OFFICER_EMAIL}  {_PASSWORD}")
    say(f"The slip        {plan.slip_file}")
    say(f"The visit       {plan.visit_file}")
    say(f"Check the slip  .venv/bin/baidiao slip verify --image {plan.slip_file} --keys {plan.keys_file}")
    say("")

"""The demo's linkage centre: a process of its own, which can be killed under the kiosk's feet and started again."""

import json

from provisioning.demo.plan import APPROVER_EMAIL, OFFICER_EMAIL, DemoPlan
from provisioning.demo.processes import Processes, answers

_NAME = "centre"
_OFFICER_ROLES = ("--role", "fleet_admin", "--role", "rule_author", "--role", "registry_officer", "--role", "auditor")
_APPROVER_ROLES = ("--role", "rule_approver")


class DemoCentre:
    """One centre with its store, run through the command line as an operator would.

    Attributes:
        environment: Its settings.
    """

    def __init__(self, plan: DemoPlan, processes: Processes) -> None:
        self._plan = plan
        self._processes = processes
        self._agencies_file = plan.root / "centre" / "agencies.json"
        self.environment = {
            "BAIDIAO_CENTRE_STATE_DIR": str(plan.root / "centre"),
            "BAIDIAO_CENTRE_AGENCIES_FILE": str(self._agencies_file),
            "BAIDIAO_CENTRE_PUBLIC_URL": plan.centre_url,
            "BAIDIAO_CENTRE_HEARTBEAT_INTERVAL_S": "5",
        }

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self._processes.is_running(_NAME)

    def prepare(self, officer_password: str) -> None:
        """Make its store and keys, an officer who may log in, and a second one who approves what he writes."""
        self._write_agencies_file()
        command = [*self._plan.command, "centre"]
        self._processes.run("preparing the centre", [*command, "init"], self.environment)
        for email, roles in ((OFFICER_EMAIL, _OFFICER_ROLES), (APPROVER_EMAIL, _APPROVER_ROLES)):
            add = [*command, "user", "add", email, "--password-stdin", *roles]
            self._processes.run(f"adding {email}", add, self.environment, typed=officer_password + "\n")

    def start(self) -> None:
        """Serve; returns when it is ready.

        Raises:
            DemoError: It did not come up.
        """
        if self.running:
            return
        serve = [*self._plan.command, "centre", "serve", "--port", str(self._plan.ports.centre)]
        self._processes.start(_NAME, serve, self.environment)
        self._processes.wait_until(_NAME, lambda: answers(f"{self._plan.centre_url}/readyz"))

    def kill(self) -> None:
        """End it and its workers at once, in the middle of whatever they do."""
        if self.running:
            self._processes.kill(_NAME)

    def _write_agencies_file(self) -> None:
        """Copy the demo's agency directory, each agency at the address it got."""
        directory = json.loads(self._plan.agency_directory_file.read_text(encoding="utf-8"))
        for agency in directory["agencies"]:
            agency["base_url"] = self._plan.agency_url(agency["id"])
        self._agencies_file.parent.mkdir(parents=True, exist_ok=True)
        self._agencies_file.write_text(json.dumps(directory, ensure_ascii=False), encoding="utf-8")

"""``baidiao card doctor``: what is wrong here, and how to mend it."""

import json
import sys
from collections.abc import Sequence

import click

from reader_drivers.commands.output import say
from reader_drivers.doctor.checks import Finding, Level, examine
from reader_drivers.doctor.observe import observe

_FAULTS = 1  # exit code
_MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.FAULT: ("✗", "red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--no-card", is_flag=True, help="Leave the card inside alone.")
def doctor_command(as_json: bool, no_card: bool) -> None:
    """Find what keeps cards from being read on this machine, and say how to mend it.

    Exit 0 when nothing does, 1 when something does. Nothing of the card is shown.
    """
    findings = examine(observe(try_card=not no_card))
    healthy = all(finding.level is not Level.FAULT for finding in findings)
    if as_json:
        said = {"healthy": healthy, "findings": [_describe(finding) for finding in findings]}
        say(json.dumps(said, ensure_ascii=False))
    else:
        say(_render(findings, healthy=healthy))
    sys.exit(0 if healthy else _FAULTS)


def _describe(finding: Finding) -> dict[str, object]:
    mend = None if finding.mend is None else finding.mend.model_dump()
    return {"code": finding.code, "level": finding.level.value, "what": finding.what.model_dump(), "mend": mend}


def _render(findings: Sequence[Finding], *, healthy: bool) -> str:
    lines = []
    for finding in findings:
        mark, colour = _MARKS[finding.level]
        mark = click.style(mark, fg=colour) if sys.stdout.isatty() else mark
        lines.append(f"{mark} {finding.what.th} / {finding.what.en}")
        if finding.mend is not None:
            same = finding.mend.th == finding.mend.en
            lines += [f"    → {text}" for text in ([finding.mend.en] if same else [finding.mend.th, finding.mend.en])]
    verdict = "พร้อมอ่านบัตร / ready to read cards" if healthy else "ยังอ่านบัตรไม่ได้ / cards cannot be read yet"
    return "\n".join([*lines, "", verdict])

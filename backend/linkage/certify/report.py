"""The report of a certification, as JSON and as a page in both languages. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment

from backend.linkage.certify.findings import CHECKS, Finding, Verdict
from contracts.message import Words

_THAI_TIME: Final = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Report:
    """One run.

    Attributes:
        agency: Whose service it was.
        url: Where it was asked.
        adapter: How.
        persons: How many test persons there were.
        at: When; aware.
        findings: In the order of the checks.
    """

    agency: Words
    url: str
    adapter: str
    persons: int
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return all(finding.verdict is not Verdict.FAILED for finding in self.findings)


def encode_report(report: Report) -> str:
    """Return the report as JSON."""
    tree: dict[str, Any] = {
        "passed": report.passed,
        "agency": report.agency.model_dump(),
        "url": report.url,
        "as": report.adapter,
        "at": report.at.isoformat(),
        "test_persons": report.persons,
        "checks": [
            {
                "check": finding.check,
                "verdict": finding.verdict.value,
                "details": list(finding.details),
                "title": CHECKS[finding.check].title.model_dump(),
                "remedy": CHECKS[finding.check].remedy.model_dump(),
            }
            for finding in report.findings
        ],
    }
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def render_report(report: Report, fonts: Mapping[int, str]) -> str:
    """Return the report as one HTML page that needs nothing beside it.

    Args:
        report: The run.
        fonts: Sarabun by weight, in base64: few machines abroad have a Thai font.
    """
    template = Environment(autoescape=True).from_string(
        files("backend.linkage.certify").joinpath("report.html").read_text("utf-8")
    )
    local = report.at.astimezone(_THAI_TIME)
    return template.render(
        report=report,
        fonts=fonts,
        checks=[(CHECKS[finding.check], finding) for finding in report.findings],
        counts={verdict.value: sum(f.verdict is verdict for f in report.findings) for verdict in Verdict},
        day_th=f"{local.day}/{local.month}/{local.year + 543} {local:%H:%M} น.",
        day_en=f"{local:%Y-%m-%d %H:%M} (UTC+7)",
    )

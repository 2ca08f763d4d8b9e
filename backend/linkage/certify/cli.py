"""``baidiao certify``: an agency tries its own service before it goes live."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import fontpkg_sarabun

from backend.linkage.adapters.linking import make_providers
from backend.linkage.certify.case import Case, CaseError, parse_case
from backend.linkage.certify.checks import Bench, run_checks
from backend.linkage.certify.findings import CHECKS
from backend.linkage.certify.report import Report, encode_report, render_report
from backend.linkage.certify.wire import Recorder
from backend.linkage.errors import DirectoryError

FAILED: Final = 4


@click.command()
@click.argument("url")
@click.option(
    "--as", "adapter", type=click.Choice(["rest", "soap", "xroad", "dci"]), required=True, help="How it is asked."
)
@click.option(
    "--persons",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help="The service's entry in the directory, and test persons (JSON; docs/interface-standard.md).",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("certification"),
    show_default=True,
    help="Where report.html and report.json are written.",
)
def certify(url: str, adapter: str, persons: Path, folder: Path) -> None:
    """Try the service at URL as the linkage centre will ask it. Exit 0 when it may go live, 4 when a check failed."""
    try:
        case = parse_case(persons.read_text("utf-8"), url, adapter)
        report = asyncio.run(try_service(case, lambda name: click.echo(f"{CHECKS[name].title.en} …", err=True)))
    except CaseError as error:
        raise click.ClickException("\n".join((f"{persons} cannot be used:", *error.problems))) from error
    except (DirectoryError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(encode_report(report), "utf-8")
    (folder / "report.html").write_text(render_report(report, _read_fonts()), "utf-8")
    for finding in report.findings:
        click.echo(
            f"{finding.verdict.value:15} {CHECKS[finding.check].title.en:16} {'; '.join(finding.details)}".rstrip()
        )
    click.echo(f"written: {folder / 'report.html'}, {folder / 'report.json'}", err=True)
    if not report.passed:
        raise click.exceptions.Exit(FAILED)


def _read_fonts() -> dict[int, str]:
    folder = Path(fontpkg_sarabun.__file__).parent / "files"
    files = {400: "Sarabun-Regular.ttf", 700: "Sarabun-Bold.ttf"}
    return {weight: b64encode((folder / name).read_bytes()).decode("ascii") for weight, name in files.items()}


async def try_service(case: Case, tell: Callable[[str], None]) -> Report:
    """Run every check against a service.

    Raises:
        DirectoryError: A file that the service's entry names cannot be used.
    """
    recorder = Recorder()
    try:
        bench = Bench(case, make_providers(case.agency, recorder), recorder)
        findings = await run_checks(bench, tell)
    finally:
        await recorder.aclose()
    agency = case.agency
    return Report(agency.name, agency.base_url, agency.adapter, len(case.persons), datetime.now(UTC), tuple(findings))

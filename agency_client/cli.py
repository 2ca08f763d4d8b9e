"""``baidiao ask …``: what an agency's system does, from a terminal."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from pydantic import ValidationError

from agency_client.client import AgencyClient
from agency_client.errors import AgencyClientError
from contracts.agency import AgencyAnswer, AgencySubject, BulkJob, BulkResult
from contracts.subject import SubjectKind

_REFUSED: Final = 1
_LATER: Final = 75
"""EX_TEMPFAIL of sysexits.h: the same command may succeed later."""
_services = click.option(
    "--service", "services", multiple=True, required=True, help="By id; may be given several times."
)
_officer = click.option("--officer", required=True, help="Who asks, by his number at the agency. Logged.")
_key = click.option("--key", help="Idempotency key: with the same one, the same answer.")


@click.group()
@click.option("--centre", "url", envvar="BAIDIAO_ASK_CENTRE", required=True, help="URL. [BAIDIAO_ASK_CENTRE]")
@click.option(
    "--client", "client_id", envvar="BAIDIAO_ASK_CLIENT", required=True, help="Identifier. [BAIDIAO_ASK_CLIENT]"
)
@click.option(
    "--certificate", type=(str, str), default=None, metavar="CERT KEY", help="TLS client certificate, its key."
)
@click.option("--authorities", default=None, help="Certificates to trust instead of the system's.")
@click.pass_context
def ask(
    context: click.Context, url: str, client_id: str, certificate: tuple[str, str] | None, authorities: str | None
) -> None:
    """Ask the centre as an agency's own system; the secret is in BAIDIAO_ASK_SECRET."""
    secret = os.environ.get("BAIDIAO_ASK_SECRET", "")
    if not secret:
        raise click.UsageError("put the client's secret into BAIDIAO_ASK_SECRET")
    client = AgencyClient(url, client_id, secret, certificate=certificate, authorities=authorities)
    context.obj = client
    context.call_on_close(client.close)


@ask.command()
@click.pass_obj
def services(client: AgencyClient) -> None:
    """List the services this agency may ask for."""
    with _told():
        for service in client.services():
            click.echo(f"{service.id:28}  {service.name.th} / {service.name.en}")


@ask.command()
@_services
@_officer
@_key
@click.option("--json", "as_json", is_flag=True, help="The whole answer.")
@click.option("--company", is_flag=True, help="The number is a company's; a second line names who acts for it.")
@click.argument("number", default="-")
@click.pass_obj
def one(
    client: AgencyClient,
    services: tuple[str, ...],
    officer: str,
    key: str | None,
    as_json: bool,
    company: bool,
    number: str,
) -> None:
    """Ask about the person with this citizen NUMBER, or about a pupil by G code.

    '-' reads it from standard input, where no history keeps it; with --company a second line may hold the citizen
    number of the person who acts for the company.
    """
    lines = [sys.stdin.readline().strip() for _ in range(1 + company)] if number == "-" else [number]
    with _told():
        answer = client.ask(_about(lines, company=company), services, officer, key=key)
    if as_json:
        click.echo(answer.model_dump_json(indent=1))
        return
    for line in _lines(answer):
        click.echo(line)


@ask.command()
@_services
@_officer
@_key
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to put the results (CSV)."
)
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.pass_obj
def many(client: AgencyClient, services: tuple[str, ...], officer: str, key: str | None, out: Path, file: Path) -> None:
    """Ask about everybody in FILE, a CSV file.

    Its columns are 'reference' and 'citizen_number', 'g_code' or 'juristic_number'. Beside a 'juristic_number' the
    'citizen_number' is that of the person who acts for the company.
    """
    with _told():
        job = client.submit(_read(file), services, officer, key=key)
        click.echo(f"batch {job.id}: {job.total} lines taken", err=True)
        results = list(client.results(job.id, _show))
    click.echo("", err=True)
    with out.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["reference", "service", "outcome", "baht", "decision", "refusal"])
        writer.writerows(row for result in results for row in _rows(result))
    refused = sum(result.refusal is not None for result in results)
    click.echo(f"{len(results)} results in {out}, {refused} of them refusals")


def _about(lines: list[str], *, company: bool) -> str | AgencySubject:
    first, second = (*lines, "", "")[:2]
    if not company:
        return first
    return AgencySubject(type=SubjectKind.COMPANY, juristic_number=first, citizen_number=second)


def _read(file: Path) -> Iterator[tuple[str, str | AgencySubject]]:
    with file.open(newline="", encoding="utf-8-sig") as source:
        rows = csv.DictReader(source)
        names = set(rows.fieldnames or ())
        if "reference" not in names or not names & {kind.value for kind in SubjectKind}:
            raise click.ClickException(f"{file}: the columns 'reference' and 'citizen_number' are needed")
        for row in rows:
            given = {kind: (row.get(kind) or "").strip() for kind in SubjectKind}
            kinds = [kind for kind in (SubjectKind.COMPANY, SubjectKind.PUPIL) if given[kind]]
            kind = kinds[0] if kinds else SubjectKind.PERSON
            yield row["reference"], AgencySubject.model_validate({"type": kind, **given})


def _show(job: BulkJob) -> None:
    click.echo(f"\r{job.finished} of {job.total}", nl=False, err=True)


def _rows(result: BulkResult) -> Iterator[list[object]]:
    if result.answer is None:
        yield [result.reference, "", "", "", "", result.refusal.code.value if result.refusal else ""]
        return
    for one in result.answer.decisions:
        baht = one.amount.baht if one.amount else ""
        yield [result.reference, one.service, one.outcome.value, baht, result.answer.reference, ""]


def _lines(answer: AgencyAnswer) -> Iterator[str]:
    for one in answer.decisions:
        money = f", {one.amount.baht} baht a {one.amount.period}" if one.amount else ""
        yield f"{one.service}: {one.outcome.value}{money}"
        for reason in one.reasons:
            yield f"    {reason.words.th} / {reason.words.en}"
    for source in answer.sources:
        cause = f" ({source.cause.value})" if source.cause else ""
        yield f"  {source.agency.en}: {source.state.value}{cause}"
    yield f"  reference {answer.reference}"


class _Failure(click.ClickException):
    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong in one line; exit 75 where the same may succeed later, 1 otherwise."""
    try:
        yield
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        places = sorted({".".join(map(str, item["loc"])) or item["msg"] for item in found})
        raise click.ClickException("not well formed: " + ", ".join(places)) from None
    except AgencyClientError as error:
        raise _Failure(str(error), _LATER if error.retryable else _REFUSED) from error

"""``baidiao centre directory …``: look at a directory of agencies, and check one before it is used."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from backend.linkage.directory import Agency, Directory
from backend.linkage.edit_cli import put, reload, remove
from backend.linkage.errors import DirectoryError
from backend.linkage.evidence import Process, Proof, find_proofs, parse_evidence, parse_processes, requirements_of
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory, read_seed_facts
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.known_databases import parse_databases, parse_wishes
from backend.linkage.maintenance import is_under_way
from backend.linkage.reference_cli import references
from backend.settings import read_settings

_KNOCK_S: Final = 1.0
_KNOCK_AT_ONCE: Final = 16
_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)


@click.group()
def directory() -> None:
    """Which agencies are linked, which facts each yields, and what they prove."""


@directory.command()
@_file
@click.option("--health", is_flag=True, help="Knock at each agency's door.")
def show(file: Path | None, health: bool) -> None:
    """List agencies and facts of FILE, or of the directory the centre uses, with announced maintenance."""
    now, agencies = datetime.now(UTC), _load(file).agencies
    with ThreadPoolExecutor(_KNOCK_AT_ONCE) as pool:
        knocked = dict(zip((a.id for a in agencies), pool.map(_knock, agencies), strict=True)) if health else {}
    for agency in agencies:
        marks = ["restricted"] if agency.restricted else []
        marks += ["maintenance now"] if is_under_way(agency.maintenance, now) else []
        marks += [knocked[agency.id]] if health else []
        said = "".join(f"  {mark}" for mark in marks)
        click.echo(f"{agency.id}  {agency.adapter}  {agency.deadline_ms} ms{said}  {agency.name.th} / {agency.name.en}")
        for window in agency.maintenance:
            if window.ends_at > now:
                click.echo(f"    maintenance {window.starts_at:%Y-%m-%d %H:%M} – {window.ends_at:%Y-%m-%d %H:%M %Z}")
        for request in agency.requests:
            for fact, reading in request.facts.items():
                click.echo(f"    {fact.value}  from {reading.at}")


@directory.command()
@_file
def check(file: Path | None) -> None:
    """Say whether FILE could be used, and if not, every place that is wrong."""
    found = _load(file)
    facts = sum(len(request.facts) for agency in found.agencies for request in agency.requests)
    click.echo(f"good: {len(found.agencies)} agencies, {facts} facts")


@directory.command()
@_file
def facts(file: Path | None) -> None:
    """List the catalogue of facts: type, unit, freshness, sensitivity, label, and who yields each."""
    linked = _load(file)
    own = {entry.name: entry for entry in (*read_seed_facts(), *linked.facts)}
    for entry in own.values():
        fresh = "no limit" if entry.fresh_for_days is None else f"{entry.fresh_for_days} d"
        kind = f"{entry.type} {entry.unit or '|'.join(entry.one_of)}".rstrip()
        agency = next((a.id for a in linked.agencies for r in a.requests for f in r.facts if f == entry.name), "-")
        click.echo(f"{entry.name}  {kind}  {fresh}  {entry.sensitivity}  {agency}  {entry.label.th} / {entry.label.en}")


@directory.command()
@click.option("--owner", default="", help="Only databases of agencies whose Thai name holds this.")
def databases(owner: str) -> None:
    """List the plan's databases, each with its owner and the agencies that wish to ask it."""
    wishes = parse_wishes(_seed("database_wishes.csv").splitlines())
    for database in parse_databases(_seed("databases.csv").splitlines(), "databases.csv"):
        if owner in database.owner_agency_th:
            click.echo(f"{database.ref:7} {database.review:10} {database.name_th}  ({database.owner_agency_th})")
            wishing = wishes.get(database.name_th, ()) + wishes.get(database.renamed_from, ())
            for agency in wishing:
                click.echo(f"        wished for by {agency}")


@directory.command()
@click.option("--service", default="", help="Only this service: a process's reference in the plan, or a service's id.")
@click.option("--evidence", "path", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="Another file.")
@click.option("--directory", "file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
def evidence(service: str, path: Path | None, file: Path | None) -> None:
    """Say what each service wants, which facts prove it, who has them; fail when one lists a copy it could ask for."""
    text, processes = path.read_text("utf-8") if path else _seed("evidence.json"), _processes()
    linked = _load(file)
    try:
        read = parse_evidence(text, str(path or "evidence.json"))
    except DirectoryError as error:
        raise _refusal(error) from error
    wanted = [r for r in requirements_of(read, processes.values()) if service in {"", r.service}]
    if not wanted:
        raise click.ClickException(f"no requirement of {service!r} is known")
    proofs = find_proofs(read, wanted, linked)
    last = ""
    for proof in proofs:
        if proof.requirement.service != last:
            last = proof.requirement.service
            process = processes.get(last)
            click.echo(f"{last}  {process.process_th}  ({process.agency_th})" if process else last)
        click.echo(f"    {_proof_line(proof)}")
    needless = [proof for proof in proofs if proof.is_needless_copy]
    if needless:
        named = ", ".join(f"{p.requirement.service}: {p.document.name.en}" for p in needless)
        raise click.ClickException(f"copies are listed that could be asked for: {named}")


def _proof_line(proof: Proof) -> str:
    where = ", ".join(f"{fact.value} ({agency or 'nobody linked'})" for fact, agency in proof.sources.items())
    how = "ask" if proof.can_be_asked else "not yet"
    copy = "  LISTS A COPY" if proof.requirement.as_copy else ""
    return f"{how:8} {proof.document.name.th} / {proof.document.name.en}: {where}{copy}"


def _processes() -> dict[str, Process]:
    return {process.ref: process for process in parse_processes(_seed("service_processes.csv").splitlines())}


def _seed(name: str) -> str:
    return files("backend.linkage.seed").joinpath(name).read_text("utf-8")


def _knock(agency: Agency) -> str:
    """Say whether somebody listens at the agency's address. Asks nothing."""
    parts = urlsplit(agency.base_url)
    if agency.hosted is not None:
        return _look_up_file(agency.id, agency.hosted.max_age_days)
    if not parts.hostname:
        return "file there" if Path(parts.path.removeprefix("/")).is_file() else "file missing"
    port = parts.port or {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306}.get(parts.scheme.split("+")[0])
    try:
        with socket.create_connection((parts.hostname, port or 443), _KNOCK_S):
            return "reachable"
    except OSError:
        return "UNREACHABLE"


def _look_up_file(agency_id: str, max_age_days: int | None) -> str:
    """Say of which day the file is that the centre keeps for an agency."""
    report = RegisterShelf(read_settings(os.environ).registers_dir, b"").report(agency_id)
    if report is None:
        return "NO FILE YET"
    as_of = date.fromisoformat(report["current"]["as_of"])
    old = max_age_days is not None and datetime.now(UTC).date() - as_of > timedelta(days=max_age_days)
    return f"file of {as_of}{', TOO OLD' if old else ''}"


def _refusal(error: DirectoryError) -> click.ClickException:
    return click.ClickException("\n  ".join((f"{error.source} cannot be used:", *error.problems)))


def _load(file: Path | None) -> Directory:
    try:
        return load_directory(file or read_settings(os.environ).agencies_file or DEFAULT_DIRECTORY)
    except DirectoryError as error:
        raise _refusal(error) from error


for command in (put, remove, reload, references):
    directory.add_command(command)

"""Command ``slip verify``: offline by the centre's keys, and with ``--online`` by proof that its log says the same."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from pydantic import ValidationError

from contracts.signed_note import CheckpointError, NoteVerifier, parse_verifier
from contracts.slip import SlipClaims
from contracts.slip_messages import RevocationList
from contracts.slip_proof import LogFinding, LogState, LogTrust, judge_proof
from contracts.slip_verification import KeysError, Verdict, Verification, parse_keys, verify_token
from printer.errors import CentreError, CodeNotFoundError
from printer.online import fetch_log_keys, fetch_proof
from printer.read_qr import read_token

STATE_EXITS: Final = {
    LogState.WITNESSED: 0,
    LogState.LOGGED: 0,
    LogState.PROMISED: 8,
    LogState.MISSING: 9,
    LogState.CONTRADICTED: 9,
}
UNREACHABLE: Final = 10
NOT_WITNESSED: Final = 11
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Online:
    """What the log is asked with."""

    centre_url: str
    log_keys: tuple[str, ...]
    witness_keys: tuple[str, ...]
    quorum: int | None


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _read_revocations(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        return frozenset(RevocationList.model_validate_json(path.read_bytes()).references)
    except ValidationError:
        _stop(f"{path} is not a centre's list of slips taken back", 1)


@click.command()
@click.option("--text", help="The code's text.")
@click.option("--image", type=click.Path(path_type=Path), help="A picture of the slip.")
@click.option("--keys", "keys_file", required=True, type=_FILE, help="The centre's public keys (JWKS).")
@click.option("--revocations", "revocations_file", type=_FILE, help="The centre's list of slips taken back.")
@click.option("--online", "centre_url", help="The centre's address: also have its log prove what the slip says.")
@click.option("--log-key", "log_keys", multiple=True, help="Verifier key of the log; none: as the centre says.")
@click.option("--witness-key", "witness_keys", multiple=True, help="Verifier key of a witness.")
@click.option("--quorum", type=click.IntRange(0), help="Cosignatures wanted; none: of every witness named.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(
    *,
    text: str | None,
    image: Path | None,
    keys_file: Path,
    revocations_file: Path | None,
    centre_url: str | None,
    log_keys: tuple[str, ...],
    witness_keys: tuple[str, ...],
    quorum: int | None,
    as_json: bool,
) -> None:
    """Verify a slip with the centre's public keys (JWKS).

    Exit 0: valid; 1: not valid. With --online also 8: only promised yet, 9: the log lacks or contradicts it, 10: the
    centre did not say, 11: too few of the witnesses named have cosigned.
    """
    if (text is None) == (image is None):
        raise click.UsageError("give either --text or --image")
    token = _read_code(text, image)
    verification = verify_token(token, _read_keys(keys_file), datetime.now(UTC), _read_revocations(revocations_file))
    finding, code = None, 0 if verification.verdict is Verdict.VALID else 1
    if centre_url is not None and verification.claims is not None:
        online = Online(centre_url, log_keys, witness_keys, quorum)
        finding = _ask_log(token, verification.claims, online)
        code = code or _exit_code(finding, online)
    if as_json:
        click.echo(json.dumps(_verification_json(verification, finding), ensure_ascii=False))
    else:
        _say_verification(verification)
        if finding is not None:
            _say_finding(finding)
    sys.exit(code)


def _read_code(text: str | None, image: Path | None) -> str:
    try:
        return (text if image is None else read_token(image)) or ""
    except CodeNotFoundError as error:
        _stop(str(error), 1)


def _read_keys(keys_file: Path) -> Any:
    try:
        return parse_keys(json.loads(keys_file.read_bytes()))
    except KeysError as error:
        _stop(str(error), 1)
    except ValueError:
        _stop(f"{keys_file} is not JSON", 1)


def _ask_log(token: str, claims: SlipClaims, online: Online) -> LogFinding:
    """Have the log prove the slip. Ends the command when that cannot be said."""
    witnesses = _parse_verifiers(online.witness_keys, "--witness-key")
    try:
        logs = _parse_verifiers(online.log_keys, "--log-key") or fetch_log_keys(online.centre_url)
        if not online.log_keys:
            click.echo("the log's keys are as the centre itself says; --log-key pins them", err=True)
        quorum = len(witnesses) if online.quorum is None else online.quorum
        proof = fetch_proof(online.centre_url, token)
        return judge_proof(claims, proof, LogTrust(logs, witnesses, quorum), datetime.now(UTC))
    except CentreError as error:
        _stop(f"ตรวจกับบันทึกของศูนย์ไม่ได้ในขณะนี้\n{error}; this says nothing about the slip", UNREACHABLE)
    except CheckpointError:
        _stop(
            "จุดตรวจของบันทึกไม่ได้ลงนามด้วยกุญแจที่รู้จัก\nthe centre gave a checkpoint that the log's keys did not sign",
            STATE_EXITS[LogState.CONTRADICTED],
        )


def _exit_code(finding: LogFinding, online: Online) -> int:
    wanted = len(online.witness_keys) if online.quorum is None else online.quorum
    if finding.state is LogState.LOGGED and len(finding.cosigners) < wanted:
        return NOT_WITNESSED
    return STATE_EXITS[finding.state]


def _parse_verifiers(keys: tuple[str, ...], option: str) -> tuple[NoteVerifier, ...]:
    try:
        return tuple(map(parse_verifier, keys))
    except CheckpointError as error:
        raise click.UsageError(f"{option}: not a verifier key (name+id+base64)") from error


def _verification_json(verification: Verification, finding: LogFinding | None) -> dict[str, Any]:
    claims = verification.claims
    said: dict[str, Any] = {"verdict": verification.verdict.value}
    said |= {"th": verification.words.th, "en": verification.words.en}
    said["claims"] = claims.model_dump(mode="json") if claims else None
    if finding is not None:
        cosigners = [{"name": one.name, "at": one.at.isoformat()} for one in finding.cosigners]
        said["log"] = {"state": finding.state.value, "th": finding.words.th, "en": finding.words.en}
        said["log"] |= {"leaves": finding.places, "size": finding.size, "cosigners": cosigners}
    return said


def _say_verification(verification: Verification) -> None:
    click.echo(f"{verification.words.th}\n{verification.words.en}")
    claims = verification.claims
    if claims is None:
        return
    click.echo(f"{claims.issuer}  {claims.reference}  {claims.issued_at.isoformat()}")
    for decision in claims.decisions:
        amount = "" if decision.amount_baht is None else f"  {decision.amount_baht:,} baht"
        click.echo(f"{decision.service}: {decision.outcome.value}{amount}")


def _say_finding(finding: LogFinding) -> None:
    click.echo(f"{finding.words.th}\n{finding.words.en}")
    click.echo(f"leaf {', '.join(map(str, finding.places))} of {finding.size}")
    for one in finding.cosigners:
        click.echo(f"countersigned by {one.name}  {one.at.isoformat()}")

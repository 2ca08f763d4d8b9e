"""Asks the centre for the proof that its log says what a slip says."""

import requests
from pydantic import ValidationError

from contracts.signed_note import CheckpointError, NoteVerifier, parse_verifier
from contracts.slip_messages import LOG_KEYS_PATH, PROOF_PATH, SlipProof, SlipQuestion
from printer.errors import CentreError

_TIMEOUT_S = 10


def fetch_proof(centre_url: str, token: str) -> SlipProof:
    """Fetch a slip's proof.

    Args:
        centre_url: The centre's public address.
        token: Text of the slip's code.

    Raises:
        CentreError: It did not answer, or with something else.
    """
    asked = SlipQuestion(token=token).model_dump_json().encode()
    answer = _ask("POST", centre_url, PROOF_PATH, asked)
    try:
        return SlipProof.model_validate_json(answer)
    except ValidationError as error:
        raise CentreError(centre_url, "answered something that is no proof") from error


def fetch_log_keys(centre_url: str) -> tuple[NoteVerifier, ...]:
    """Fetch the log's keys from the centre itself; see :func:`fetch_proof` for its errors."""
    try:
        return tuple(map(parse_verifier, _ask("GET", centre_url, LOG_KEYS_PATH).decode().split()))
    except (CheckpointError, UnicodeDecodeError) as error:
        raise CentreError(centre_url, "answered something that is no list of log keys") from error


def _ask(method: str, centre_url: str, path: str, body: bytes | None = None) -> bytes:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        answer = requests.request(
            method, centre_url.rstrip("/") + path, data=body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
        )
    except requests.RequestException as error:
        raise CentreError(centre_url, "cannot be reached") from error
    if answer.status_code != requests.codes.ok:
        raise CentreError(centre_url, f"answered {answer.status_code}")
    return answer.content

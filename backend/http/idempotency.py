"""Idempotency keys: what a caller names itself, once for each thing it wants."""

import re
from typing import Final
from uuid import UUID, uuid4, uuid5

from flask import request

from backend.http.problems import ProblemError
from contracts.agency import IDEMPOTENCY_HEADER
from contracts.problems import ProblemCode

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_NAMESPACE: Final = UUID("6f1f6b1e-6d0f-5c39-8b56-2d9f3d0d8a11")


def request_identifier(client_id: str) -> UUID:
    """Return the identifier of what is asked: the same for the same client and key, fresh without a key.

    Raises:
        ProblemError: The key has no form of one.
    """
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        return uuid4()
    key = key.strip('"')  # the draft writes a structured string, many clients the bare text
    if not _FORM.match(key) or sum(character.isdigit() for character in key) == len(key) == 13:
        raise ProblemError(ProblemCode.BAD_REQUEST, f"{IDEMPOTENCY_HEADER}: 8 to 64 letters, digits, '-' or '_'")
    return uuid5(_NAMESPACE, f"{client_id}\0{request.path}\0{key}")

"""Logs the paper extracts that officers make, before they are printed; which laws still want paper is a list."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from pydantic import TypeAdapter

from backend.evidence.errors import PaperNotWantedError
from backend.evidence.log import EvidenceLog
from contracts.decision import ServiceId
from contracts.extract import ExtractNotice, ExtractReceipt
from contracts.message import Words
from contracts.slip_reference import PACKED_BYTES, write_reference

PAPER_LAWS: Final = "paper_laws.json"
"""Services whose law still wants paper, each with the law's name."""


def load_paper_laws() -> dict[str, Words]:
    """Read the list."""
    content = (files("backend.evidence") / PAPER_LAWS).read_bytes()
    return dict(TypeAdapter(dict[ServiceId, Words]).validate_json(content))


@dataclass(frozen=True, slots=True)
class ExtractSubject:
    """Whom an extract is about, where the centre knows it.

    Attributes:
        pseudonym: Of the citizen.
        key: The id of its key.
    """

    pseudonym: str
    key: str


def encode_extract(
    notice: ExtractNotice,
    reference: str,
    device_id: str,
    agency_id: str,
    made_at: datetime,
    subject: ExtractSubject | None = None,
) -> bytes:
    """Return an extract's leaf: canonical JSON, as a decision's. It says who made it, and not what it says."""
    version = 1 if subject is None else 2
    content: dict[str, Any] = {"kind": "extract", "version": version, "reference": reference}
    content |= notice.model_dump(mode="json")
    content |= {"made_at": made_at.isoformat(), "device_id": device_id, "agency_id": agency_id}
    if subject is not None:
        content |= {"pseudonym": subject.pseudonym, "key": subject.key}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


class ExtractRegister:
    """Takes notices of extracts.

    Args:
        log: Where they are logged.
        laws: Services whose law still wants paper.
        now: The clock, aware UTC.
        random_bytes: For references.
    """

    def __init__(
        self,
        log: EvidenceLog,
        laws: Mapping[str, Words],
        now: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._log = log
        self._laws = laws
        self._now = now
        self._random_bytes = random_bytes

    def require_law(self, service: str) -> Words:
        """Return the law that still wants paper for a service.

        Raises:
            PaperNotWantedError: None does: nobody may ask for any, nor make it.
        """
        law = self._laws.get(service)
        if law is None:
            raise PaperNotWantedError(service)
        return law

    def register(
        self,
        notice: ExtractNotice,
        device_id: str,
        agency_id: str,
        authority: Words,
        subject: ExtractSubject | None = None,
    ) -> ExtractReceipt:
        """Log one extract and let it be printed.

        Raises:
            PaperNotWantedError: No law wants paper for this service: nobody may ask for it, nor make it.
            LogUnavailableError: The log could not be written; nothing may be printed.
        """
        law = self.require_law(notice.service)
        made_at, reference = self._now(), write_reference(self._random_bytes(PACKED_BYTES))
        leaf = self._log.append(encode_extract(notice, reference, device_id, agency_id, made_at, subject))
        return ExtractReceipt(reference=reference, made_at=made_at, authority=authority, law=law, leaf=leaf)

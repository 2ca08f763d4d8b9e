"""From leaves to what a citizen and an agency read. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.csv_rows import write_csv
from backend.evidence.errors import LeafError
from backend.evidence.leaf import DecisionLeaf
from backend.evidence.records import Record, parse_record
from backend.history.index import Found
from backend.history.words import EXPORT, LOOK_UP, say_purpose
from contracts.decision import AskState, LeafReference
from contracts.history import AccessEntry, EntryKind, HistoryEntry
from contracts.message import Words

_KINDS: Mapping[str, EntryKind] = {"extract": EntryKind.EXTRACT, "history_read": EntryKind.LOOK_UP}


@dataclass(frozen=True, slots=True)
class Look:
    """A leaf as far as anybody's look at a citizen is concerned.

    Attributes:
        place: Where it is.
        kind: What it is.
        at: When.
        agency_id: Who asked.
        device_id: With which device.
        officer: Which officer; None when the citizen asked.
        service: For which service; None for a look at the list.
        purpose: What for.
        decision: The decision, when it is one.
        sources: Agencies asked, by id.
        reference: On the paper that came of it.
    """

    place: LeafReference
    kind: EntryKind
    at: datetime
    agency_id: str
    device_id: str
    officer: str | None
    service: str | None
    purpose: str
    decision: DecisionLeaf | None
    sources: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Names:
    """Names in plain words; an id that has none stands for itself.

    Attributes:
        agencies: Of those that ask and are asked.
        services: Of services.
        basis: What allowed a look.
    """

    agencies: Callable[[], Mapping[str, Words]]
    services: Mapping[str, Words]
    basis: Callable[[Look], tuple[Words, ...]]


def read_look(found: Found) -> Look | None:
    """Read a leaf; None when it is no look at anybody."""
    try:
        record = parse_record(found.content)
    except LeafError:  # of a release newer than this one
        return None
    place = LeafReference(index=found.index, hash=found.hash.hex())
    return _of_decision(place, record.decision) if record.decision else _of_other(place, record)


def _of_decision(place: LeafReference, leaf: DecisionLeaf) -> Look:
    return Look(
        place=place,
        kind=EntryKind.DECISION,
        at=leaf.decided_at,
        agency_id=leaf.agency_id,
        device_id=leaf.device_id,
        officer=leaf.officer,
        service=leaf.service,
        purpose=leaf.purpose or "eligibility",
        decision=leaf,
        sources=tuple(source.agency_id for source in leaf.sources if source.state is AskState.ANSWERED),
        reference=leaf.reference or "",
    )


def _of_other(place: LeafReference, record: Record) -> Look | None:
    told = record.told
    kind = _KINDS.get(told["kind"])
    if kind is None:
        return None
    officer, sources = told.get("officer"), tuple[str, ...]()
    if kind is EntryKind.LOOK_UP:
        purpose, service = EXPORT if officer else LOOK_UP, None
    else:
        purpose, service, sources = "extract", told["service"], (told["source"],)
    return Look(
        place=place,
        kind=kind,
        at=record.at,
        agency_id=told["agency_id"],
        device_id=told["device_id"],
        officer=officer,
        service=service,
        purpose=purpose,
        decision=None,
        sources=sources,
        reference=told["reference"],
    )


def tell_citizen(look: Look, names: Names, agencies: Mapping[str, Words]) -> HistoryEntry:
    """Return a look in the citizen's words."""
    return HistoryEntry(
        leaf=look.place,
        kind=look.kind,
        at=look.at,
        agency=_name(agencies, look.agency_id),
        by_officer=look.officer is not None,
        purpose=say_purpose(look.purpose),
        legal_basis=names.basis(look),
        service=None if look.service is None else _name(names.services, look.service),
        outcome=look.decision.outcome if look.decision else None,
        asked=tuple(_name(agencies, source) for source in look.sources),
        reference=look.reference,
    )


def tell_agency(look: Look) -> AccessEntry:
    """Return a look as its agency's own log shows it: no citizen in it."""
    mandates = look.decision.mandates if look.decision else None
    return AccessEntry(
        leaf=look.place,
        kind=look.kind,
        at=look.at,
        device_id=look.device_id,
        officer=look.officer,
        service=look.service,
        purpose=look.purpose,
        mandates=tuple(mandate.id for mandate in mandates or ()),
        outcome=look.decision.outcome if look.decision else None,
        sources=look.sources,
        reference=look.reference,
    )


def write_citizens_csv(entries: Iterable[HistoryEntry]) -> str:
    """Write entries as CSV (RFC 4180), one a line, both languages."""
    rows = (
        {
            "leaf": entry.leaf.index,
            "at": entry.at.isoformat(),
            "agency_th": entry.agency.th,
            "agency_en": entry.agency.en,
            "by_officer": entry.by_officer,
            "service_th": entry.service.th if entry.service else "",
            "service_en": entry.service.en if entry.service else "",
            "purpose_th": entry.purpose.th,
            "purpose_en": entry.purpose.en,
            "legal_basis_th": " / ".join(basis.th for basis in entry.legal_basis),
            "legal_basis_en": " / ".join(basis.en for basis in entry.legal_basis),
            "outcome": entry.outcome or "",
            "reference": entry.reference,
            "dispute": entry.dispute.state if entry.dispute else "",
        }
        for entry in entries
    )
    return _write_csv(rows)


def write_agencys_csv(entries: Iterable[AccessEntry]) -> str:
    """Write an agency's own entries as CSV (RFC 4180), one a line."""
    rows = (
        {
            "leaf": entry.leaf.index,
            "at": entry.at.isoformat(),
            "kind": entry.kind,
            "device_id": entry.device_id,
            "officer": entry.officer or "",
            "service": entry.service or "",
            "purpose": entry.purpose,
            "mandates": " ".join(map(str, entry.mandates)),
            "outcome": entry.outcome or "",
            "sources": " ".join(entry.sources),
            "reference": entry.reference,
        }
        for entry in entries
    )
    return _write_csv(rows)


def _write_csv(rows: Iterable[Mapping[str, object]]) -> str:
    made = list(rows)
    return "".join(write_csv(list(made[0]), made)) if made else ""


def _name(names: Mapping[str, Words], key: str) -> Words:
    return names.get(key) or Words(th=key, en=key)

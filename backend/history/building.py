"""Builds the room's parts over the others'."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from backend.decisions.permission import thai_day
from backend.decisions.ports import Gatherer, Keyring, Mandates
from backend.history.acting import Acting, Log
from backend.history.delays import Delays
from backend.history.disputes import Disputes
from backend.history.entries import Look, Names
from backend.history.index import HistoryIndex
from backend.history.service import HistoryParts, HistoryService
from backend.history.words import EXPORT, EXPORT_SERVICE
from backend.linkage.links import SubjectLinks
from backend.mandates.check import Asking, Mandate, Permitted
from backend.store import Store
from contracts.history import EntryKind
from contracts.message import Words

_OWN_RIGHT: Final = Words(
    th="พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 30",
    en="Personal Data Protection Act B.E. 2562, section 30",
)


@dataclass(frozen=True, slots=True)
class History:
    """The room, built.

    Attributes:
        service: For devices.
        disputes: For stewards.
        delays: For officers.
    """

    service: HistoryService
    disputes: Disputes
    delays: Delays


@dataclass(frozen=True, slots=True)
class Needs:
    """What the room needs of the others.

    Attributes:
        store: The database.
        log: Where acts are logged.
        keyring: Pseudonyms.
        gatherer: Asks the registry about cards.
        mandates: What allowed a look.
        agencies: Names of all agencies, by id.
        services: Names of services, by id.
        now: The clock, aware UTC.
        random_bytes: For references.
    """

    store: Store
    log: Log
    keyring: Keyring
    gatherer: Gatherer
    mandates: Mandates
    agencies: Callable[[], Mapping[str, Words]]
    services: Mapping[str, Words]
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]


def build_history(needs: Needs) -> History:
    """Build the room."""
    acting = Acting(needs.log, needs.now, needs.random_bytes)
    index, delays, disputes = HistoryIndex(needs.store), Delays(needs.store, acting), Disputes(needs.store, acting)
    names = Names(needs.agencies, needs.services, lambda look: _basis(look, needs.mandates))

    def may_export(agency_id: str) -> bool:
        asking = Asking(EXPORT_SERVICE, EXPORT, thai_day(needs.now()))
        return isinstance(needs.mandates.of_agency(agency_id).check(asking), Permitted)

    parts = HistoryParts(
        index, needs.keyring, needs.gatherer, acting, delays, disputes, names, may_export, SubjectLinks(needs.store)
    )
    return History(HistoryService(parts), disputes, delays)


def _basis(look: Look, mandates: Mandates) -> tuple[Words, ...]:
    """Return the laws that the mandates behind a look rest on, each once."""
    if look.kind is EntryKind.LOOK_UP and look.officer is None:
        return (_OWN_RIGHT,)
    held = mandates.of_agency(look.agency_id).mandates
    named = {mandate.id for mandate in look.decision.mandates or ()} if look.decision else set[int]()
    service = look.service or EXPORT_SERVICE
    on = thai_day(look.at)
    found = [one for one in held if (one.id in named if named else _covers(one, service, look.purpose, on))]
    return tuple(dict.fromkeys(mandate.legal_basis for mandate in found))


def _covers(mandate: Mandate, service: str, purpose: str, on: date) -> bool:
    return (mandate.service_id, mandate.purpose) == (service, purpose) and mandate.holds_on(on)

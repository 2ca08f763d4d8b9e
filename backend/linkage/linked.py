"""The agencies at run time: their providers, what each can be asked, and how they stand just now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from backend.linkage.adapters.linking import make_providers, make_together
from backend.linkage.breaker import Breaker
from backend.linkage.directory import Agency, Directory, Request
from backend.linkage.facts import Fact
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.kept import KeepingProvider, KeptAnswers
from backend.linkage.maintenance import Window
from backend.linkage.ports import Facts, Provider, Transport
from contracts.message import Words
from contracts.subject import SubjectKind

_PERSONS = frozenset({SubjectKind.PERSON})
_FOUND_MOST: Final = 256
"""Sets of facts that are remembered: services asked together have the same one each time."""
Parts = tuple[tuple[Provider, frozenset[Fact]], ...]


@dataclass(slots=True)
class LinkedAgency:
    """One agency at run time. Its breaker and counter are touched on the loop's thread alone.

    ``absent`` says what it means for its facts that it does not know a person; ``kinds`` whom each provider can be
    asked about, persons alone where it says nothing. ``together`` stands in for ``providers`` when many are asked
    about at once, and is the same where it says nothing.
    """

    id: str
    name: Words
    deadline_s: float
    max_in_flight: int
    providers: tuple[Provider, ...]
    maintenance: tuple[Window, ...] = ()
    absent: Facts = field(default_factory=dict)
    kinds: tuple[frozenset[SubjectKind], ...] = ()
    together: tuple[Provider, ...] = ()
    breaker: Breaker = field(default_factory=Breaker)
    in_flight: int = 0
    _found: dict[tuple[SubjectKind, frozenset[Fact], bool], Parts] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def providers_for(self, kind: SubjectKind, facts: frozenset[Fact], *, together: bool = False) -> Parts:
        """Return those that can be asked about such a subject and yield wanted facts, with these."""
        wanted = (kind, facts, together)
        found = self._found.get(wanted)
        if found is None:
            if len(self._found) >= _FOUND_MOST:
                self._found.clear()
            found = self._found[wanted] = self._find(*wanted)
        return found

    def _find(self, kind: SubjectKind, facts: frozenset[Fact], together: bool) -> Parts:  # as found
        providers = self.together or self.providers if together else self.providers
        kinds = self.kinds or (_PERSONS,) * len(providers)
        parts = zip(providers, kinds, strict=True)
        return tuple((provider, wanted) for provider, of in parts if kind in of and (wanted := provider.offers & facts))


def link_agencies(
    directory: Directory,
    transport: Transport,
    shelf: RegisterShelf | None = None,
    kept: KeptAnswers | None = None,
) -> tuple[LinkedAgency, ...]:
    """Build the agencies a directory names, all on one transport; each source of a broker is one of its own.

    Args:
        directory: Who is linked.
        transport: HTTP.
        shelf: The hosted registers.
        kept: Where answers are kept that may be; None: none are.
    """
    return tuple(linked for agency in directory.agencies for linked in _link(agency, transport, shelf, kept))


def _link(
    agency: Agency, transport: Transport, shelf: RegisterShelf | None, kept: KeptAnswers | None
) -> Iterator[LinkedAgency]:
    single = make_providers(agency, transport, shelf)
    together = make_together(agency, transport, single)
    if kept is not None:
        single, together = _keep(agency, single, kept), _keep(agency, together, kept)
    names = agency.sources or {agency.id: agency.name}
    for source, name in names.items():
        its = [n for n, request in enumerate(agency.requests) if request.source in {"", source}]
        requests = [agency.requests[n] for n in its]
        yield LinkedAgency(
            source,
            name,
            agency.deadline_ms / 1000,
            agency.max_in_flight,
            tuple(single[n] for n in its),
            agency.maintenance,
            _absent(requests),
            tuple(request.kinds for request in requests),
            tuple(together[n] for n in its),
        )


def _keep(agency: Agency, providers: tuple[Provider, ...], kept: KeptAnswers) -> tuple[Provider, ...]:
    return tuple(
        KeepingProvider(provider, request, f"{agency.id}/{place}", kept) if request.cache_s else provider
        for place, (provider, request) in enumerate(zip(providers, agency.requests, strict=True))
    )


def _absent(requests: Iterable[Request]) -> Facts:
    return {fact: value for request in requests for fact, value in request.absent.items()}

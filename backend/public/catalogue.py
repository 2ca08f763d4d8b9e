"""Builds the public catalogue from the rules: each service's facts, and the copies they make needless."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from contracts.catalogue import Catalogue, CatalogueService, ReplacedDocument
from contracts.decision import Service
from contracts.message import Words

DOCUMENTS: Final = Path(__file__).with_name("documents.json")


class Rules(Protocol):
    """The programmes' rules (``eligibility``)."""

    def services(self) -> tuple[Service, ...]: ...
    def needed_facts(self, service_id: str) -> Sequence[str]: ...


class Documents(BaseModel):
    """The file of documents.

    Attributes:
        documents: Copies by id.
        databases: Databases by the first part of their facts' names.
        proves: Fact → the copy that used to prove it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = ""
    documents: Mapping[str, Words]
    databases: Mapping[str, Words]
    proves: Mapping[str, str]


def load_documents() -> Documents:
    """Read the file that comes with the centre."""
    return Documents.model_validate_json(DOCUMENTS.read_text(encoding="utf-8"))


def build_catalogue(
    rules: Rules, documents: Documents, agency_id: Callable[[Words], str], linked: Collection[str]
) -> Catalogue:
    """Describe every service, those for which the card is enough first (pure).

    Args:
        rules: Services and the facts they need.
        documents: What proved each fact.
        agency_id: Returns the id of an agency's name.
        linked: The facts that a linked agency yields. A copy that proves any other is still to be brought.
    """
    services = [
        _describe(service, rules.needed_facts(service.id), documents, agency_id, linked) for service in rules.services()
    ]
    services.sort(key=lambda one: bool(one.bring))
    return Catalogue(total=len(services), services=tuple(services))


def search(catalogue: Catalogue, typed: str) -> Catalogue:
    """Keep the services in which every word typed occurs: in a name, an agency, a document or a database."""
    words = typed.casefold().split()
    fitting = (one for one in catalogue.services if all(word in _text(one) for word in words))
    return Catalogue(total=catalogue.total, services=tuple(fitting))


def _describe(
    service: Service,
    facts: Sequence[str],
    documents: Documents,
    agency_id: Callable[[Words], str],
    linked: Collection[str],
) -> CatalogueService:
    # A service's menu lists its facts in the rules' order.
    grouped: dict[tuple[str, str], list[tuple[Words, Words]]] = {}
    needed: dict[str, None] = {}
    for fact, asked in zip(facts, service.facts, strict=True):
        document = documents.proves.get(fact)
        if document is not None and fact not in linked:
            needed[document] = None
        elif document is not None:
            grouped.setdefault((document, fact.split(".")[0]), []).append((asked.fact, asked.agency))
    return CatalogueService(
        id=service.id,
        name=service.name,
        agency=service.agency,
        summary=service.summary,
        replaces=tuple(
            ReplacedDocument(
                document=documents.documents[document],
                database=documents.databases[database],
                owner_id=agency_id(asked[0][1]),
                owner=asked[0][1],
                facts=tuple(dict.fromkeys(fact for fact, _ in asked)),
            )
            for (document, database), asked in grouped.items()
            if document not in needed
        ),
        bring=tuple(documents.documents[document] for document in needed),
    )


def _text(service: CatalogueService) -> str:
    words = [service.name, service.agency, service.summary, *service.bring]
    for one in service.replaces:
        words += [one.document, one.database, one.owner, *one.facts]
    return " ".join(f"{each.th} {each.en}" for each in words).casefold()

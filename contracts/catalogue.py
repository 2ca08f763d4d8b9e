"""The public catalogue: which services need no copies, and which database answers in place of each."""

from typing import Final

from pydantic import Field

from contracts.decision import AgencyId, ServiceId
from contracts.message import Message, Words

CATALOGUE_PATH: Final = "/api/v1/catalogue"


class ReplacedDocument(Message):
    """A copy that nobody need bring.

    Attributes:
        document: What it was.
        database: Which database answers in its place.
        owner_id: Whose it is.
        owner: The same in words.
        facts: What is asked of it.
    """

    document: Words
    database: Words
    owner_id: AgencyId
    owner: Words
    facts: tuple[Words, ...]


class CatalogueService(Message):
    """One service.

    Attributes:
        id: Of the service.
        name: As the agency calls it.
        agency: Whose service it is.
        summary: What the citizen gets.
        replaces: Copies that nobody need bring.
        bring: Copies still to be brought: no agency that could be asked is linked yet.
    """

    id: ServiceId
    name: Words
    agency: Words
    summary: Words
    replaces: tuple[ReplacedDocument, ...]
    bring: tuple[Words, ...] = ()


class Catalogue(Message):
    """Services, those that work with the card alone first.

    Attributes:
        total: Services in the whole catalogue.
        services: Those that fit the search, in the catalogue's order.
    """

    total: int = Field(ge=0)
    services: tuple[CatalogueService, ...]

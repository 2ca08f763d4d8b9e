"""The evidence directory: what a public service wants to see, which facts prove it, which database has them. Pure.

So "copy of X" on a service's list becomes a question, and no service may list a copy that it could ask for
(NCPO order 21/2560, clause 17).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.linkage.directory import Directory
from backend.linkage.errors import DirectoryError
from backend.linkage.facts import FACT_TYPES, Fact
from contracts.message import Words


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Entry):
    """A paper that services used to want.

    Attributes:
        id: Stable.
        name: What people call it.
        proved_by: The facts that prove what the paper proves; all of them together.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    name: Words
    proved_by: tuple[Fact, ...] = Field(min_length=1)


class Requirement(_Entry):
    """What one service wants.

    Attributes:
        service: A process of the plan (its reference) or a service of the rulebook (its id).
        document: Which paper's content.
        as_copy: Whether the service still lists a copy of it.
    """

    service: str = Field(min_length=1)
    document: str
    as_copy: bool = False


class EvidenceFile(_Entry):
    """The file of the evidence directory.

    Attributes:
        documents: Papers and the facts that prove them.
        by_indicator: The plan's indicator → papers that every process under it stops asking for.
        requirements: Further requirements of single services.
    """

    note: str = ""
    documents: tuple[Document, ...]
    by_indicator: Mapping[str, tuple[str, ...]]
    requirements: tuple[Requirement, ...]


class Process(_Entry):
    """A public service's process, as the plan lists it."""

    ref: str
    process_th: str
    agency_th: str
    year_be: str = ""
    indicator: str
    review: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One requirement with where its evidence is.

    Attributes:
        requirement: Of the service.
        document: What paper it stands for.
        sources: Fact → id of the linked agency that has it, or None.
    """

    requirement: Requirement
    document: Document
    sources: Mapping[Fact, str | None]

    @property
    def can_be_asked(self) -> bool:
        """Whether every fact that proves it comes from a linked database."""
        return all(self.sources.values())

    @property
    def is_needless_copy(self) -> bool:
        """Whether the service lists a copy of what it could ask for."""
        return self.requirement.as_copy and self.can_be_asked


def parse_processes(lines: Iterable[str]) -> tuple[Process, ...]:
    """Read the plan's table of processes."""
    return tuple(Process.model_validate(row) for row in csv.DictReader(lines))


def parse_evidence(text: str, source: str) -> EvidenceFile:
    """Read the evidence directory.

    Raises:
        DirectoryError: Not of its form, or it speaks of a document that it does not describe.
    """
    try:
        found = EvidenceFile.model_validate_json(text)
    except ValidationError as error:
        problems = tuple(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise DirectoryError(source, problems) from error
    known = {document.id for document in found.documents}
    named = {r.document for r in found.requirements}.union(*found.by_indicator.values())
    if named - known:
        raise DirectoryError(source, tuple(f"no document is called {name}" for name in sorted(named - known)))
    return found


def requirements_of(evidence: EvidenceFile, processes: Iterable[Process]) -> tuple[Requirement, ...]:
    """Return every requirement: of single services, and of the plan's processes by their indicator."""
    own = {(r.service, r.document): r for r in evidence.requirements}
    for process in processes:
        for document in evidence.by_indicator.get(process.indicator, ()):
            own.setdefault((process.ref, document), Requirement(service=process.ref, document=document))
    return tuple(own.values())


def find_proofs(evidence: EvidenceFile, requirements: Iterable[Requirement], directory: Directory) -> tuple[Proof, ...]:
    """Say for each requirement which facts prove it and which linked database has them."""
    documents = {document.id: document for document in evidence.documents}
    having = {fact: agency.id for fact in FACT_TYPES if (agency := directory.agency_of(fact)) is not None}
    proofs = []
    for requirement in requirements:
        document = documents[requirement.document]
        proofs.append(Proof(requirement, document, {fact: having.get(fact) for fact in document.proved_by}))
    return tuple(proofs)

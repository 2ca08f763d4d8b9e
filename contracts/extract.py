"""A paper extract that an officer makes himself, for a law that still wants paper: free of charge, and logged.

Source: NCPO order 21/2560, clause 17: an official who needs another agency's document makes the copy himself; the
citizen is neither asked for it nor charged.
"""

import json
from hashlib import sha256

from pydantic import AwareDatetime, Field

from contracts.decision import AgencyId, LeafReference, ServiceId, Subject
from contracts.message import Message, Words
from contracts.slip import MaskedHolder

EXTRACT_PATH = "/v1/device/extracts"
SOURCE_EXTRACT_PATH = "/v1/device/extracts/source"


class ExtractFact(Message):
    """One fact as the source's register has it."""

    label: Words
    value: Words = Field(repr=False)


class ExtractNotice(Message):
    """Body of ``POST /v1/device/extracts``: what is about to be put on paper, without saying it.

    Attributes:
        service: For which service; its law must still want paper.
        source: Whose register the facts are from.
        officer: Name or number of the officer who makes it.
        facts_hash: See :func:`hash_facts`.
    """

    service: ServiceId
    source: AgencyId
    officer: str = Field(min_length=2, max_length=120)
    facts_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class ExtractReceipt(Message):
    """Answer to a notice, 201: the extract is logged and may be printed.

    Attributes:
        reference: Printed on it, ``XXXX-XXXX-XX``.
        made_at: UTC.
        authority: The agency that makes it.
        law: The law that still wants paper.
        leaf: Where the evidence log keeps it.
    """

    reference: str
    made_at: AwareDatetime
    authority: Words
    law: Words
    leaf: LeafReference


class ExtractQuestion(Message):
    """Body of ``POST /v1/device/extracts/source``: an officer wants on paper what a source's register says of a person.

    Attributes:
        service: For which service; its law must still want paper, and a mandate for the purpose ``extract`` permit it.
        source: Whose register is asked.
        officer: Name or number of the officer who makes it.
        subject: The person, with what proves his card.
    """

    service: ServiceId
    source: AgencyId
    officer: str = Field(min_length=2, max_length=120)
    subject: Subject = Field(repr=False)


class SourcedExtract(Message):
    """Answer to it, 201: what the source said, logged beforehand without saying it. The centre keeps none of it.

    Attributes:
        receipt: The extract is logged and may be printed.
        service_name: In the agency's words.
        source: Whose register said so.
        facts: What it says, in the service's order.
        salt: With which :func:`hash_facts` made the leaf's hash; kept with the paper's file, hexadecimal.
    """

    receipt: ExtractReceipt
    service_name: Words
    source: Words
    facts: tuple[ExtractFact, ...] = Field(min_length=1)
    salt: str = Field(pattern=r"^[0-9a-f]{32}$", repr=False)


class Extract(Message):
    """Everything needed to print an extract."""

    receipt: ExtractReceipt
    service_name: Words
    source: Words
    officer: str
    holder: MaskedHolder
    facts: tuple[ExtractFact, ...] = Field(min_length=1)


def hash_facts(facts: tuple[ExtractFact, ...], salt: bytes) -> str:
    """Return the hash that ties a paper to its leaf, 64 hexadecimal digits.

    Args:
        facts: In their order on paper.
        salt: At least 16 random bytes, kept with the paper's file: the facts are few enough to try them all.
    """
    said = [[fact.label.th, fact.value.th, fact.value.en] for fact in facts]
    return sha256(salt + json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hexdigest()

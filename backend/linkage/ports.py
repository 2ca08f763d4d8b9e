"""What the gatherer needs of an agency, and the one way in which an agency can fail to help."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLContext
from typing import Final, Literal, Protocol, runtime_checkable
from urllib.parse import urlsplit

from backend.linkage.facts import Fact, FactValue
from contracts.decision import NotKnownCause, Subject

MAX_ANSWER_BYTES: Final = 64 * 1024
Facts = Mapping[Fact, FactValue]


class DatedFacts(dict[Fact, FactValue]):
    """Facts whose agency says since when they are known.

    Attributes:
        as_of: Since when, aware UTC.
    """

    __slots__ = ("as_of",)

    def __init__(self, facts: Facts, as_of: datetime) -> None:
        super().__init__(facts)
        self.as_of = as_of


@dataclass(frozen=True, slots=True)
class NotKnown:
    """An agency gave no facts. Never a reason to say no.

    Attributes:
        cause: Why, in the terms a citizen is told.
        retryable: True when the same question may succeed later (the peer is in trouble); False when asking again
            gives the same. Retryable ones open the breaker.
        counts: False when the same trouble is told to several, and one of the others counts it for the breaker.
        detail: A static code for operators, such as ``status_500``; never anything from the answer's body.
    """

    cause: NotKnownCause
    retryable: bool
    detail: str = ""
    counts: bool = True


class Provider(Protocol):
    """One request that an agency answers.

    Attributes:
        offers: The facts this request can yield.
    """

    @property
    def offers(self) -> frozenset[Fact]: ...

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person.

        Args:
            subject: Whom the question is about.
            facts: The facts wanted. Nothing beside them may be returned.
            deadline_s: Seconds from now after which the answer is not waited for.

        Returns:
            The facts that the agency knows, of the types ``FACT_TYPES`` names (a fact the agency does not know is left
            out), as ``DatedFacts`` where the agency dates them, or why there are none. Never raises for a fault of
            the agency.
        """
        ...


@runtime_checkable
class Closing(Protocol):
    """A provider that holds something open."""

    def close(self) -> None:
        """Let go of it. Called once, when nothing is asked any more."""
        ...


class References(Protocol):
    """Who is known where (``ReferenceDirectory``)."""

    def not_known_at(self, subject: Subject, agency_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Return those agencies that have a complete list of whom they know, and not this person on it.

        Each with the time of its list.
        """
        ...


class Transport(Protocol):
    """Sends one HTTP request to an agency and reads a small answer."""

    async def send(self, call: "HttpCall", deadline_s: float) -> bytes | NotKnown:
        """Send ``call``; return the body of a 200 answer of an accepted media type, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request. Reads only by agreement, so it may be sent twice.

    Attributes:
        url: Whole URL. Hidden in ``repr`` but for its host: some agencies will have the number in it.
        body: The bytes to send. Hidden in ``repr``: it names a citizen.
        content_type: Media type of ``body``.
        accepts: Media types an answer may have, without parameters.
        headers: Further headers.
        fault_statuses: Statuses beside 200 whose body is to be returned too (SOAP's faults travel in 500).
        method: POST or GET.
        tls: Which authorities are believed and what is shown to the agency; None: the machine's.
        most_bytes: A longer answer is not read to its end.
        inspect: Looks at status and headers before anything else; what it returns stands instead of an answer.
    """

    url: str
    body: bytes
    content_type: str
    accepts: frozenset[str]
    headers: Mapping[str, str]
    fault_statuses: frozenset[int] = frozenset()
    method: Literal["POST", "GET"] = "POST"
    tls: SSLContext | None = None
    most_bytes: int = MAX_ANSWER_BYTES
    inspect: Callable[[int, Mapping[str, str]], NotKnown | None] | None = None

    def __repr__(self) -> str:
        return f"HttpCall(method={self.method!r}, host={urlsplit(self.url).netloc!r})"

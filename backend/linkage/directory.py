"""The agency directory: who is linked, where, and how each answer becomes facts. Data in a file, checked on loading."""

import json
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from backend.linkage.catalogue import FactEntry, declare
from backend.linkage.errors import DirectoryError
from backend.linkage.facts import FACT_TYPES, Fact
from backend.linkage.interfaces import (
    Auth,
    DciParty,
    HostedParty,
    TlsParty,
    XRoadParty,
    check_database_address,
    check_web_address,
    is_this_machine,
)
from backend.linkage.maintenance import Window
from backend.linkage.mapping import AnswerPath, BulkShape, DateShape, HttpShape, ValueShape
from contracts.card import Birth
from contracts.decision import AgencyId
from contracts.message import Words
from contracts.subject import SubjectKind

SubjectField = Literal[
    "citizen_number", "g_code", "juristic_number", "name_th", "birth", "request_number", "laser_number", "chip_serial"
]
Converter = Literal["bool", "int", "date", "birth", "equals", "text", "present"]
_PRODUCES: dict[str, type] = {"bool": bool, "equals": bool, "present": bool, "int": int, "birth": Birth, "text": str}


def _trim(url: str) -> str:
    return url.rstrip("/")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Reading(_Entry, ValueShape):
    """Where one fact stands in an answer and how it is read.

    Attributes:
        at: Path through JSON objects and arrays or XML elements, e.g. ``person.birth``; see ``answer_path``.
        convert: ``bool``, ``int`` and ``date`` demand that type; ``birth`` an object of year, month, day; ``equals`` is
            true when the text is ``value``; ``text`` demands one of ``one_of``; ``present`` is true when not null.
        value: For ``equals``.
        one_of: For ``text``: every text the agency may say.
        optional: When true, a missing or null value leaves the fact out; when false it makes the answer a bad one.
        most: For ``int``: the largest plausible value.
    """

    at: AnswerPath
    convert: Converter = Field(alias="as")
    value: str | None = None
    one_of: tuple[str, ...] = ()
    optional: bool = False
    most: int = Field(default=1_000_000_000_000, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.convert == "equals") != (self.value is not None):
            raise ValueError("'value' goes with 'equals' and only with it")
        if (self.convert == "text") != bool(self.one_of):
            raise ValueError("'one_of' goes with 'text' and only with it")
        return self


class Request(_Entry, HttpShape):
    """One request an agency answers.

    Attributes:
        path: Path below the agency's base URL. The same for everybody, unless ``number_in_url``.
        send: Body field (``outer.inner`` nests) → what of the subject it carries.
        found: Where the answer says whether the agency knows the person; empty when its status alone says so.
        facts: Fact → how it is read.
        whose: Where the answer repeats the number it speaks of, if it does; about another, it is a wrong answer.
        as_of: Where the answer says since when what it says is known; without it, facts are of the moment they come.
        cache_s: How long an answer may be kept, encrypted in memory, for the same question, in seconds; 0: not at all.
            A rule's own limit of freshness may end it sooner.
        bulk: How many persons are asked about at once, where the agency can be.
        absent: What it means for a fact when the agency does not know the person. Facts not named stay not known.
        operation: SOAP: the operation's element name.
        namespace: SOAP: the operation's namespace.
        soap_action: SOAP: value of the SOAPAction header.
        view: SQL: the view that is read, with its schema where it has one.
    """

    path: str = Field(default="/", pattern=r"^/([A-Za-z0-9/_.-]|\{citizen_number\})*$")
    send: dict[str, SubjectField] = Field(default_factory=dict)
    found: Literal[""] | AnswerPath = "found"
    whose: Literal[""] | AnswerPath = ""
    facts: dict[Fact, Reading] = Field(min_length=1)
    as_of: DateShape | None = None
    cache_s: int = Field(default=0, ge=0, le=86_400)
    bulk: BulkShape | None = None
    absent: dict[Fact, bool | int | str] = Field(default_factory=dict)
    operation: str = Field(default="", pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$|^$")
    namespace: str = ""
    soap_action: str = ""
    view: str = Field(default="", pattern=r"^([A-Za-z_][A-Za-z0-9_]*\.)?[A-Za-z_][A-Za-z0-9_]*$|^$")

    @model_validator(mode="after")
    def _types(self) -> Self:
        for fact, reading in self.facts.items():
            produced = _PRODUCES.get(reading.convert)
            if reading.convert != "date" and produced is not FACT_TYPES[fact]:
                raise ValueError(f"{fact}: '{reading.convert}' does not yield a {FACT_TYPES[fact].__name__}")
            if reading.convert == "date" and FACT_TYPES[fact].__name__ != "date":
                raise ValueError(f"{fact}: 'date' does not yield a {FACT_TYPES[fact].__name__}")
        for fact, value in self.absent.items():
            if fact not in self.facts:
                raise ValueError(f"{fact}: stands in 'absent' but not in 'facts'")
            if type(value) is not FACT_TYPES[fact]:
                raise ValueError(f"{fact}: 'absent' is not a {FACT_TYPES[fact].__name__}")
        return self

    @property
    def kinds(self) -> frozenset[SubjectKind]:
        """The kinds of subjects it can be asked about: those whose number it sends.

        A company shows the card of the person who acts for it, so the card's own state can be asked of it as well.
        """
        sent = frozenset(kind for kind in SubjectKind if kind.value in self.send.values())
        of_a_card = {SubjectKind.COMPANY} if self.facts.keys() <= {Fact.CARD_STATUS} else set[SubjectKind]()
        return (sent or frozenset({SubjectKind.PERSON})) | of_a_card

    def columns_of(self, fact: Fact) -> tuple[str, ...]:
        """Return the view's columns that one fact is read from: its own, or three for a birth."""
        reading = self.facts[fact]
        parts = tuple(f"{reading.at}__{part}" for part in ("year", "month", "day"))
        return parts if reading.convert == "birth" and not reading.form else (reading.at,)


class Agency(_Entry):
    """One linked agency.

    Attributes:
        id: Stable identifier.
        name: Its name.
        adapter: How it is spoken to.
        base_url: http or https, without user, query or fragment; for ``sql`` a SQLAlchemy URL without a password;
            for ``hosted`` empty.
        xroad: X-Road: names on the network.
        dci: DCI: who signs what.
        hosted: Hosted register: its columns.
        sources: Broker: whom it stands for, each with its name.
        auth: How the centre proves itself; secrets lie in files.
        tls: Which authorities are believed, and the centre's own certificate.
        twins: Base URLs of further servers with the same data.
        hedge_after_ms: After how long without an answer a twin is asked too, in milliseconds.
        deadline_ms: How long one question may take, in milliseconds.
        max_in_flight: Questions one worker may have under way at once; more are not asked (``overloaded``).
        restricted: Whether a mandate on its facts needs the approval of a second person.
        maintenance: When it has said that it will not answer; it is not asked then.
        requests: What it answers.
    """

    id: AgencyId
    name: Words
    adapter: Literal["rest", "soap", "sql", "xroad", "dci", "hosted", "broker"]
    base_url: Annotated[str, AfterValidator(_trim)] = ""
    auth: Auth | None = None
    tls: TlsParty | None = None
    twins: tuple[Annotated[str, AfterValidator(check_web_address)], ...] = ()
    hedge_after_ms: int = Field(default=400, ge=20, le=10_000)
    deadline_ms: int = Field(default=2_500, ge=50, le=30_000)
    max_in_flight: int = Field(default=256, ge=1, le=10_000)
    restricted: bool = False
    maintenance: tuple[Window, ...] = ()
    xroad: XRoadParty | None = None
    dci: DciParty | None = None
    hosted: HostedParty | None = None
    sources: dict[AgencyId, Words] = Field(default_factory=dict)
    requests: tuple[Request, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.adapter == "hosted":
            if self.base_url or self.auth or self.tls or self.twins:
                raise ValueError("a hosted register is asked at the centre itself: it has no address")
            return self
        (check_database_address if self.adapter == "sql" else check_web_address)(self.base_url)
        return self

    @model_validator(mode="after")
    def _interface_named(self) -> Self:
        if self.adapter == "soap" and not all(r.operation and r.namespace for r in self.requests):
            raise ValueError("a soap request needs 'operation' and 'namespace'")
        if (self.adapter == "sql") != any(r.view for r in self.requests) or not self._views_flat():
            raise ValueError("'view' goes with 'sql' and only with it, and its facts are read from plain columns")
        for name, part in (("xroad", self.xroad), ("dci", self.dci), ("hosted", self.hosted)):
            if (self.adapter == name) != (part is not None):
                raise ValueError(f"'{name}' goes with adapter '{name}' and only with it")
        return self

    @model_validator(mode="after")
    def _parts_fitting(self) -> Self:
        if self.adapter != "rest" and any(r.method == "GET" or r.number_in_url or r.fixed for r in self.requests):
            raise ValueError("'method', 'number_in_url' and 'fixed' go with 'rest' and only with it")
        if self.adapter == "sql" and (self.auth or self.tls or self.twins):
            raise ValueError("'auth', 'tls' and 'twins' do not go with 'sql'")
        if self.auth and self.base_url.startswith("http://") and not is_this_machine(self.base_url):
            raise ValueError("'auth' needs https: a secret would travel in the clear")
        if self.adapter == "hosted" and (len({f for r in self.requests for f in r.send}) != 1 or not self._flat()):
            raise ValueError("a hosted register is read by one number column, and its facts from plain columns")
        if (self.adapter == "broker") != bool(self.sources) or {r.source for r in self.requests} != (
            set(self.sources) or {""}
        ):
            raise ValueError("'sources' and each request's 'source' go with 'broker' and must name the same")
        if self.adapter == "dci" and any(len(r.send) != 1 for r in self.requests):
            raise ValueError("a dci search sends exactly one value")
        return self

    @model_validator(mode="after")
    def _asked_less_often(self) -> Self:
        if self.adapter == "hosted" and any(r.cache_s for r in self.requests):
            raise ValueError("a hosted register is at the centre already: 'cache_s' does not go with it")
        for request in (r for r in self.requests if r.bulk):
            if self.adapter != "rest" or request.number_in_url or request.method == "GET" or request.reads_array:
                raise ValueError("'bulk' goes with 'rest', asked by POST and answering an object, and only with it")
            if not request.whose or not request.found:
                raise ValueError("'bulk' needs 'whose' and 'found' in each line, to tell the persons apart")
            if request.bulk and request.bulk.list in request.fixed:
                raise ValueError("'bulk': its 'list' stands in 'fixed' too")
        return self

    def _views_flat(self) -> bool:
        return self.adapter != "sql" or (self._flat() and all(r.view for r in self.requests))

    def _flat(self) -> bool:
        paths = [reading.at for r in self.requests for reading in r.facts.values()]
        paths += [r.as_of.at for r in self.requests if r.as_of]
        return not any({".", "["} & set(path) for path in paths)


class Directory(_Entry):
    """All linked agencies. Each fact comes from exactly one request.

    Attributes:
        facts: The facts it adds to those that came with the project.
        agencies: Who is linked.
    """

    version: Literal[1]
    note: str = ""
    facts: tuple[FactEntry, ...] = ()
    agencies: tuple[Agency, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        ids = [agency.id for agency in self.agencies]
        if len(set(ids)) < len(ids):
            raise ValueError("an agency id stands twice")
        facts = [fact for agency in self.agencies for request in agency.requests for fact in request.facts]
        twice = sorted({fact for fact in facts if facts.count(fact) > 1})
        if twice:
            raise ValueError("more than one request yields " + ", ".join(twice))
        return self

    @model_validator(mode="after")
    def _as_catalogued(self) -> Self:
        allowed = {entry.name: set(entry.one_of) for entry in self.facts if entry.one_of}
        for fact, reading in ((f, r) for a in self.agencies for q in a.requests for f, r in q.facts.items()):
            odd = sorted(set(reading.one_of) - allowed.get(fact, set(reading.one_of)))
            if odd:
                raise ValueError(f"{fact}: the catalogue of facts does not allow " + ", ".join(odd))
        return self

    @model_validator(mode="after")
    def _kept_within_limits(self) -> Self:
        limits = {Fact(one.name): one.fresh_for_days for one in self.facts if one.fresh_for_days is not None}
        for request in (r for a in self.agencies for r in a.requests):
            shortest = min((limits[fact] * 86_400 for fact in request.facts if fact in limits), default=request.cache_s)
            if request.cache_s > shortest:
                raise ValueError(f"'cache_s' is longer than {min(request.facts)} and its like are fresh")
        return self

    @property
    def most_at_once(self) -> int:
        """The most persons that some agency can be asked about in one request."""
        return max((r.bulk.most for a in self.agencies for r in a.requests if r.bulk), default=1)

    def restricted_facts(self) -> frozenset[Fact]:
        """Return the facts of restricted databases, and those restricted by themselves."""
        own = frozenset(Fact(entry.name) for entry in self.facts if entry.sensitivity == "restricted")
        return own | frozenset(f for a in self.agencies if a.restricted for r in a.requests for f in r.facts)

    def known_facts(self) -> frozenset[Fact]:
        """Return every fact that may be asked for by name."""
        return frozenset(FACT_TYPES)

    def yielded_facts(self) -> frozenset[Fact]:
        """Return every fact that some linked agency yields."""
        return frozenset(fact for agency in self.agencies for request in agency.requests for fact in request.facts)

    def agency_of(self, fact: Fact) -> Agency | None:
        """Return the agency that yields ``fact``, or None when nobody does."""
        return next((a for a in self.agencies if any(fact in r.facts for r in a.requests)), None)


def parse_directory(text: str, source: Annotated[str, "for messages"] = "(text)") -> Directory:
    """Read a directory from JSON text.

    Raises:
        DirectoryError: Not JSON, or not a directory; its ``problems`` name each place.
    """
    try:
        tree = json.loads(text)
        own = tree.get("facts") if isinstance(tree, dict) else None
        declare(own if isinstance(own, list) else ())
        return Directory.model_validate(tree)
    except ValidationError as error:
        raise DirectoryError(source, tuple(_list_problems(error))) from error
    except json.JSONDecodeError as error:
        raise DirectoryError(source, (f"not JSON: {error}",)) from error
    except ValueError as error:
        raise DirectoryError(source, (str(error),)) from error


def _list_problems(error: ValidationError) -> Iterator[str]:
    found = error.errors()
    for one in found:
        place = one["loc"]
        deeper = any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in found)
        if not (one["type"] == "too_short" and deeper):  # a list is not empty because what stood in it was wrong
            yield f"{'.'.join(str(part) for part in place) or 'file'}: {one['msg']}"

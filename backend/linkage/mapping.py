"""What a common JSON service needs said of it, so that no code is written for it: parts of the directory's entries."""

import re
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from backend.linkage.answer_path import parse_path
from backend.linkage.written_dates import compile_form

_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "host", "content-length"})
NUMBER_PLACE: Final = "{citizen_number}"


def check_path(text: str) -> str:
    """Return ``text`` when it is a path into an answer.

    Raises:
        ValueError: It is none; see :func:`parse_path`.
    """
    parse_path(text)
    return text


AnswerPath = Annotated[str, AfterValidator(check_path)]


class ValueShape(BaseModel):
    """How an agency writes one value.

    Attributes:
        values: The agency's word → ours, e.g. ``{"Y": true, "N": false}``; numbers and booleans are named by their
            text, nothing by ``null``. Any other word is a wrong answer. A word may mean null: not known.
        written: ``text`` when numbers and booleans come as text.
        form: For ``date`` and ``birth``: how the date is written, e.g. ``DD/MM/YYYY``. In a birth ``00`` is not known.
        era: ``be`` when years are of the Buddhist era.
    """

    values: dict[str, bool | int | str | None] = Field(default_factory=dict)
    written: Literal["typed", "text"] = "typed"
    form: str = ""
    era: Literal["ce", "be"] = "ce"

    @model_validator(mode="after")
    def _written_sensibly(self) -> Self:
        convert = getattr(self, "convert", "")
        if (self.form or self.era == "be") and convert not in {"date", "birth"}:
            raise ValueError("'form' and 'era' go with 'date' and 'birth' and only with them")
        if self.form:
            compile_form(self.form)
        if self.written == "text" and convert not in {"bool", "int"}:
            raise ValueError("'written' goes with 'bool' and 'int' and only with them")
        if self.values and convert == "present":
            raise ValueError("'values' does not go with 'present'")
        wanted = {"bool": bool, "int": int}.get(convert, str)
        wrong = [word for word, value in self.values.items() if value is not None and type(value) is not wanted]
        if wrong:
            raise ValueError(f"'values': '{wrong[0]}' does not mean a {wanted.__name__} as '{convert}' needs")
        return self


class DateShape(BaseModel):
    """Where an answer says since when what it says is known, and how that is written.

    Attributes:
        at: Path to an ISO 8601 moment or day; without a zone it is Thailand's, and a day counts from its start.
        form: When it is a day written otherwise, e.g. ``DD/MM/YYYY``.
        era: ``be`` when the year is of the Buddhist era.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AnswerPath
    form: str = ""
    era: Literal["ce", "be"] = "ce"

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.form:
            compile_form(self.form)
        return self


class BulkShape(BaseModel):
    """How many persons are asked about in one request. Each line of the answer is laid out as a single answer is.

    Attributes:
        path: Below the agency's base URL.
        list: Field of the body that holds what would be sent of each one, and of the answer that holds the lines.
        most: Persons in one request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(pattern=r"^/[A-Za-z0-9/_.-]*$")
    list: str = Field(default="persons", pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")
    most: int = Field(default=50, ge=2, le=1_000)


class HttpShape(BaseModel):
    """How a JSON service is asked and how it says that it does not know the person.

    Attributes:
        source: Broker: which of its sources this is.
        method: GET carries ``send`` in the query.
        number_in_url: Must be true where the citizen's number stands in path or query: the agency's web servers and
            whatever stands before them write it into their logs. The centre itself never logs an agency's URL.
        headers: Further headers, none of them secret.
        fixed: Further fields of the body (or query), the same for everybody.
        found_when: Words at ``found`` that mean that the person is known; none: every word but ``not_found_when``.
        not_found_when: Words at ``found`` that mean that he is not; ``null`` and ``[]`` are words too.
        not_found_statuses: HTTP statuses that mean the same.
    """

    source: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{1,40})?$")
    method: Literal["POST", "GET"] = "POST"
    number_in_url: bool = False
    headers: dict[str, str] = Field(default_factory=dict)
    fixed: dict[str, bool | int | str] = Field(default_factory=dict)
    found_when: tuple[str, ...] = ()
    not_found_when: tuple[str, ...] = ()
    not_found_statuses: tuple[Annotated[int, Field(ge=400, le=499)], ...] = ()

    @model_validator(mode="after")
    def _asked_sensibly(self) -> Self:
        request: Any = self
        in_url = NUMBER_PLACE in request.path or (self.method == "GET" and "citizen_number" in request.send.values())
        if in_url != self.number_in_url:
            raise ValueError("'number_in_url' must be true exactly where the number stands in path or query")
        if not request.send and NUMBER_PLACE not in request.path:
            raise ValueError("'send' names nothing of the person, and neither does the path")
        objects = {"name_th", "birth"}
        if self.method == "GET" and objects & set(request.send.values()):
            raise ValueError("a query cannot carry a name or a birth; use POST")
        for name, value in self.headers.items():
            if not _HEADER.match(name) or name.lower() in _SECRET_HEADERS or not value.isprintable():
                raise ValueError(f"header '{name}' cannot be set here; secrets stand in 'auth'")
        if not request.found and not self.not_found_statuses:
            raise ValueError("without 'found' there must be 'not_found_statuses'")
        if not request.found and (self.found_when or self.not_found_when):
            raise ValueError("'found_when' and 'not_found_when' need 'found'")
        twice = set(request.send) & set(self.fixed)
        if twice:
            raise ValueError(f"'{min(twice)}' stands in 'send' and in 'fixed'")
        return self

    @cached_property
    def reads_array(self) -> bool:
        """Whether the answer is an array."""
        request: Any = self
        return any(path.startswith("[") for path in (request.found, *(r.at for r in request.facts.values())))

"""The client: one decision, or thousands with progress."""

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Final, Self, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from agency_client.errors import UnexpectedAnswerError
from agency_client.retries import Patience
from agency_client.transport import Transport
from contracts.agency import (
    AGENCY_SERVICES_PATH,
    BULK_PATH,
    DECISIONS_PATH,
    IDEMPOTENCY_HEADER,
    AgencyAnswer,
    AgencyQuestion,
    AgencySubject,
    BulkItem,
    BulkJob,
    BulkPage,
    BulkRequest,
    BulkResult,
    BulkState,
)
from contracts.decision import Service, ServiceList
from contracts.subject import SubjectKind

_M = TypeVar("_M", bound=BaseModel)
_POLL_S: Final = 1.0
_PAGE: Final = 500


class AgencyClient:
    """Asks the centre for an agency. Any number of threads may use one.

    Args:
        base_url: The centre's.
        client_id: From ``baidiao centre clients add``.
        secret: Likewise.
        certificate: Paths of a TLS client certificate and its key: tokens are then bound to it.
        authorities: Path of the certificates to trust instead of the system's.
        patience: How often to try where that can help.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        secret: str,
        *,
        certificate: tuple[str, str] | None = None,
        authorities: str | None = None,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sleep = sleep
        self._transport = Transport(
            base_url,
            client_id,
            secret,
            certificate=certificate,
            authorities=authorities,
            patience=patience or Patience(),
            sleep=sleep,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def services(self) -> tuple[Service, ...]:
        """Return the services this agency may ask for today.

        Raises:
            AgencyClientError: Refused, or nobody could be reached.
        """
        return self._get(ServiceList, AGENCY_SERVICES_PATH).services

    def ask(
        self, about: str | AgencySubject, services: Iterable[str], officer: str, *, key: str | None = None
    ) -> AgencyAnswer:
        """Ask for one decision.

        Args:
            about: A person's thirteen digits or a pupil's G code; a company, or who acts for one, as a subject.
            services: By id.
            officer: Who asks, by his number at the agency; the evidence log keeps it.
            key: Idempotency key, 8 to 64 letters, digits, ``-`` or ``_``; a fresh one by default.

        Raises:
            AgencyClientError: Refused, or nobody could be reached.
        """
        question = AgencyQuestion(services=tuple(services), officer=officer, subject=_subject(about))
        headers = {IDEMPOTENCY_HEADER: key or uuid4().hex}
        body = question.model_dump_json(exclude_none=True).encode()
        return _parse(AgencyAnswer, self._transport.request("POST", DECISIONS_PATH, body, headers).content)

    def submit(
        self,
        people: Iterable[tuple[str, str | AgencySubject]],
        services: Iterable[str],
        officer: str,
        *,
        key: str | None = None,
    ) -> BulkJob:
        """Hand in a batch.

        Args:
            people: Pairs of the agency's own reference and whom the line is about, as in ``ask``.
            services: By id.
            officer: Who asks.
            key: Idempotency key; a fresh one by default.

        Raises:
            AgencyClientError: Refused, or nobody could be reached.
        """
        items = tuple(BulkItem(reference=reference, subject=_subject(about)) for reference, about in people)
        request = BulkRequest(services=tuple(services), officer=officer, items=items)
        headers = {IDEMPOTENCY_HEADER: key or uuid4().hex}
        body = request.model_dump_json(exclude_none=True).encode()
        return _parse(BulkJob, self._transport.request("POST", BULK_PATH, body, headers).content)

    def job(self, job_id: str) -> BulkJob:
        """Say how far a batch is."""
        return self._get(BulkJob, f"{BULK_PATH}/{job_id}")

    def cancel(self, job_id: str) -> BulkJob:
        """Give a batch up; results that are there stay."""
        return _parse(BulkJob, self._transport.request("DELETE", f"{BULK_PATH}/{job_id}").content)

    def results(self, job_id: str, on_progress: Callable[[BulkJob], None] | None = None) -> Iterator[BulkResult]:
        """Yield a batch's results as they come, in its order, until its end.

        Args:
            job_id: Of the batch.
            on_progress: Called after each look at it.
        """
        cursor: str | None = "0"
        while cursor is not None:
            page = self._get(BulkPage, f"{BULK_PATH}/{job_id}/results?cursor={cursor}&limit={_PAGE}")
            if on_progress is not None:
                on_progress(self.job(job_id))
            yield from page.results
            if page.next_cursor is not None and not page.results:
                if page.state not in {BulkState.WAITING, BulkState.RUNNING}:
                    return
                self._sleep(_POLL_S)
            cursor = page.next_cursor

    def _get(self, kind: type[_M], path: str) -> _M:
        return _parse(kind, self._transport.request("GET", path).content)


def _subject(about: str | AgencySubject) -> AgencySubject:
    if isinstance(about, AgencySubject):
        return about
    if about[:1] in {"G", "g"}:
        return AgencySubject(type=SubjectKind.PUPIL, g_code=about.upper())
    return AgencySubject(citizen_number=about)


def _parse(kind: type[_M], body: bytes) -> _M:
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise UnexpectedAnswerError(200) from None  # its text would quote the answer

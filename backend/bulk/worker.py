"""Works batches off beside the kiosks' questions: a few threads in each worker process, a few lines at a time.

Whoever is killed loses nothing: his lease runs out, another asks the same lines again under the same identifiers, and
what was decided already is found, neither decided nor logged a second time.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Self
from uuid import UUID, uuid5

import structlog

from backend.bulk.queue import BulkQueue, Claim
from backend.clients.register import Client, ClientRegister
from backend.decisions.errors import QuestionRefusedError
from backend.http.problems import PROBLEMS
from contracts.agency import AgencyAnswer, BulkItem, BulkRefusal, BulkResult
from contracts.decision import Answer, Question, Subject
from contracts.problems import ProblemCode

_log = structlog.get_logger(__name__)
Ask = Callable[[Client, Question, bytes], Answer]
MOST_TOGETHER: Final = 24
"""Threads that wait for one request between them."""
_ROUNDS: Final = 4
_IDLE_S: Final = 0.5
_PAUSE: Final = timedelta(seconds=5)
_PURGE_EVERY: Final = 1200
"""Idle looks between two purges."""


def together_threads(threads: int, most_at_once: int) -> int:
    """Return how many lines to ask at once: more than the operator's number where they share requests to agencies."""
    return max(threads, min(most_at_once, MOST_TOGETHER)) if threads else 0


class BulkWorker:
    """One process's share.

    Args:
        queue: Where the lines are.
        register: Who may still ask.
        ask: Decides one question.
        threads: How many lines at once; 0: none here.
    """

    def __init__(self, queue: BulkQueue, register: ClientRegister, ask: Ask, threads: int) -> None:
        self._queue = queue
        self._register = register
        self._ask = ask
        self._threads = threads
        self._ending = threading.Event()
        self._runner: threading.Thread | None = None

    def start(self) -> Self:
        """Begin; returns itself."""
        if self._threads:
            self._runner = threading.Thread(target=self._run, name="bulk", daemon=True)
            self._runner.start()
        return self

    def close(self) -> None:
        """End after the lines that are being asked."""
        self._ending.set()
        if self._runner is not None:
            self._runner.join()

    def _run(self) -> None:
        idle = 0
        with ThreadPoolExecutor(self._threads, "bulk-ask") as pool:
            while not self._ending.is_set():
                try:
                    worked = self.work_once(pool)
                    if not worked and idle % _PURGE_EVERY == 0:
                        self._queue.purge()
                except Exception as error:  # noqa: BLE001  # the next look may find the database back
                    _log.error("bulk_failed", error=type(error).__name__)
                    worked = False
                idle = 0 if worked else idle + 1
                if not worked:
                    self._ending.wait(_IDLE_S)

    def work_once(self, pool: ThreadPoolExecutor) -> bool:
        """Work some lines off; False when there was nothing to do."""
        claim = self._queue.claim(secrets.token_hex(16), self._threads * _ROUNDS)
        if claim is None:
            return False
        client = self._register.find(claim.client_id)
        if client is None or client.revoked_at is not None:
            self._queue.give_up(claim)
            return True
        asked = pool.map(lambda line: (line[0], self._decide(client, claim, *line)), claim.lines)
        results = [(position, result) for position, result in asked if result is not None]
        pause = None if len(results) == len(claim.lines) else _PAUSE
        self._queue.record(claim, results, pause)
        return True

    def _decide(self, client: Client, claim: Claim, position: int, item: BulkItem) -> BulkResult | None:
        """Decide one line; None when the centre cannot now."""
        question = Question(
            question_id=uuid5(UUID(claim.job_id), str(position)),
            visit_id=UUID(claim.job_id),
            services=claim.services,
            purpose="eligibility",
            subject=Subject(**dict(item.subject)),
            officer=claim.officer,
        )
        try:
            answer = self._ask(client, question, question.model_dump_json().encode())
        except QuestionRefusedError as error:
            if error.code is ProblemCode.UNAVAILABLE:
                return None
            return BulkResult(reference=item.reference, refusal=_refusal(error))
        except Exception as error:  # noqa: BLE001  # one line's trouble is not the others'
            _log.error("bulk_line_failed", error=type(error).__name__)
            return None
        return BulkResult(reference=item.reference, answer=AgencyAnswer.of(answer))


def _refusal(error: QuestionRefusedError) -> BulkRefusal:
    kind = PROBLEMS[error.code]
    return BulkRefusal(code=error.code, title=kind.title, detail=error.detail, retryable=kind.retryable)

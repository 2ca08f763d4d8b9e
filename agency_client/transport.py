"""HTTP to the centre: kept connections, a token renewed before its end, tries again where that can help."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from pydantic import ValidationError

from agency_client.errors import CentreUnreachableError, RefusedError, SignInError, UnexpectedAnswerError
from agency_client.retries import Patience, parse_retry_after
from contracts.agency import TOKEN_PATH
from contracts.problems import Problem, ProblemCode

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 60.0
_RENEW_BEFORE_S: Final = 30.0


class Transport:
    """Sends requests with the client's token. Any number of threads may use one.

    Args:
        base_url: The centre's.
        client_id: From ``baidiao centre clients add``.
        secret: Likewise.
        certificate: Paths of the TLS client certificate and its key, or None.
        authorities: Path of the certificates to trust instead of the system's, or None.
        patience: How often to try.
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
        patience: Patience,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._credentials = (client_id, secret)
        self._patience = patience
        self._sleep = sleep
        self._lock = threading.Lock()
        self._token, self._token_until_s = "", 0.0
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or netrc from the environment
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.cert = certificate
        if authorities:
            self._session.verify = authorities

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, again: bool = True
    ) -> requests.Response:
        """Send one request, and again while that can help.

        Args:
            method: In capitals.
            path: With query.
            body: JSON, or empty.
            headers: More of them.
            again: Whether it may be sent twice: because it changes nothing, or carries an idempotency key.

        Raises:
            AgencyClientError: It was refused, or nobody could be reached.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return self._authorized(method, path, body, headers or {})
            except (CentreUnreachableError, RefusedError, UnexpectedAnswerError) as error:
                asked_s = None if isinstance(error, CentreUnreachableError) else error.retry_after_s
                wait_s = self._patience.wait_s(tries, asked_s, random.random()) if error.retryable else None  # noqa: S311  (no secret)
                # What was refused for its rate was not done, whatever it was.
                refused = isinstance(error, RefusedError) and error.problem.code is ProblemCode.RATE_LIMITED
                if wait_s is None or not (again or refused):
                    raise
                self._sleep(wait_s)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _authorized(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        for fresh in (False, True):
            bearer = {"Authorization": f"Bearer {self._current_token(fresh=fresh)}", "Accept": "application/json"}
            given = bearer | ({"Content-Type": "application/json"} if body else {}) | dict(headers)
            try:
                return _checked(self._send(method, path, data=body or None, headers=given))
            except RefusedError as error:
                if error.problem.code is not ProblemCode.TOKEN_WRONG or fresh:
                    raise
        raise AssertionError("unreachable")

    def _current_token(self, *, fresh: bool) -> str:
        with self._lock:
            now_s = time.monotonic()
            if fresh or now_s >= self._token_until_s:
                self._token, lifetime_s = self._ask_token()
                self._token_until_s = now_s + max(0.0, lifetime_s - _RENEW_BEFORE_S)
            return self._token

    def _ask_token(self) -> tuple[str, float]:
        response = self._send(
            "POST", TOKEN_PATH, data={"grant_type": "client_credentials"}, auth=self._credentials, headers={}
        )
        try:
            said = response.json()
            if response.ok:
                return str(said["access_token"]), float(said["expires_in"])
            reason = str(said["error"])
        except (ValueError, KeyError, TypeError):
            _checked(response)
            raise UnexpectedAnswerError(response.status_code) from None
        raise SignInError(reason)

    def _send(self, method: str, path: str, **parts: Any) -> requests.Response:
        timeouts_s = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        try:
            return self._session.request(
                method, self._base_url + path, timeout=timeouts_s, allow_redirects=False, **parts
            )
        except requests.RequestException as error:
            raise CentreUnreachableError(type(error).__name__) from error


def _checked(response: requests.Response) -> requests.Response:
    if response.ok and not response.is_redirect:
        return response
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        raise UnexpectedAnswerError(response.status_code, _wait_s(response)) from None
    raise RefusedError(problem, _wait_s(response))


def _wait_s(response: requests.Response) -> float | None:
    told = response.headers
    return parse_retry_after(told.get("Retry-After", ""), told.get("Date", ""), datetime.now(UTC))

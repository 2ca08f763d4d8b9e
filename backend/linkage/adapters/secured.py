"""Transports around a transport: TLS of an agency's own, proof of who asks, and a second server tried in time."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus, urlencode

from backend.linkage.adapters.rest import parse_json
from backend.linkage.errors import DirectoryError, WrongAnswerError
from backend.linkage.interfaces import ApiKey, Auth, Basic, ClientCredentials, TlsParty
from backend.linkage.ports import HttpCall, NotKnown, Transport
from contracts.decision import NotKnownCause

_JSON: Final = frozenset({"application/json"})
_TOKEN_KEPT_S: Final = 300.0
"""How long a token is used whose server does not say how long it lasts (RFC 6749 section 5.1: it should)."""
_TOKEN_MARGIN_S: Final = 10.0


def make_tls_context(agency_id: str, party: TlsParty) -> ssl.SSLContext:
    """Build the context that believes ``ca_file`` alone and shows the centre's certificate.

    Raises:
        DirectoryError: A file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=party.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if party.certificate_file:
            context.load_cert_chain(party.certificate_file, party.key_file)
    except (OSError, ssl.SSLError) as error:
        raise DirectoryError(agency_id, (f"tls: {type(error).__name__}",)) from error
    return context


def read_agency_secret(agency_id: str, file: str) -> str:
    """Return a secret's text without its last line end.

    Raises:
        DirectoryError: Missing, empty, more than one line, or others may read it.
    """
    path = Path(file)
    try:
        text, mode = path.read_text("utf-8").rstrip("\r\n"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryError(agency_id, (f"auth.secret_file: {type(error).__name__}",)) from error
    if mode & 0o077:
        raise DirectoryError(agency_id, ("auth.secret_file: others may read it: chmod 600",))
    if not text or not text.isprintable():
        raise DirectoryError(agency_id, ("auth.secret_file: must hold one line",))
    return text


class TlsTransport:
    """Sends every call with one agency's TLS."""

    def __init__(self, inner: Transport, context: ssl.SSLContext) -> None:
        self._inner = inner
        self._context = context

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send (see ``Transport``)."""
        return await self._inner.send(replace(call, tls=self._context), deadline_s)


class HeaderTransport:
    """Adds one header that proves who asks."""

    def __init__(self, inner: Transport, name: str, value: str) -> None:
        self._inner = inner
        self._header = {name: value}

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send (see ``Transport``)."""
        return await self._inner.send(replace(call, headers={**call.headers, **self._header}), deadline_s)


class TokenTransport:
    """Adds a token that is fetched when there is none and kept until it expires or is refused."""

    def __init__(self, inner: Transport, party: ClientCredentials, secret: str) -> None:
        self._inner = inner
        grant = {"grant_type": "client_credentials", **({"scope": party.scope} if party.scope else {})}
        # RFC 6749 section 2.3.1: both are form-encoded first.
        pair = f"{quote_plus(party.client_id)}:{quote_plus(secret)}"
        headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode("ascii")}
        form = "application/x-www-form-urlencoded"
        self._fetch = HttpCall(party.token_url, urlencode(grant).encode(), form, _JSON, headers)
        self._fetching = asyncio.Lock()
        self._token = ""
        self._until_s = 0.0

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send (see ``Transport``); once more with a fresh token when the present one is refused."""
        clock = asyncio.get_running_loop().time
        end_s = clock() + deadline_s
        answer: bytes | NotKnown = NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="token_deadline")
        for _ in range(2):
            token = await self._current(end_s)
            if isinstance(token, NotKnown):
                return token
            headers = {**call.headers, "Authorization": f"Bearer {token}"}
            answer = await self._inner.send(replace(call, headers=headers), max(0.0, end_s - clock()))
            if not isinstance(answer, NotKnown) or answer.detail != "status_401":
                break
            if self._token == token:
                self._token = ""
        return answer

    async def _current(self, end_s: float) -> str | NotKnown:
        clock = asyncio.get_running_loop().time
        if self._token and clock() < self._until_s:
            return self._token
        try:
            async with asyncio.timeout_at(end_s), self._fetching:
                if self._token and clock() < self._until_s:
                    return self._token
                return self._keep(await self._inner.send(self._fetch, max(0.0, end_s - clock())))
        except TimeoutError:
            return NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="token_deadline")

    def _keep(self, answer: bytes | NotKnown) -> str | NotKnown:
        if isinstance(answer, NotKnown):
            return replace(answer, detail=f"token_{answer.detail}")
        try:
            self._token, kept_s = read_token(answer)
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        self._until_s = asyncio.get_running_loop().time() + max(0.0, kept_s - _TOKEN_MARGIN_S)
        return self._token


def read_token(body: bytes) -> tuple[str, float]:
    """Return an access token and how many seconds it lasts (RFC 6749 section 5.1).

    Raises:
        WrongAnswerError: Not a bearer token's answer.
    """
    tree = parse_json(body)
    token = tree.get("access_token") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise WrongAnswerError("token_form")
    if str(tree.get("token_type", "bearer")).lower() != "bearer":
        raise WrongAnswerError("token_type")
    kept_s = tree.get("expires_in", _TOKEN_KEPT_S)
    return token, float(kept_s) if isinstance(kept_s, int | float) else _TOKEN_KEPT_S


class HedgedTransport:
    """Asks a twin when the first server is late or in trouble; the first good answer counts, the rest is dropped."""

    def __init__(self, inner: Transport, base_url: str, twins: Sequence[str], after_s: float) -> None:
        self._inner = inner
        self._base = base_url
        self._twins = tuple(twins)
        self._after_s = after_s

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send (see ``Transport``)."""
        clock = asyncio.get_running_loop().time
        end_s = clock() + deadline_s
        calls = [call, *(replace(call, url=twin + call.url.removeprefix(self._base)) for twin in self._twins)]
        waiting: set[asyncio.Task[bytes | NotKnown]] = set()
        answer: bytes | NotKnown = NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")
        try:
            while calls or waiting:
                if calls:
                    waiting.add(asyncio.ensure_future(self._inner.send(calls.pop(0), max(0.0, end_s - clock()))))
                done, waiting = await asyncio.wait(
                    waiting, timeout=self._after_s if calls else None, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    answer = task.result()
                    if not isinstance(answer, NotKnown) or not answer.retryable:
                        return answer
        finally:
            for task in waiting:
                task.cancel()
        return answer


def secure(agency_id: str, auth: Auth | None, tls: TlsParty | None, transport: Transport) -> Transport:
    """Put an agency's TLS and proof around a transport.

    Raises:
        DirectoryError: A file that they name cannot be used.
    """
    if tls is not None:
        transport = TlsTransport(transport, make_tls_context(agency_id, tls))
    if auth is None:
        return transport
    secret = read_agency_secret(agency_id, auth.secret_file)
    if isinstance(auth, ClientCredentials):
        return TokenTransport(transport, auth, secret)
    if isinstance(auth, ApiKey):
        return HeaderTransport(transport, auth.header, secret)
    if isinstance(auth, Basic):
        pair = b64encode(f"{auth.user}:{secret}".encode()).decode("ascii")
        return HeaderTransport(transport, "Authorization", f"Basic {pair}")
    return HeaderTransport(transport, "Authorization", f"Bearer {secret}")

"""Posts to addresses that callers named, after their reply; again where that can help, and not for ever."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from backend.demo.reply import JSON, Callback

PAUSES_S: Final = (0.05, 0.5, 1.0, 2.0, 4.0)
"""Before each try: the receipt goes first, then whoever is away has some seconds to come back."""
MOST: Final = 64
"""So many are under way at most; what comes on top is not posted."""
_TIMEOUT: Final = ClientTimeout(total=10.0)
_LATER: Final = frozenset({408, 425, 429})
"""Refusals that another try may turn (RFC 9110, 8470, 6585), beside a server's own errors."""


class Postman:
    """Carries callbacks on the running loop.

    Args:
        pauses_s: Waited before each try.
        most: So many under way at most.
    """

    def __init__(self, pauses_s: tuple[float, ...] = PAUSES_S, most: int = MOST) -> None:
        self._pauses_s = pauses_s
        self._most = most
        self._posting: set[asyncio.Task[None]] = set()

    def send(self, callbacks: Iterable[Callback]) -> None:
        """Begin to post; returns at once."""
        for callback in callbacks:
            if len(self._posting) >= self._most:
                return
            task = asyncio.create_task(self._post(callback))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        posting = tuple(self._posting)
        for task in posting:
            task.cancel()
        await asyncio.gather(*posting, return_exceptions=True)

    async def _post(self, callback: Callback) -> None:
        for pause_s in self._pauses_s[: callback.tries]:
            await asyncio.sleep(pause_s)
            if await _is_settled(callback):
                return


async def _is_settled(callback: Callback) -> bool:
    """Post once; say whether that is the end of it: taken, or refused for good."""
    with suppress(ClientError, TimeoutError, OSError):
        async with (
            ClientSession(timeout=_TIMEOUT) as session,
            session.post(
                callback.url, data=callback.body, headers={"Content-Type": JSON}, allow_redirects=False
            ) as answer,
        ):
            return answer.status < 500 and answer.status not in _LATER
    return False

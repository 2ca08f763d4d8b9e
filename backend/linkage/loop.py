"""One thread with one event loop per worker process: request threads hand it a coroutine and wait for what it tells."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from backend.linkage.errors import LoopStoppedError


class AgencyLoop:
    """The loop's thread. It starts at the first task, hence after a server has forked its workers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._tasks: set[asyncio.Task[None]] = set()

    def start_task(self, work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        """Start ``work`` on the loop, from any thread.

        Returns:
            A function that cancels the work; may be called from any thread and at any time.

        Raises:
            LoopStoppedError: The loop was stopped.
        """
        loop = self._running()
        handle: list[asyncio.Task[None]] = []

        def start() -> None:
            task = loop.create_task(work())
            handle.append(task)
            self._tasks.add(task)  # the loop itself holds tasks weakly
            task.add_done_callback(self._tasks.discard)

        def cancel() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(lambda: [task.cancel() for task in handle])

        loop.call_soon_threadsafe(start)
        return cancel

    def stop(self, close: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, await ``close`` on the loop, end the thread. Safe to call twice."""
        with self._lock:
            self._stopped = True
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._wind_down(close), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)

    async def _wind_down(self, close: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if close is not None:
            await close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._stopped:
                raise LoopStoppedError("the agency loop was stopped")
            if self._loop is None:
                self._loop = uvloop.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="agency-loop", daemon=True)
                self._thread.start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()

"""The line between kiosk and centre: a TCP relay that the drawer can cut and mend."""

import asyncio
import contextlib
import threading

_CHUNK_BYTES = 65_536


class Line:
    """Relays one port to another while whole. Cut, it drops what is open and refuses what comes."""

    def __init__(self, port: int, target_port: int) -> None:
        self._port = port
        self._target_port = target_port
        self._whole = True
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="demo-line", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Listen; returns when connections are taken."""
        self._thread.start()
        self._ready.wait(5)

    def stop(self) -> None:
        """Close everything and stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def whole(self) -> bool:
        """Whether the line carries anything."""
        return self._whole

    def cut(self) -> None:
        """Drop every open connection and refuse new ones."""
        self._whole = False
        self._loop.call_soon_threadsafe(self._drop_open)

    def mend(self) -> None:
        """Carry connections again."""
        self._whole = True

    def _drop_open(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", self._port))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._drop_open()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _relay(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if not self._whole:
            near_out.transport.abort()
            return
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            near_out.transport.abort()
            return
        self._open |= {near_out, far_out}
        try:
            await asyncio.gather(_copy(near_in, far_out), _copy(far_in, near_out))
        finally:
            self._open -= {near_out, far_out}


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK_BYTES):
            sink.write(chunk)
            await sink.drain()
    with contextlib.suppress(OSError, RuntimeError):
        sink.close()

"""Serves the counter service on loopback, in threads. Werkzeug's server is enough: one machine's own browser."""

import logging
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from flask import Flask
from werkzeug.serving import make_server

HOST = "127.0.0.1"
_END_WITHIN_S = 0.1
_TOKEN_BYTES = 32


class CounterServer:
    """A server on ``127.0.0.1``; port 0 takes a free one.

    Attributes:
        port: Where it listens.
        url: The same as an address.
    """

    def __init__(self, port: int, build: Callable[[int], Flask]) -> None:
        """Bind the port, then ``build`` the application that must know it."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # one line a request helps nobody
        self._server = make_server(HOST, port, _refuse_all, threaded=True)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # an open socket must not hold the end
        self._server.block_on_close = False  # type: ignore[attr-defined]  # the same
        self.port: int = self._server.server_port
        self.url = f"http://{HOST}:{self.port}/"
        self._server.app = build(self.port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_END_WITHIN_S,), name="counter", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=2.0)


def _refuse_all(*_: object) -> list[bytes]:
    raise RuntimeError("the application is not built yet")


def load_token(path: Path) -> str:
    """Return the token in ``path``; make one, readable by its owner alone, when there is none.

    Raises:
        OSError: The file can neither be read nor made.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    token = path.read_text(encoding="ascii").strip()
    if not token:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        path.write_text(token + "\n", encoding="ascii")
    return token

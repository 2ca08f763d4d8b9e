"""Serves the screen on loopback, in threads: one for the page's stream, a few for touches and fonts."""

import logging
import threading

from flask import Flask
from werkzeug.serving import make_server


class ScreenServer:
    """A small server in this process. Werkzeug's is enough: one browser, on this very device, and nobody else."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # one line a touch helps nobody
        self._server = make_server(host, port, app, threaded=True)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # a stream open at the end must not hold us
        self._server.block_on_close = False  # type: ignore[attr-defined]  # the same
        self._thread = threading.Thread(target=self._server.serve_forever, name="screen", daemon=True)
        self.port: int = self._server.server_port
        self.url = f"http://{host}:{self.port}/"

    def start(self) -> None:
        """Begin serving."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=2.0)

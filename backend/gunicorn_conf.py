"""How gunicorn runs the centre: threads, since handlers wait; workers that build their services after the fork."""

import gc
import mmap
import os
import time
from collections.abc import Callable
from typing import Any, Final, NoReturn

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types
from prometheus_client import multiprocess
from sqlalchemy.exc import OperationalError

from backend.errors import InstallationError

_log = structlog.get_logger(__name__)

GRACE_S: Final = 30
_TRY_ANOTHER: Final = 1
"""A worker's exit status; after 3 and 4 gunicorn gives up."""
_FAILED_STARTS: Final = 3
"""So many workers may fail before the first has started."""
_GC_NEW: Final = 20_000
"""New objects between collections of the youngest; 700 by default. Some hundred requests make so many cycles."""
_GC_YOUNG, _GC_MIDDLE = 20, 50
MAX_QUESTION_S: Final = 60
"""A worker that answers nobody for this long is replaced; agencies' deadlines are far below."""


def build_options(bind: str, workers: int, threads: int) -> dict[str, Any]:
    """Return gunicorn's settings."""
    return {
        "bind": bind,
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        # Each worker has an event loop and database connections of its own: nothing of that survives a fork.
        "preload_app": False,
        "timeout": MAX_QUESTION_S,
        "graceful_timeout": GRACE_S,
        "keepalive": 75,  # devices keep their connection: a new one costs a TLS handshake
        "limit_request_line": 2048,
        "limit_request_fields": 40,
        "limit_request_field_size": 4096,
        "accesslog": None,  # our own request line has the route in place of the path
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "child_exit": _forget_worker,
        "worker_exit": _close_worker,
    }


def _forget_worker(_server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library left it untyped


def _close_worker(_server: Any, worker: Any) -> None:
    app = getattr(worker, "wsgi", None)
    if isinstance(app, Flask):
        app.extensions["baidiao"].close()


class CentreServer(BaseApplication):  # type: ignore[misc]  # as above
    """Gunicorn without its command line.

    Args:
        build: Makes the application; called in each worker, after the fork.
        options: See :func:`build_options`.
        pause_s: How long a worker that finds no database waits before it makes room for the next.
    """

    def __init__(self, build: Callable[[], Flask], options: dict[str, Any], pause_s: float = 1.0) -> None:
        self._build = build
        self._options = options
        self._pause_s = pause_s
        self._starts = mmap.mmap(-1, 2)  # shared with the workers: whether one has started, how many have not
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn; names it does not know are an error at once."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application in the worker.

        While the database is away the worker ends and another is tried; so it is, once one has started, with whatever
        keeps a later one from it, and before, a few times, with what is no fault of the installation. Were the
        exception left to gunicorn, that would end the whole server, with the workers that still answer, or only wait
        for the database to come back.
        """
        try:
            app = self._build()
        except OperationalError as error:
            self._make_room("worker_without_database", error)
        except Exception as error:
            if not self._starts[0] and (isinstance(error, InstallationError) or self._starts[1] >= _FAILED_STARTS):
                raise
            self._starts[1] = min(self._starts[1] + 1, _FAILED_STARTS)
            self._make_room("worker_did_not_start", error)
        self._starts[0] = 1
        settle_memory()
        return app

    def _make_room(self, event: str, error: Exception) -> NoReturn:
        # An installation's fault says which file and what about it; of others the log keeps kind and place.
        _log.error(event, told=str(error) if isinstance(error, InstallationError) else "", exc_info=error)
        time.sleep(self._pause_s)
        raise SystemExit(_TRY_ANOTHER) from None


def settle_memory() -> None:
    """Spare the garbage collector what stays for ever: tables, rules, compiled statements, every module.

    Left to itself it walks all of that again and again, on whichever thread happens to make one object more: an eighth
    of a busy centre's time. What a request makes is mostly freed by its reference counts; cycles wait a little longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_NEW, _GC_YOUNG, _GC_MIDDLE)

"""What surrounds every request: its id, its log line, its measurement."""

import os
import re
import time
import uuid
from collections.abc import Sequence
from typing import Final

import structlog
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = structlog.get_logger()
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_QUIET_ROUTES: Final = frozenset({"/healthz", "/readyz", "/metrics"})

_SECONDS = Histogram(
    "baidiao_http_request_seconds",
    "Time to answer a request; a streamed answer counts until its first byte",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def install_request_context(app: Flask) -> None:
    """Give each request an id (the proxy's, when it looks like one), a log line and a measurement."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
    g.began_s = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    # The route's pattern, never the path: a path may carry what a person typed.
    route = str(request.url_rule or "unmatched")
    elapsed_s = time.perf_counter() - g.get("began_s", time.perf_counter())
    _SECONDS.labels(_known_method(), route, str(response.status_code)).observe(elapsed_s)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if route not in _QUIET_ROUTES:
        log.info(
            "request_answered",
            method=_known_method(),
            route=route,
            status=response.status_code,
            elapsed_ms=round(elapsed_s * 1000, 1),
        )
    return response


def _known_method() -> str:
    # A caller may invent methods; each would be a new time series.
    return request.method if request.method in {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"} else "OTHER"


def create_metrics_blueprint(watches: Sequence[Collector] = ()) -> Blueprint:
    """Build ``/metrics``: all workers' numbers when gunicorn runs several, this process's otherwise.

    ``watches`` give, whichever worker is asked, what holds for all of them.
    """
    watched = CollectorRegistry()
    for one in watches:
        watched.register(one)

    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # the library's own switch, set by the command that serves
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library left it untyped
        return Response(generate_latest(registry) + generate_latest(watched), content_type=CONTENT_TYPE_LATEST)

    return blueprint

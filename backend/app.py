"""The Flask application: given everything built, it only puts it together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import Blueprint, Flask
from prometheus_client.registry import Collector
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.accounts.login import install_accounts
from backend.audit.desk import AuditDesk
from backend.console.dispute_desk import DisputeDesk
from backend.console.views import create_blueprint as create_console
from backend.eligibility.desk import RuleDesk
from backend.fleet.service import FleetService
from backend.http import device_fleet, health, openapi
from backend.http.agency_gate import AgencyGate
from backend.http.device_gate import DeviceGate
from backend.http.health import ReadinessCheck
from backend.http.problems import register_problem_handlers
from backend.http.rate_guard import RateGuard
from backend.http.request_context import create_metrics_blueprint, install_request_context
from backend.rates import RateLimiter
from backend.settings import Settings
from backend.store import Store

MAX_BODY_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the application needs, built by ``backend.bootstrap``.

    Attributes:
        store: The database.
        now: The clock, aware UTC.
        session_secret: Signs console sessions.
        fleet: Devices and their claims.
        guard: Limits of devices and clients.
        agency_gate: Guards the routes of agencies' systems; None where there are none.
        desk: Where officers work on rules.
        disputes: Where stewards answer citizens.
        audit: Where auditors search the log.
        blueprints: The other rooms' HTTP doors, ready to register.
        readiness: What ``/readyz`` asks.
        watches: What ``/metrics`` reads when it is asked.
        close: Stops background work and closes connections.
    """

    store: Store
    now: Callable[[], datetime]
    session_secret: bytes = field(repr=False)
    fleet: FleetService
    desk: RuleDesk
    disputes: DisputeDesk
    audit: AuditDesk
    guard: RateGuard = field(default_factory=lambda: RateGuard(RateLimiter()))
    agency_gate: AgencyGate | None = None
    blueprints: Sequence[Blueprint] = ()
    readiness: Sequence[ReadinessCheck] = ()
    watches: Sequence[Collector] = ()
    close: Callable[[], None] = field(default=lambda: None)


def create_app(settings: Settings, services: Services) -> Flask:
    """Build the application from what bootstrap made."""
    app = Flask("backend", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["baidiao"] = services
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    install_request_context(app)
    register_problem_handlers(app)
    services.guard.install(app)
    gate = DeviceGate(services.fleet, services.now, services.guard)
    gate.install(app)
    if services.agency_gate is not None:
        services.agency_gate.install(app)
    csrf = install_accounts(
        app,
        services.store,
        services.session_secret,
        services.guard.limiter,
        secure_cookies=settings.secure_cookies,
    )
    app.register_blueprint(device_fleet.create_blueprint(services.fleet, gate, services.now))
    desks = (services.fleet, services.desk, services.disputes, services.audit)
    app.register_blueprint(create_console(*desks, services.now, csrf.protect))
    app.register_blueprint(health.create_blueprint(services.readiness))
    app.register_blueprint(create_metrics_blueprint(services.watches))
    app.register_blueprint(openapi.create_blueprint(settings.public_url))
    for blueprint in services.blueprints:
        app.register_blueprint(blueprint)
    return app

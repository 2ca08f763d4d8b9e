"""A whole centre in the test's process, and devices that speak to it."""

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts.service import AccountService
from backend.app import Services, create_app
from backend.audit.building import build_audit
from backend.cases.building import build_cases, build_shelf
from backend.console.dispute_desk import DisputeDesk
from backend.eligibility.loading import load_rulebook
from backend.fleet.building import build_fleet
from backend.fleet.nonces import open_nonces
from backend.fleet.service import FleetService
from backend.history.acting import Acting
from backend.history.dispute_finder import DisputeFinder
from backend.history.disputes import Disputes
from backend.http.health import ReadinessCheck
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.migrations.runner import load_metadata
from backend.rule_desk import build_rule_desk
from backend.settings import Settings, read_settings
from backend.store import Store
from contracts.card import Assurance, Birth
from contracts.decision import LeafReference
from contracts.fleet import ENROL_PATH, EnrolReply
from contracts.message import Words
from contracts.signature import NONCE_BYTES
from kiosk.agent.identity import encode_public_key, key_thumbprint
from kiosk.uplink.signing import sign_request
from tests.support.evidence_logs import make_log
from tests.support.linkage_agencies import NUMBER, subject

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOST = "http://centre.test"
PLACE = Words(th="โถงบริการชั้น 1", en="Service hall, ground floor")
CASES_KEY = b"c" * 32
EMAIL, PASSWORD = "officer@centre.example", "correct horse battery"


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Centre:
    """The application with its parts within reach."""

    app: Flask
    store: Store
    fleet: FleetService
    accounts: AccountService
    clock: Clock
    settings: Settings

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def claim(self, agency: str = "tuayang_municipality", hours: float = 24) -> str:
        return self.fleet.create_claim(agency, PLACE, self.clock(), timedelta(hours=hours), "5501")

    def enrol(self) -> "Device":
        device = Device(self)
        reply = device.enrol(self.claim())
        assert reply.status_code == 201, reply.text
        device.reply = EnrolReply.model_validate_json(reply.data)
        return device


@dataclass
class Device:
    """A device with a key of its own that signs with the kiosk's real signer."""

    centre: Centre
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    reply: EnrolReply | None = None

    @property
    def public_key(self) -> str:
        return encode_public_key(self.key.public_key())

    @property
    def key_id(self) -> str:
        return key_thumbprint(self.key.public_key())

    def sign(self, method, path, body, *, created=None, nonce=None, key=None, key_id=None):
        at = int((created or self.centre.clock()).timestamp())
        nonce = nonce if nonce is not None else new_nonce()
        return sign_request(method, HOST + path, body, key or self.key, key_id or self.key_id, at, nonce)

    def send(self, method, path, body=b"", *, headers=None, **signing):
        given = headers if headers is not None else self.sign(method, path, body, **signing)
        content = {"content_type": "application/json"} if body else {}
        return self.centre.client().open(path, method=method, base_url=HOST, data=body, headers=given, **content)

    def post(self, path, message, **signing):
        return self.send("POST", path, json.dumps(message).encode(), **signing)

    def enrol(self, code, **changes):
        parts = {"serial": "S-1", "model": "Raspberry Pi 5", "software_version": "0.1.0"}
        message = {"claim_code": code, "public_key": self.public_key} | parts | changes
        return self.post(ENROL_PATH, message)


def new_nonce() -> str:
    return urlsafe_b64encode(os.urandom(NONCE_BYTES)).rstrip(b"=").decode()


def heartbeat(**changes) -> dict:
    return {
        "sent_at": START.isoformat(),
        "boot_id": "b-1",
        "software_version": "0.1.1",
        "uptime_s": 60,
        "memory_bytes": 100_000_000,
        "visits_total": 3,
        "state": "resting",
        "reader": {"health": "ok", "model": "Virtual PCD"},
        "printer": {"health": "ok", "model": "Raster 80"},
    } | changes


@cache
def _rules():
    return load_rulebook()


@dataclass
class _RowsAlone:
    """An evidence log that writes what belongs to its leaves, and no leaves."""

    store: Store

    def append(self, _leaf, also=None):
        with self.store.transaction() as session:
            if also is not None:
                also(session, ())
        return LeafReference(index=0, hash="0" * 64)


def _dispute_desk(store: Store, clock: Clock) -> DisputeDesk:
    disputes = Disputes(store, Acting(_RowsAlone(store), clock, os.urandom))
    names = {service.id: service.name for service in _rules().services()}
    return DisputeDesk(disputes, DisputeFinder(store), dict, names)


def build_centre(url: str, tmp_path, readiness=(), **environment: str) -> Centre:
    """Build a centre over an empty database, heartbeats written at once."""
    given = {"STATE_DIR": str(tmp_path), "DATABASE_URL": url, "HEARTBEAT_FLUSH_MS": "0"} | environment
    settings = read_settings({f"BAIDIAO_CENTRE_{name}": value for name, value in given.items()})
    store, clock = Store(url), Clock()
    load_metadata().create_all(store.engine)
    fleet = build_fleet(settings, store, open_nonces(store, clock))
    fleet.seed_agencies()
    checks = readiness or (ReadinessCheck("always", lambda: True),)
    shelf = build_shelf(store, MandateBook(store, kept_s=0), CASES_KEY, clock, os.urandom)
    desk = build_rule_desk(store, _rules(), clock, settings.replay_people_file, invented=2_000, cases=shelf)
    services = Services(
        store=store,
        now=clock,
        session_secret=b"s" * 32,
        fleet=fleet,
        desk=desk,
        disputes=_dispute_desk(store, clock),
        audit=build_audit(
            store, make_log(store), None, lambda: None, dict, {one.id: one.name for one in _rules().services()}
        ),
        readiness=checks,
    )
    return Centre(create_app(settings, services), store, fleet, AccountService(store), clock, settings)


def log_in(centre: Centre) -> FlaskClient:
    """Make an account and log in as a browser would."""
    centre.accounts.add(EMAIL, PASSWORD, "unique-1", centre.clock())
    client = centre.client()
    assert submit_login(client, EMAIL, PASSWORD).status_code == 302
    return client


def submit_login(client: FlaskClient, email: str, password: str):
    form = {"email": email, "password": password, "csrf_token": csrf_token(client.get("/console/login").text)}
    return client.post("/console/login", data=form)


def csrf_token(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def keep_one_case(centre: Centre) -> str:
    """Keep a case of an 85-year-old under a mandate for it; returns the person's number."""
    with centre.store.transaction() as session:
        own = next(m for m in load_mandates(DEMO_MANDATES) if m.service_id == "old_age_allowance")
        seed_mandates(session, [replace(own, purpose="replay", quota=None, assurance=frozenset())])
    book = MandateBook(centre.store, kept_s=0)
    recorder, _ = build_cases(centre.store, book, CASES_KEY, 90, centre.clock, os.urandom)
    facts = {
        Fact.ALIVE: True,
        Fact.THAI_NATIONAL: True,
        Fact.DOMICILE_REGISTERED: True,
        Fact.BIRTH: Birth(year=1941),
        Fact.STATE_PENSION: False,
    }
    today = centre.clock().date()
    recorder.offer(own.agency_id, subject(), today, Assurance.CONFIRMED, {"old_age_allowance": facts})
    recorder.work_once()
    return NUMBER

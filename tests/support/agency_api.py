"""A whole centre in the test's process with one agency's system; the agencies it would ask are silent."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import text

from backend import bootstrap
from backend.clients.register import ClientRegister
from backend.settings import Settings, read_settings
from contracts.agency import TOKEN_PATH
from tests.support.centre_app import Centre

TOWN = "tuayang_municipality"


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def question(**changes: object) -> dict[str, object]:
    subject = {"type": "citizen_number", "citizen_number": "3999900000010"}
    return {"services": ["old_age_allowance"], "officer": "T-1042", "subject": subject} | changes


@dataclass
class AgencySystem:
    """The system, its token, and the centre behind it."""

    centre: Centre
    settings: Settings
    register: ClientRegister
    client_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    def get(self, path, headers=None):
        return self.centre.client().get(path, headers=self._headers(headers))

    def post(self, path, message, headers=None):
        return self.centre.client().post(path, json=message, headers=self._headers(headers))

    def delete(self, path, headers=None):
        return self.centre.client().delete(path, headers=self._headers(headers))

    def ask_token(self, client_id, secret, headers=None, **form):
        given = {"Authorization": basic(client_id, secret)} | (headers or {})
        return self.centre.client().post(TOKEN_PATH, data={"grant_type": "client_credentials"} | form, headers=given)

    def ask_token_by_key(self, assertion):
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        return self.centre.client().post(TOKEN_PATH, data=form)

    def log_size(self) -> int:
        with self.centre.store.glancing() as connection:
            return connection.scalar(text("SELECT count(*) FROM evidence_leaf"))

    def leaf(self, index: int) -> dict:
        with self.centre.store.glancing() as connection:
            return json.loads(
                connection.scalar(text("SELECT content FROM evidence_leaf WHERE leaf_index = :at"), {"at": index})
            )

    def _headers(self, headers):
        return {"Authorization": f"Bearer {self.token}"} | (headers or {})


@contextmanager
def whole_centre(tmp_path, **environment: str) -> Iterator[AgencySystem]:
    given = {"STATE_DIR": str(tmp_path / "state")} | environment
    settings = read_settings({f"BAIDIAO_CENTRE_{name}": value for name, value in given.items()})
    bootstrap.initialise(settings)
    app = bootstrap.build_app(settings)
    services = app.extensions["baidiao"]
    register = ClientRegister(services.store)
    client_id, secret = register.add(TOWN, "Town hall", datetime.now(UTC))
    centre = Centre(app, services.store, services.fleet, None, services.now, settings)
    system = AgencySystem(centre, settings, register, client_id, secret)
    system.token = system.ask_token(client_id, secret).get_json()["access_token"]
    try:
        yield system
    finally:
        services.close()

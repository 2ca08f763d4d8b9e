"""The doors: what they answer, and what their refusals are called."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.history.http import create_blueprint
from backend.http.problems import register_problem_handlers
from contracts.history import (
    ACCESS_LOG_PATH,
    AGENCY_ACCESS_LOG_PATH,
    DISPUTE_PATH,
    HISTORY_EXPORT_PATH,
    HISTORY_PATH,
    HistoryEntry,
    HistoryPage,
)
from tests.support.history import DEVICE, ask, history_of
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import Centre


@pytest.fixture
def client(centre: Centre) -> FlaskClient:
    app = Flask("history")
    register_problem_handlers(app)
    device: Any = SimpleNamespace(device_id=DEVICE.device_id, agency_id=DEVICE.agency_id)
    app.register_blueprint(create_blueprint(history_of(centre).service, lambda: device, lambda: device))
    ask(centre, "old_age_allowance")
    return app.test_client()


def body(**more: object) -> dict[str, object]:
    return {"visit_id": str(uuid4()), "subject": subject().model_dump(mode="json"), **more}


def test_the_view_and_a_dispute(client: FlaskClient) -> None:
    answered = client.post(HISTORY_PATH, json=body())
    assert answered.headers["Cache-Control"] == "no-store"
    (entry,) = HistoryPage.model_validate_json(answered.data).entries
    opened = client.post(DISPUTE_PATH, json=body(leaf_index=entry.leaf.index, reason="not_me"))
    assert HistoryEntry.model_validate_json(opened.data).dispute is not None
    too_early = client.post(DISPUTE_PATH, json=body(leaf_index=entry.leaf.index, act="object"))
    assert (too_early.status_code, too_early.get_json()["code"]) == (409, "dispute_state")
    unknown = client.post(DISPUTE_PATH, json=body(leaf_index=77))
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "not_found")


def test_an_export_as_a_file_and_an_officer_who_gives_a_citizens_number(client: FlaskClient) -> None:
    made = client.post(HISTORY_EXPORT_PATH, json=body(officer="no-17", format="csv"))
    assert made.mimetype == "text/csv"
    assert "Old-age allowance" in made.text
    refused = client.post(HISTORY_EXPORT_PATH, json=body(officer=NUMBER))
    assert (refused.status_code, refused.get_json()["detail"]) == (400, "does not fit: officer")


@pytest.mark.parametrize("path", [ACCESS_LOG_PATH, AGENCY_ACCESS_LOG_PATH])
def test_the_agencys_own_log(client: FlaskClient, path: str) -> None:
    page = client.get(path + "?limit=1").get_json()
    assert [entry["service"] for entry in page["entries"]] == ["old_age_allowance"]
    assert page["next"] == 0
    assert client.get(path + "?before=0").get_json() == {"entries": [], "next": None}
    table = client.get(path + "?limit=1&format=csv")
    assert table.headers["Link"] == f'<{path}?before=0&format=csv>; rel="next"'
    assert client.get(path + "?before=x").get_json()["code"] == "bad_request"

"""After a visit, a look at the history, a dispute and an export: no number and no name at rest, nor in the logs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.decisions.errors import QuestionRefusedError
from backend.history.dispute_states import DisputeStep
from backend.history.http import create_blueprint
from backend.http.device_questions import create_blueprint as create_questions
from backend.http.logs import configure_logging
from backend.http.problems import register_problem_handlers
from backend.http.request_context import install_request_context
from contracts.decision import NotKnownCause
from contracts.fleet import QUESTION_PATH
from contracts.history import DISPUTE_PATH, HISTORY_EXPORT_PATH, HISTORY_PATH
from tests.support.history import DEVICE, history_of, look
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import Centre, body_of, question

SECRETS = (NUMBER, "บุญเรือน", "แสงทองดี", "1953", "03121437", "0100000000000001", "X-XX")


def _visit(client: FlaskClient, centre: Centre) -> None:
    about = {"visit_id": str(uuid4()), "subject": subject().model_dump(mode="json")}
    asked = body_of(question("old_age_allowance", "health_coverage"))
    assert client.post(QUESTION_PATH, data=asked, content_type="application/json").status_code == 200
    first = client.post(HISTORY_PATH, json=about).get_json()["entries"]
    assert client.post(HISTORY_PATH, json=about | {"before": first[0]["leaf"]["index"]}).status_code == 200
    opened = client.post(DISPUTE_PATH, json=about | {"leaf_index": first[0]["leaf"]["index"]}).get_json()
    stewards = history_of(centre).disputes
    stewards.take(opened["dispute"]["reference"], DisputeStep.ANSWER, "steward-1", "ตรวจแล้ว")
    assert client.post(HISTORY_EXPORT_PATH, json=about | {"officer": "no-17", "format": "csv"}).status_code == 200
    # What is refused must not be quoted either.
    assert client.post(DISPUTE_PATH, json=about | {"leaf_index": 999}).status_code == 404
    assert client.post(HISTORY_PATH, json=about | {"subject": NUMBER}).status_code == 400
    assert client.post(HISTORY_EXPORT_PATH, json=about | {"officer": NUMBER}).status_code == 400
    centre.gatherer.silent["civil_registry"] = NotKnownCause.TIMEOUT
    assert client.post(HISTORY_PATH, json=about).status_code == 503
    with pytest.raises(QuestionRefusedError):
        look(centre)


def test_neither_database_nor_wal_nor_logs_name_the_citizen(
    centre: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str], logging_as_before: None
) -> None:
    configure_logging("debug")
    app = Flask("centre")
    install_request_context(app)
    register_problem_handlers(app)
    device: Any = SimpleNamespace(device_id=DEVICE.device_id, agency_id=DEVICE.agency_id)
    app.register_blueprint(create_questions(centre.service, lambda: device))
    app.register_blueprint(create_blueprint(history_of(centre).service, lambda: device, lambda: device))
    _visit(app.test_client(), centre)

    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert any(path.name.endswith("-wal") and path.stat().st_size for path in files)
    at_rest = b"".join(path.read_bytes() for path in files)
    said = capsys.readouterr()
    logged = (said.out + said.err).encode()
    centre.store.close()
    afterwards = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"history_read" in at_rest  # it is the right place to look
    assert b"request" in logged
    for secret in SECRETS:
        for place in (at_rest, logged, afterwards):
            assert secret.encode() not in place, secret
            assert secret.encode().hex().encode() not in place, secret

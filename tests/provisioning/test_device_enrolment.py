import json
import threading
from base64 import urlsafe_b64decode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from contracts.fleet import ENROL_PATH, KEYS_PATH
from contracts.problems import ProblemCode
from contracts.signature import COVERED_COMPONENTS, LABEL, TAG
from kiosk.agent.identity import create_pending_key, key_thumbprint, load_identity
from provisioning.cli import EXIT_NOT_A_CENTRE, EXIT_REFUSED, EXIT_STATE, EXIT_UNREACHABLE, provision
from provisioning.enrolment import parse_centre_url

REPLY = {
    "device_id": "dev_aaaabbbbccccdddd",
    "agency_id": "dopa",
    "agency": {"th": "หน่วยงานตัวอย่าง", "en": "Example agency"},
    "place": {"th": "ศาลากลาง", "en": "Town hall"},
    "heartbeat_interval_s": 30,
}
KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "slip-1"}]}


def problem(code, *, retryable=False, status=409):
    document = {
        "type": f"urn:baidiao:problem:{code}",
        "title": "No",
        "status": status,
        "detail": "Ask for a new code.",
        "code": code,
        "retryable": retryable,
        "request_id": "r1",
    }
    return status, json.dumps(document).encode()


class ScriptedCentre:
    """A small centre on loopback: checks signatures with the library, answers what the test says."""

    def __init__(self):
        self.keys = (200, json.dumps(KEYS).encode())
        self.reply = (201, json.dumps(REPLY).encode())
        self.enrolments = []
        self.asked = []

    def take(self, url, headers, body):
        enrolment = json.loads(body)
        key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(enrolment["public_key"] + "="))
        resolver = MappingKeyResolver(public_keys={key_thumbprint(key): key}, private_keys={})
        message = type("Received", (), {"method": "POST", "url": url, "headers": headers})()
        HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=resolver).verify(
            message, expect_tag=TAG, expect_label=LABEL, require_components=COVERED_COMPONENTS, body=body
        )
        self.enrolments.append(enrolment)
        return self.reply


@contextmanager
def serving(centre):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            centre.asked.append(self.path)
            self.answer(*(centre.keys if self.path == KEYS_PATH else (404, b"")))

        def do_POST(self):
            centre.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            url = f"http://{self.headers['Host']}{self.path}"
            self.answer(*centre.take(url, dict(self.headers.items()), body))

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def centre():
    return ScriptedCentre()


@pytest.fixture
def url(centre):
    with serving(centre) as address:
        yield address


def enrol(url, state_dir, *more, claim="ABCD-EFGH"):
    arguments = ["enrol", "--centre", url, "--claim", claim, "--state-dir", str(state_dir), *more]
    return CliRunner().invoke(provision, arguments, catch_exceptions=False)


def test_device_is_enrolled_and_knows_it(centre, url, tmp_path):
    result = enrol(url, tmp_path, "--serial", "SN-1", "--model", "Pi 5")
    assert result.exit_code == 0, result.output
    assert "dev_aaaabbbbccccdddd" in result.stdout
    identity = load_identity(tmp_path)
    assert identity.centre_url == url
    assert identity.heartbeat_interval_s == 30
    (seen,) = centre.enrolments
    assert (seen["claim_code"], seen["serial"], seen["model"]) == ("ABCD-EFGH", "SN-1", "Pi 5")
    assert seen["software_version"]
    assert json.loads((tmp_path / "keys.json").read_text()) == KEYS
    assert centre.asked == [KEYS_PATH, ENROL_PATH]


def test_private_key_stays_at_home(centre, url, tmp_path):
    assert enrol(url, tmp_path).exit_code == 0
    secret = next(tmp_path.glob("key-*.pem")).read_text().splitlines()[1]
    assert secret not in json.dumps(centre.enrolments)


def test_enrolled_device_says_so_and_asks_nobody(centre, url, tmp_path):
    enrol(url, tmp_path)
    centre.asked.clear()
    result = enrol(url, tmp_path)
    assert result.exit_code == 0
    assert "already enrolled" in result.stdout
    assert centre.asked == []


def test_again_enrols_with_a_new_key(centre, url, tmp_path):
    enrol(url, tmp_path)
    first = load_identity(tmp_path).key_id
    assert enrol(url, tmp_path, "--again").exit_code == 0
    assert load_identity(tmp_path).key_id != first
    assert centre.enrolments[0]["public_key"] != centre.enrolments[1]["public_key"]


@pytest.mark.parametrize("code", [ProblemCode.CLAIM_UNKNOWN, ProblemCode.CLAIM_USED, ProblemCode.CLAIM_EXPIRED])
def test_refusal_is_one_line_with_the_code(centre, url, tmp_path, code):
    centre.reply = problem(code)
    result = enrol(url, tmp_path)
    assert result.exit_code == EXIT_REFUSED
    assert code in result.stderr
    assert result.stderr.count("\n") == 1
    assert "ABCD-EFGH" not in result.output
    assert not (tmp_path / "device.json").exists()


def test_refused_anew_the_old_identity_remains(centre, url, tmp_path):
    enrol(url, tmp_path)
    before = load_identity(tmp_path).key_id
    centre.reply = problem(ProblemCode.CLAIM_EXPIRED)
    assert enrol(url, tmp_path, "--again").exit_code == EXIT_REFUSED
    assert load_identity(tmp_path).key_id == before


def test_lost_answer_is_asked_for_again_with_the_same_key(centre, url, tmp_path):
    whole, centre.reply = centre.reply, (503, b"")
    assert enrol(url, tmp_path).exit_code == EXIT_UNREACHABLE
    centre.reply = whole
    assert enrol(url, tmp_path).exit_code == 0
    assert centre.enrolments[0]["public_key"] == centre.enrolments[1]["public_key"]


def test_claim_is_not_spent_when_the_keys_do_not_come(centre, url, tmp_path):
    centre.keys = (503, b"")
    assert enrol(url, tmp_path).exit_code == EXIT_UNREACHABLE
    assert centre.enrolments == []


@pytest.mark.parametrize(
    "keys", [(200, b"<html>"), (200, b"[]"), (200, b'{"keys": []}'), (404, b"no such page"), (302, b"")]
)
def test_something_else_than_a_centre(centre, url, tmp_path, keys):
    centre.keys = keys
    result = enrol(url, tmp_path)
    assert result.exit_code == EXIT_NOT_A_CENTRE
    assert result.stderr.count("\n") == 1


def test_retryable_problem_means_later(centre, url, tmp_path):
    centre.reply = problem(ProblemCode.RATE_LIMITED, retryable=True, status=429)
    assert enrol(url, tmp_path).exit_code == EXIT_UNREACHABLE


def test_odd_answer_to_the_enrolment(centre, url, tmp_path):
    centre.reply = (201, b'{"device_id": "x"}')
    assert enrol(url, tmp_path).exit_code == EXIT_NOT_A_CENTRE


def test_nobody_listens(centre, tmp_path):
    with serving(centre) as gone:
        pass
    result = enrol(gone, tmp_path)
    assert result.exit_code == EXIT_UNREACHABLE
    assert result.stderr == "not enrolled: the centre cannot be reached: connection; try again later\n"


def test_state_directory_that_cannot_be_used(url, tmp_path):
    (tmp_path / "file").write_text("")
    assert enrol(url, tmp_path / "file" / "state").exit_code == EXIT_STATE


def test_spoilt_identity_is_not_overwritten_unasked(url, tmp_path):
    enrol(url, tmp_path)
    (tmp_path / "device.json").write_text("{")
    assert enrol(url, tmp_path).exit_code == EXIT_STATE
    assert enrol(url, tmp_path, "--again").exit_code == 0


def test_pending_key_open_to_others_is_refused(url, tmp_path):
    create_pending_key(tmp_path)
    (tmp_path / "pending_key.pem").chmod(0o644)
    assert enrol(url, tmp_path).exit_code == EXIT_STATE


def test_wrong_usage_is_clicks_own(url, tmp_path):
    assert enrol("centre.example", tmp_path).exit_code == 2
    assert enrol(url, tmp_path, claim="abc").exit_code == 2


@pytest.mark.parametrize("text", ["https://c.example/", " http://[::1]:8080 ", "http://127.0.0.1:8080"])
def test_origins(text):
    assert parse_centre_url(text) == text.strip().rstrip("/")


@pytest.mark.parametrize("text", ["", "c.example", "ftp://c.example", "https://u:p@c.example", "https://c.example/a"])
def test_other_addresses_are_refused(text):
    with pytest.raises(ValueError, match="address"):
        parse_centre_url(text)

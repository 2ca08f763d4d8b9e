"""The public page, the signed API and the list of slips taken back, as officers and their programs use them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from backend import bootstrap
from backend.cli import centre as centre_command
from backend.evidence.keys import load_or_create_keys, rotate_slip_key
from backend.evidence.revocations import encode_revocation
from backend.evidence.slip_picture import MAX_PICTURE_BYTES
from backend.evidence.slips import SlipSigner, slip_key_id
from contracts.slip_messages import REVOCATIONS_PATH, VERIFY_PATH, Revocation, RevocationList, SlipVerdict
from contracts.slip_verification import Verdict, parse_keys, verify_token
from tests.support.slip_tokens import ISSUER, NOW, REFERENCE, claims, photograph, token_of


def upload(client, picture):
    return client.post("/slip", data={"picture": (io.BytesIO(picture), "slip.jpg")}, content_type="multipart/form-data")


def test_the_page_is_public_thai_first_and_stores_nothing(whole):
    answer = whole.client().get("/slip")
    assert answer.status_code == 200
    assert answer.text.index("ตรวจสอบใบแจ้งผล") < answer.text.index("Verify a slip")
    assert 'accept="image/jpeg,image/png,image/webp"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photographed_slip_is_valid_and_says_what_it_claims(whole, kind):
    page = upload(whole.client(), photograph(token_of(whole.settings), kind)).text
    for part in ("ของจริง", "Valid", "เบี้ยยังชีพผู้สูงอายุ", "700", REFERENCE, "บ. ส.", "3-XXXX-XXXXX-45-7", ISSUER):
        assert part in page


def said(whole, **changes):
    return whole.client().post("/slip", data={"token": token_of(whole.settings, **changes)}).text


def test_each_verdict_is_told_in_words(whole):
    client = whole.client()
    good = token_of(whole.settings)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    stranger = Ed25519PrivateKey.generate()
    unknown = SlipSigner(stranger, slip_key_id(stranger.public_key()), ISSUER).sign(claims())
    assert "Expired" in said(whole, expires_at=NOW - timedelta(days=1))
    assert "Altered or forged" in client.post("/slip", data={"token": forged}).text
    assert "Unknown issuer" in client.post("/slip", data={"token": unknown}).text
    assert "No slip&#39;s code was read" in client.post("/slip", data={"token": "HC1:ABC"}).text
    assert "No slip&#39;s code was read" in client.post("/slip", data={}).text


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"GIF89a" + bytes(50), photograph("HC1:ABC")])
def test_what_is_no_slip_is_told_calmly(whole, picture):
    answer = upload(whole.client(), picture)
    assert answer.status_code == 200
    assert "No slip&#39;s code was read" in answer.text


def test_a_picture_beyond_the_limit_is_refused(whole):
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="slip.jpg"\r\n\r\n'
    body = head + bytes(MAX_PICTURE_BYTES) + b"\r\n--x--\r\n"
    answer = whole.client().post("/slip", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.get_json()["code"] == "too_large"


def test_a_picture_of_a_hundred_million_pixels_is_not_unpacked(whole):
    bomb = io.BytesIO()
    Image.new("1", (10_000, 9_000)).save(bomb, "PNG")
    assert "No slip&#39;s code was read" in upload(whole.client(), bomb.getvalue()).text


def test_an_agencys_device_may_ask(whole):
    device = whole.enrol()
    answer = SlipVerdict.model_validate(device.post(VERIFY_PATH, {"token": token_of(whole.settings)}).get_json())
    assert answer.verdict is Verdict.VALID
    assert answer.claims == claims()
    assert answer.revocation is None
    assert device.post(VERIFY_PATH, {}).get_json()["code"] == "bad_request"
    assert whole.client().post(VERIFY_PATH, json={"token": "x"}).get_json()["code"] == "signature_missing"


def run(settings, *arguments):
    environment = {"BAIDIAO_CENTRE_STATE_DIR": str(settings.state_dir)}
    return CliRunner().invoke(centre_command, ["slips", *arguments], env=environment)


def test_a_slip_taken_back_is_revoked_everywhere_and_logged(whole):
    before = whole.client().get("/log/checkpoint").text.splitlines()[1]
    done = run(whole.settings, "revoke", "7k3m q9xa 2t", "--reason", "ออกผิดคน")
    assert done.exit_code == 0, done.output
    assert "Revoked" in said(whole)
    answer = SlipVerdict.model_validate(whole.enrol().post(VERIFY_PATH, {"token": token_of(whole.settings)}).get_json())
    assert (answer.verdict, answer.revocation.reason) == (Verdict.REVOKED, "ออกผิดคน")
    listed = RevocationList.model_validate(whole.client().get(REVOCATIONS_PATH).get_json())
    assert (listed.issuer, listed.references) == (ISSUER, (REFERENCE,))
    assert whole.client().get("/log/checkpoint").text.splitlines()[1] == str(int(before) + 1)
    again = run(whole.settings, "revoke", REFERENCE, "--reason", "another")
    assert "ออกผิดคน" in again.output
    assert REFERENCE in run(whole.settings, "revoked").output
    assert "Valid" in said(whole, reference="7K3M-Q9XA-2V")


@pytest.mark.parametrize(
    "arguments", [("7K3M", "--reason", "x"), (REFERENCE, "--reason", " "), (REFERENCE, "--reason", "x" * 401)]
)
def test_a_revocation_that_makes_no_sense_is_refused(whole, arguments):
    refused = run(whole.settings, "revoke", *arguments)
    assert refused.exit_code == 1
    assert whole.client().get(REVOCATIONS_PATH).get_json()["references"] == []


def test_a_revocations_leaf_is_canonical():
    revocation = Revocation(reference=REFERENCE, revoked_at=datetime(2026, 11, 24, 8, tzinfo=UTC), reason="ผิด")
    assert encode_revocation(revocation).decode() == (
        '{"kind":"slip_revocation","reason":"ผิด","reference":"7K3M-Q9XA-2T","revoked_at":"2026-11-24T08:00:00Z","version":1}'
    )


def test_after_a_rotation_old_and_new_slips_verify_and_the_next_key_is_published(settings):
    bootstrap.initialise(settings)
    old = token_of(settings)
    keys = [load_or_create_keys(settings.keys_dir)]
    for days in (0, 1):
        rotate_slip_key(settings.keys_dir, NOW + timedelta(days=days))
        keys.append(load_or_create_keys(settings.keys_dir))
        assert keys[-1].slip.public_key() == keys[-2].slip_next
    assert keys[2].slip_retired == (keys[1].slip.public_key(), keys[0].slip.public_key())
    published = bootstrap.build_services(settings)
    try:
        signer = SlipSigner(
            keys[2].slip, slip_key_id(keys[2].slip.public_key()), ISSUER, (keys[2].slip_next, *keys[2].slip_retired)
        )
        known = parse_keys(signer.key_set())
        assert len(known) == 4
        for token in (old, token_of(settings)):
            assert verify_token(token, known, NOW).verdict is Verdict.VALID
    finally:
        published.close()


def test_the_command_rotates(settings):
    bootstrap.initialise(settings)
    before = load_or_create_keys(settings.keys_dir)
    done = run(settings, "rotate-key")
    assert slip_key_id(before.slip_next) in done.output
    retired = list((settings.keys_dir / "retired").iterdir())
    assert [path.stat().st_mode & 0o777 for path in retired] == [0o600]
    assert b"PRIVATE" not in retired[0].read_bytes()

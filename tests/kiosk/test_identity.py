import json
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.message import Words
from kiosk.agent.identity import (
    DEVICE_FILE,
    KEYS_FILE,
    PENDING_KEY_FILE,
    EnrolmentRecord,
    IdentityError,
    commit_enrolment,
    create_pending_key,
    encode_public_key,
    find_enrolment,
    key_thumbprint,
    load_identity,
    write_private,
)


def record_for(key, device_id="dev_aaaabbbbccccdddd"):
    return EnrolmentRecord(
        device_id=device_id,
        agency_id="dopa",
        agency=Words(th="หน่วยงานตัวอย่าง", en="Example agency"),
        place=Words(th="ศาลากลาง", en="Town hall"),
        heartbeat_interval_s=30,
        centre_url="http://127.0.0.1:8080",
        key_id=key_thumbprint(key.public_key()),
    )


def enrolled(state_dir, **more):
    key = create_pending_key(state_dir)
    commit_enrolment(state_dir, record_for(key, **more), key, b'{"keys": [{}]}')
    return key


def test_thumbprint_is_the_one_of_rfc_8037():
    # RFC 8037 appendix A.3.
    raw = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    key = Ed25519PublicKey.from_public_bytes(raw)
    assert encode_public_key(key) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key_thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_enrolled_device_is_loaded_again(tmp_path):
    key = enrolled(tmp_path)
    identity = load_identity(tmp_path)
    assert identity.device_id == "dev_aaaabbbbccccdddd"
    assert identity.key.private_bytes_raw() == key.private_bytes_raw()
    assert identity.key_id == key_thumbprint(key.public_key())
    assert identity.centre_url == "http://127.0.0.1:8080"
    assert (identity.agency.en, identity.place.th) == ("Example agency", "ศาลากลาง")
    assert json.loads((tmp_path / KEYS_FILE).read_bytes()) == {"keys": [{}]}
    assert not (tmp_path / PENDING_KEY_FILE).exists()


def test_private_things_are_the_owners_alone(tmp_path):
    state_dir = tmp_path / "new" / "state"
    enrolled(state_dir)
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    for path in state_dir.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_identity_shows_no_key(tmp_path):
    key = enrolled(tmp_path)
    assert key.private_bytes_raw().hex() not in repr(load_identity(tmp_path))
    assert "Ed25519PrivateKey" not in repr(load_identity(tmp_path))


def test_not_enrolled(tmp_path):
    assert find_enrolment(tmp_path) is None
    with pytest.raises(IdentityError) as caught:
        load_identity(tmp_path)
    assert caught.value.reason == "not_enrolled"


def test_lost_answer_means_the_same_key_again(tmp_path):
    first = create_pending_key(tmp_path)
    assert create_pending_key(tmp_path).private_bytes_raw() == first.private_bytes_raw()


def test_enrolling_anew_takes_a_new_key_and_removes_the_old(tmp_path):
    old = enrolled(tmp_path)
    new = enrolled(tmp_path, device_id="dev_eeeeffffgggghhhh")
    assert old.private_bytes_raw() != new.private_bytes_raw()
    assert load_identity(tmp_path).device_id == "dev_eeeeffffgggghhhh"
    assert len(list(tmp_path.glob("key-*.pem"))) == 1


def test_power_cut_before_the_commit_leaves_the_old_identity(tmp_path):
    old = enrolled(tmp_path)
    new = create_pending_key(tmp_path)
    write_private(tmp_path / f"key-{key_thumbprint(new.public_key())}.pem", b"half an enrolment")
    assert load_identity(tmp_path).key_id == key_thumbprint(old.public_key())


def test_power_cut_before_tidying_does_not_reuse_the_enrolled_key(tmp_path):
    key = create_pending_key(tmp_path)
    pending = (tmp_path / PENDING_KEY_FILE).read_bytes()
    commit_enrolment(tmp_path, record_for(key), key, b"{}")
    write_private(tmp_path / PENDING_KEY_FILE, pending)
    assert create_pending_key(tmp_path).private_bytes_raw() != key.private_bytes_raw()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda d: (d / DEVICE_FILE).write_text("{"), "damaged"),
        (lambda d: next(d.glob("key-*.pem")).write_text("no key"), "damaged"),
        (lambda d: next(d.glob("key-*.pem")).unlink(), "key_missing"),
        (lambda d: next(d.glob("key-*.pem")).chmod(0o640), "key_open"),
    ],
)
def test_spoilt_identity_is_refused_with_its_reason(tmp_path, spoil, reason):
    enrolled(tmp_path)
    spoil(tmp_path)
    with pytest.raises(IdentityError) as caught:
        load_identity(tmp_path)
    assert caught.value.reason == reason


def test_another_key_under_the_name_is_refused(tmp_path):
    enrolled(tmp_path)
    other = tmp_path / "other"
    stranger = create_pending_key(other)
    assert isinstance(stranger, Ed25519PrivateKey)
    next(tmp_path.glob("key-*.pem")).write_bytes((other / PENDING_KEY_FILE).read_bytes())
    with pytest.raises(IdentityError) as caught:
        load_identity(tmp_path)
    assert caught.value.reason == "damaged"


def test_unwritable_place_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(IdentityError) as caught:
        create_pending_key(tmp_path / "file")
    assert caught.value.reason == "not_writable"

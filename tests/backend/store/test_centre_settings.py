import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.secret_files import SecretFileError, load_or_make_secret, make_secret, read_secret
from backend.settings import VARIABLES, SettingsError, read_settings
from baidiao.settings_list import collect_variables, settings


def test_defaults():
    found = read_settings({})
    assert found.database_url == "sqlite:///var/centre/centre.sqlite3"
    assert found.keys_dir == Path("var/centre/keys")
    assert found.agencies_file is None
    assert not found.secure_cookies


def test_what_is_set_is_used():
    found = read_settings(
        {
            "BAIDIAO_CENTRE_STATE_DIR": "/srv/centre",
            "BAIDIAO_CENTRE_PUBLIC_URL": "https://centre.example/",
            "BAIDIAO_CENTRE_AGENCIES_FILE": "/etc/agencies.json",
        }
    )
    assert found.session_secret_file == Path("/srv/centre/keys/session.key")
    assert found.secure_cookies
    assert found.public_url == "https://centre.example"
    assert found.agencies_file == Path("/etc/agencies.json")


@pytest.mark.parametrize(("name", "value"), [("HEARTBEAT_INTERVAL_S", "1"), ("TRUSTED_PROXIES", "x")])
def test_a_wrong_number_names_its_variable(name, value):
    with pytest.raises(SettingsError) as caught:
        read_settings({f"BAIDIAO_CENTRE_{name}": value})
    assert caught.value.variable == f"BAIDIAO_CENTRE_{name}"


def test_the_list_of_settings_is_complete():
    listed = {row[0] for row in collect_variables()}
    assert {variable.name for variable in VARIABLES} <= listed
    assert any(name.startswith("BAIDIAO_KIOSK_") for name in listed)
    shown = CliRunner().invoke(settings).output
    assert all(name in shown for name in listed)


def test_secrets_are_made_once_and_kept_from_others(tmp_path):
    path = tmp_path / "keys" / "session.key"
    with pytest.raises(SecretFileError):
        read_secret(path)
    assert make_secret(path)
    first = read_secret(path)
    assert not make_secret(path)
    assert read_secret(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(SecretFileError):
        read_secret(path)


def test_a_secret_appears_whole_so_that_workers_may_start_together(tmp_path, monkeypatch):
    path, seen = tmp_path / "keys" / "register.key", []
    write_down = os.fsync

    def another_worker_starts_meanwhile(descriptor):
        monkeypatch.setattr(os, "fsync", write_down)
        seen.append(load_or_make_secret(path))
        write_down(descriptor)

    monkeypatch.setattr(os, "fsync", another_worker_starts_meanwhile)
    assert load_or_make_secret(path) == seen[0]
    assert [one.name for one in path.parent.iterdir()] == ["register.key"]

"""Each signed request passes once, whoever it meets on the way in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from backend.fleet.admission import Admissions, Entry
from backend.fleet.errors import AdmissionError, AdmissionUnavailableError
from backend.fleet.models import DeviceStatus
from backend.fleet.nonces import FileNonces, Nonce, open_nonces
from tests.support.centre_app import new_nonce


def entry_of(centre, device, nonce=None):
    now = centre.clock()
    return Entry(Nonce(device.key_id, nonce or new_nonce(), now, now + timedelta(seconds=60)), now)


def outcome(admissions, entry):
    try:
        return admissions.admit(entry).device_id
    except AdmissionError as error:
        return error.reason


@pytest.fixture
def admissions(centre_on_each):
    made = Admissions(centre_on_each.store, open_nonces(centre_on_each.store, centre_on_each.clock))
    yield made
    made.close()


def test_an_active_device_is_named_with_its_agency_and_place(centre_on_each, admissions):
    device = centre_on_each.enrol()
    admitted = admissions.admit(entry_of(centre_on_each, device))
    assert admitted.device_id == device.reply.device_id
    assert (admitted.agency_id, admitted.agency) == (device.reply.agency_id, device.reply.agency)
    assert (admitted.place, admitted.area_code) == (device.reply.place, "5501")


def test_of_a_crowd_with_one_nonce_one_passes_whichever_worker_it_reaches(centre_on_each, admissions):
    device, store = centre_on_each.enrol(), centre_on_each.store
    other = Admissions(store, open_nonces(store, centre_on_each.clock))
    same = entry_of(centre_on_each, device)
    with ThreadPoolExecutor(16) as threads:
        said = list(threads.map(lambda n: outcome((admissions, other)[n % 2], same), range(16)))
    other.close()
    assert sorted(said) == sorted([device.reply.device_id] + ["replayed"] * 15)


def test_who_comes_together_is_judged_apart(centre_on_each, admissions):
    good, suspended, stranger = centre_on_each.enrol(), centre_on_each.enrol(), centre_on_each.enrol()
    centre_on_each.fleet.set_status(suspended.reply.device_id, DeviceStatus.SUSPENDED)
    now = centre_on_each.clock()
    unknown = Entry(Nonce("nobody's", new_nonce(), now, now), now)
    entries = [entry_of(centre_on_each, device) for device in (good, suspended, stranger)]
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda entry: outcome(admissions, entry), [*entries, unknown]))
    assert said == [good.reply.device_id, "suspended", stranger.reply.device_id, "unknown"]


def test_a_suspended_device_burns_no_nonce(centre_on_each, admissions):
    device = centre_on_each.enrol()
    same = entry_of(centre_on_each, device)
    centre_on_each.fleet.set_status(device.reply.device_id, DeviceStatus.SUSPENDED)
    assert outcome(admissions, same) == "suspended"
    centre_on_each.fleet.set_status(device.reply.device_id, DeviceStatus.ACTIVE)
    assert outcome(admissions, same) == device.reply.device_id


class Failing:
    """Nonces that cannot be remembered for a while."""

    def __init__(self, nonces):
        self.nonces = nonces
        self.away = True

    def not_before(self):
        return self.nonces.not_before()

    def gate(self, *how):
        inner = self.nonces.gate(*how)

        def run(nonce, now):
            if self.away:
                raise AdmissionUnavailableError
            return inner(nonce, now)

        return run

    def close(self):
        self.nonces.close()


def test_a_memory_that_fails_lets_nobody_in_and_is_asked_again_by_the_next(centre_on_each):
    device = centre_on_each.enrol()
    nonces = Failing(open_nonces(centre_on_each.store, centre_on_each.clock))
    admissions = Admissions(centre_on_each.store, nonces)
    with pytest.raises(AdmissionUnavailableError):
        admissions.admit(entry_of(centre_on_each, device))
    nonces.away = False
    assert outcome(admissions, entry_of(centre_on_each, device)) == device.reply.device_id
    admissions.close()


def test_what_was_signed_before_the_machine_started_passes_no_more(centre, tmp_path):
    device, before = centre.enrol(), centre.clock()
    at = Path(tmp_path / "nonces")
    FileNonces(at, lambda: before - timedelta(hours=1), "first start").close()
    nonces = FileNonces(at, centre.clock, "second start")
    admissions = Admissions(centre.store, nonces)
    created = before - timedelta(seconds=1)
    old = Entry(Nonce(device.key_id, new_nonce(), created, created + timedelta(seconds=60)), before)
    assert outcome(admissions, old) == "stale"
    assert outcome(admissions, entry_of(centre, device)) == device.reply.device_id
    admissions.close()

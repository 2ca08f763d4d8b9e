import pytest

from backend import bootstrap
from backend.app import Services
from backend.evidence.log import EvidenceLog
from backend.settings import read_settings
from tests.support.centre_app import Centre
from tests.support.evidence_authority import TimestampingHouse
from tests.support.evidence_decisions import make_decisions
from tests.support.evidence_forgers import COUNT, Scene
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store
from tests.support.evidence_witnesses import WitnessHouse


@pytest.fixture
def settings(tmp_path):
    return read_settings({"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path / "state")})


@pytest.fixture
def whole(settings, logging_as_before):
    """A centre as bootstrap builds it, with every room's door."""
    bootstrap.initialise(settings)
    app = bootstrap.build_app(settings)
    services: Services = app.extensions["baidiao"]
    yield Centre(app, services.store, services.fleet, None, services.now, settings)
    services.close()


@pytest.fixture
def scene(store_url, tmp_path):
    """A log in the hands of a forger, seen by a witness before."""
    store = make_log_store(store_url)
    log = make_log(store)
    log.append_all(make_decisions(COUNT))
    house = WitnessHouse(tmp_path, ("w1",))
    yield Scene(store, log, house, tmp_path)
    log.close()
    store.close()
    house.close()


@pytest.fixture
def watched(tmp_path, logging_as_before):
    """A centre with two witnesses and an authority, whose threads never come to their first round."""
    house = WitnessHouse(tmp_path, ("w1", "w2"))
    authority = TimestampingHouse(tmp_path / "authority")
    names = tmp_path / "witnesses"
    names.write_text("".join(f"{house.verifier(name).encode()} http://127.0.0.1:9\n" for name in house.names))
    given = {
        "STATE_DIR": tmp_path / "state",
        "LOG_ORIGIN": ORIGIN,
        "WITNESSES_FILE": names,
        "WITNESS_INTERVAL_S": 3600,
        "TSA_URL": "http://127.0.0.1:9/",
        "TSA_CERTIFICATE_FILE": authority.root,
        "TSA_INTERVAL_S": 3600,
    }
    settings = read_settings({f"BAIDIAO_CENTRE_{name}": str(value) for name, value in given.items()})
    bootstrap.initialise(settings)
    app = bootstrap.build_app(settings)
    services: Services = app.extensions["baidiao"]
    log = EvidenceLog(services.store, ORIGIN, LOG_KEY)
    yield app.test_client(), services.store, log, house, authority, names
    log.close()
    services.close()
    house.close()

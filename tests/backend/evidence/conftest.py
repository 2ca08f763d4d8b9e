import pytest

from backend import bootstrap
from backend.app import Services
from backend.settings import read_settings
from tests.support.centre_app import Centre


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

"""A whole centre on a socket, for clients that speak HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.agency_api import AgencySystem, whole_centre
from tests.support.serving import serving


@contextmanager
def running_centre(tmp_path, **environment: str) -> Iterator[tuple[AgencySystem, str]]:
    """Run it without limits on rates, unless told otherwise; give it and its URL."""
    rates = {"CLIENT_RATE_PER_MINUTE": "0", "DEVICE_RATE_PER_MINUTE": "0"}
    with whole_centre(tmp_path, **rates | environment) as whole, serving(whole.centre.app) as url:
        yield whole, url

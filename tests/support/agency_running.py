"""A whole centre on a socket, for clients that speak HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from tests.support.agency_api import AgencySystem, whole_centre


@contextmanager
def running_centre(tmp_path, **environment: str) -> Iterator[tuple[AgencySystem, str]]:
    """Run it without limits on rates, unless told otherwise; give it and its URL."""
    rates = {"CLIENT_RATE_PER_MINUTE": "0", "DEVICE_RATE_PER_MINUTE": "0"}
    with whole_centre(tmp_path, **rates | environment) as whole:
        server = make_server("127.0.0.1", 0, whole.centre.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield whole, f"http://127.0.0.1:{server.port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

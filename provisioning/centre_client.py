"""The way to the centre over HTTP, with requests."""

from collections.abc import Callable, Mapping
from typing import Final

import requests

from provisioning.enrolment import HttpAnswer
from provisioning.errors import CentreUnreachableError, NotACentreError

_TIMEOUT_S: Final = (5.0, 15.0)
_LARGEST_BYTES: Final = 256 * 1024


class RequestsDoor:
    """Implements ``CentreDoor``. Follows no redirects: a signature holds for one address."""

    def get(self, url: str) -> HttpAnswer:
        """Fetch ``url``, see ``CentreDoor``."""
        return _answer(lambda: requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False, stream=True))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send ``body``, see ``CentreDoor``."""
        return _answer(
            lambda: requests.post(
                url, data=body, headers=dict(headers), timeout=_TIMEOUT_S, allow_redirects=False, stream=True
            )
        )


def _answer(send: Callable[[], requests.Response]) -> HttpAnswer:
    try:
        with send() as response:
            body = response.raw.read(_LARGEST_BYTES + 1, decode_content=True)
    except requests.exceptions.SSLError as error:
        raise CentreUnreachableError("tls") from error
    except requests.exceptions.Timeout as error:
        raise CentreUnreachableError("timeout") from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise CentreUnreachableError("connection") from error
    if len(body) > _LARGEST_BYTES:
        raise NotACentreError("its answer is too long")
    return HttpAnswer(response.status_code, body)

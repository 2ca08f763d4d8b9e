"""The TLS certificate a caller showed to the proxy, where the operator says that the proxy may be believed."""

from urllib.parse import unquote_to_bytes

from flask import request

from backend.clients.errors import ClientInputError
from backend.clients.register import certificate_thumbprint
from backend.http.problems import ProblemError
from contracts.problems import ProblemCode


class ShownCertificate:
    """Reads nginx's ``$ssl_client_escaped_cert``.

    Args:
        header: The header it travels in; empty: no header is believed, and no certificate is ever seen.
    """

    def __init__(self, header: str) -> None:
        self._header = header

    def thumbprint(self) -> str:
        """Return the certificate's ``x5t#S256``, or an empty text when none was shown.

        Raises:
            ProblemError: The header holds no certificate.
        """
        value = request.headers.get(self._header, "") if self._header else ""
        if not value:
            return ""
        try:
            return certificate_thumbprint(unquote_to_bytes(value))
        except ClientInputError as error:
            raise ProblemError(ProblemCode.CERTIFICATE_WRONG, "the proxy's header holds no certificate") from error

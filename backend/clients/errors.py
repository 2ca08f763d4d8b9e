"""What can be wrong with agencies' systems and their accounts."""


class ClientError(Exception):
    """Root of the room's errors."""


class ClientUnknownError(ClientError):
    """No client has this identifier, or it is revoked.

    Attributes:
        client_id: As given.
    """

    def __init__(self, client_id: str) -> None:
        super().__init__(f"no client in use is called {client_id!r}")
        self.client_id = client_id


class ClientInputError(ClientError):
    """Something given for a client cannot be used; its text says what."""


class TokenError(ClientError):
    """An access token is not valid: not ours, altered, too old, or its client has been revoked."""

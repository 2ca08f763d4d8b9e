"""The kiosk's errors: one root; peer's fault and ours, retryable and permanent are different classes."""


class KioskError(Exception):
    """Root of everything the kiosk raises on purpose."""


class SettingsError(KioskError):
    """A ``BAIDIAO_KIOSK_…`` variable is missing or wrong.

    Attributes:
        variable: The variable's name.
    """

    def __init__(self, variable: str, wanted: str) -> None:
        super().__init__(f"{variable}: {wanted}")
        self.variable = variable


class CardSourceError(KioskError):
    """Root of what a card source says when a card was not read."""


class CardUnreadableError(CardSourceError):
    """The card, or its seat in the reader, did not answer: turning it or trying again may help."""


class NotThaiIdError(CardSourceError):
    """The card answered, and is another kind of card (a bank's, a transit card)."""


class CardGoneError(CardSourceError):
    """The card left while it was being read: its removal is reported by the watcher, nothing more to say."""


class CentreError(KioskError):
    """Root of what goes wrong between this device and the centre.

    Attributes:
        code: The centre's stable problem code, or ``"unreachable"``/``"bad_answer"`` when it gave none.
        request_id: For finding the event in the centre's log; empty when the centre was not reached.
    """

    def __init__(self, code: str, request_id: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.request_id = request_id


class CentreRetryableError(CentreError):
    """The same request may succeed later; nothing was decided."""


class CentrePermanentError(CentreError):
    """The centre refused: the same request will be refused again."""


class AskCancelledError(KioskError):
    """The visit ended while the centre was being asked. Not a failure."""

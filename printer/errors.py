"""What can go wrong in this room. Data in attributes, never anything about the citizen."""


class PrinterError(Exception):
    """Root of this room's errors."""


class DrawingUnavailableError(PrinterError):
    """Thai cannot be drawn right on this machine, so nothing is drawn at all.

    Attributes:
        missing: What is missing, e.g. ``raqm`` or ``Sarabun``.
        debian_package: The Debian package that mends it, or None when it is a Python package.
    """

    def __init__(self, missing: str, debian_package: str | None) -> None:
        self.missing = missing
        self.debian_package = debian_package
        mend = (
            f"install the Debian package {debian_package}" if debian_package else "install the package fontpkg-sarabun"
        )
        super().__init__(f"cannot draw Thai: {missing} is missing; {mend}")


class CodeTooLargeError(PrinterError):
    """The signed token does not fit the paper as a readable QR code.

    Attributes:
        modules: Side of the code with its quiet zone, in modules.
        width_dots: Width of the paper.
    """

    def __init__(self, modules: int, width_dots: int) -> None:
        self.modules = modules
        self.width_dots = width_dots
        super().__init__(f"a QR code of {modules} modules is unreadable on paper of {width_dots} dots")


class PrinterUrlError(PrinterError):
    """A printer's address cannot be understood.

    Attributes:
        url: The address as given.
    """

    def __init__(self, url: str, why: str) -> None:
        self.url = url
        super().__init__(
            f"printer address {url!r}: {why}; use tcp://host:9100, usb://vid:pid, serial:///dev/NAME?baud=115200, "
            "cups://queue, file:PATH or png:DIR"
        )


class DeviceUnavailableError(PrinterError):
    """The device cannot be opened: not there, not reachable, or its driver is not installed. Nothing was sent."""


class DeviceBrokenError(PrinterError):
    """The device stopped taking or giving bytes while in use. What was sent before may have arrived.

    Attributes:
        sent_bytes: How many bytes of the current piece had been handed over; the true number may be larger or smaller.
    """

    def __init__(self, message: str, sent_bytes: int = 0) -> None:
        self.sent_bytes = sent_bytes
        super().__init__(message)


class CodeNotFoundError(PrinterError):
    """No QR code of ours could be read in a picture, or the picture cannot be opened."""


class CentreError(PrinterError):
    """The centre could not be asked about a slip, or did not answer as it should. Says nothing about the slip.

    Attributes:
        url: Its address.
    """

    def __init__(self, url: str, problem: str) -> None:
        self.url = url
        super().__init__(f"{url} {problem}")

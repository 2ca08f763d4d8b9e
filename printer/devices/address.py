"""A printer's address as a URL."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from printer.devices.cups import CupsDevice
from printer.devices.file import FileDevice
from printer.devices.png import PngDevice
from printer.devices.port import Device
from printer.devices.serial import SerialDevice
from printer.devices.tcp import TcpDevice
from printer.devices.usb import UsbDevice
from printer.errors import PrinterUrlError
from printer.profile import read_profile, split_options

DEFAULT_PORT = 9100
DEFAULT_BAUD = 115_200
_QUEUE = re.compile(r"[A-Za-z0-9_.-]{1,127}")
_USB_IDS = re.compile(r"usb://(?:0x)?([0-9a-f]{1,4}):(?:0x)?([0-9a-f]{1,4})/?", re.IGNORECASE)


def _tcp(url: str) -> TcpDevice:
    url, _ = split_options(url)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError as error:
        raise PrinterUrlError(url, "the port is not a number below 65536") from error
    if not host:
        raise PrinterUrlError(url, "the host is missing")
    return TcpDevice(host, port)


def _usb(url: str) -> UsbDevice:
    ids = _USB_IDS.fullmatch(split_options(url)[0])
    if ids is None:
        raise PrinterUrlError(url, "vendor and product ids are hexadecimal, e.g. usb://04b8:0202")
    return UsbDevice(int(ids[1], 16), int(ids[2], 16))


def _serial(url: str) -> SerialDevice:
    parts = urlsplit(url)
    baud = parse_qs(parts.query).get("baud", [str(DEFAULT_BAUD)])[0]
    if parts.netloc or not parts.path.startswith("/"):
        raise PrinterUrlError(url, "the device's path is missing (three slashes)")
    if not baud.isdecimal() or int(baud) == 0:
        raise PrinterUrlError(url, "baud is not a number")
    return SerialDevice(parts.path, int(baud))


def _path(url: str) -> Path:
    path = split_options(url)[0].partition(":")[2].removeprefix("//")
    if not path:
        raise PrinterUrlError(url, "the path is missing")
    return Path(path)


def _queue(url: str) -> CupsDevice:
    queue = split_options(url)[0].removeprefix("cups://")
    if not _QUEUE.fullmatch(queue):
        raise PrinterUrlError(url, "the queue's name is missing, or has letters that none may have")
    return CupsDevice(queue)


def open_printer(url: str, width: int | None = None) -> Device:
    """Make the device for an address. Nothing is opened yet.

    Args:
        url: ``tcp://host:9100``, ``usb://vid:pid``, ``serial:///dev/…?baud=…``, ``cups://queue``, ``file:PATH`` or
            ``png:DIR``, with the options of :func:`printer.profile.read_profile` behind a question mark.
        width: Dots across the paper, for pictures, when not the profile's.

    Raises:
        PrinterUrlError: The address cannot be understood.
    """
    match url.partition(":")[0]:
        case "tcp":
            return _tcp(url)
        case "usb":
            return _usb(url)
        case "serial":
            return _serial(url)
        case "file":
            return FileDevice(_path(url))
        case "png":
            return PngDevice(_path(url), width or read_profile(url).width)
        case "cups":
            return _queue(url)
    raise PrinterUrlError(url, "unknown kind")

"""The ports a panel may be at, and why none answers: in words for whoever stands before it."""

import errno
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.tools import list_ports

from contracts.message import Words
from kiosk.errors import KioskError

BAUD = 115_200
"""A USB line has no speed; a real serial port behind the same address has this one."""
USB_IDS = ((0x2E8A, 0x0005),)
"""Raspberry Pi; a board that runs MicroPython (its ``mpconfigboard.h``)."""
BOOT_LOADER_ID = (0x2E8A, 0x0003)
"""The RP2040's own boot loader, a drive named RPI-RP2 (data sheet, section 2.8.4.1): no serial port."""
USB_DEVICES = Path("/sys/bus/usb/devices")
READ_S = 0.02
AUTO = "auto"


class PanelUrlError(KioskError):
    """The panel's address cannot be understood.

    Attributes:
        url: As given.
    """

    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r}: 'auto' or 'serial:/dev/…' is wanted")
        self.url = url


@dataclass(frozen=True, slots=True)
class Absence:
    """Why there is no panel to speak with.

    Attributes:
        code: ``boot_loader``, ``no_board``, ``no_port``, ``busy``, ``not_allowed`` or ``silent``.
        words: The same for people, with what to do.
    """

    code: str
    words: Words


_BOOT_LOADER = Absence(
    "boot_loader",
    Words(
        th="บอร์ดแผงหน้าค้างอยู่ในโหมดบูต (BOOTSEL, USB 2e8a:0003) ถอดสาย USB แล้วเสียบใหม่โดยไม่กดปุ่ม BOOTSEL "
        "ถ้ายังเป็นอยู่ ให้คัดลอกไฟล์ UF2 ของ MicroPython ลงไดรฟ์ RPI-RP2 แล้วสั่ง baidiao panel flash",
        en="the board is in its boot loader (BOOTSEL, USB 2e8a:0003): unplug it and plug it in without pressing "
        "BOOTSEL; if it comes back here, copy MicroPython's UF2 onto the drive RPI-RP2, then run 'baidiao panel flash'",
    ),
)
_NO_BOARD = Absence(
    "no_board",
    Words(
        th="ไม่พบบอร์ดแผงหน้า ตรวจสาย USB",
        en="no panel: no board with USB id 2e8a:0005 is plugged in; check its USB cable",
    ),
)


def parse_url(url: str) -> str:
    """Return the device's path, or empty for "look for it". Pure.

    Raises:
        PanelUrlError: It is neither ``auto`` nor ``serial:PATH``.
    """
    if url == AUTO:
        return ""
    path = url.removeprefix("serial:").removeprefix("//")
    if not url.startswith("serial:") or not path.startswith("/"):
        raise PanelUrlError(url)
    return path


def find_ports() -> list[str]:
    """Return the ports of boards that may be a panel; which one is, its answer to HELLO will say."""
    return sorted(port.device for port in list_ports.comports() if (port.vid, port.pid) in USB_IDS)


def open_port(path: str) -> serial.Serial:
    """Open a port for ourselves alone.

    Raises:
        SerialException: It is not there, not allowed, or somebody else's.
    """
    return serial.Serial(path, BAUD, timeout=READ_S, write_timeout=1.0, exclusive=True)


def is_in_boot_loader(usb_devices: Path = USB_DEVICES) -> bool:
    """Say whether a board waits in the RP2040's boot loader, as the system's list of USB devices has it."""
    return any(_usb_id(device) == BOOT_LOADER_ID for device in usb_devices.glob("*"))


def _usb_id(device: Path) -> tuple[int, int] | None:
    try:
        return int((device / "idVendor").read_text(), 16), int((device / "idProduct").read_text(), 16)
    except (OSError, ValueError):
        return None  # an interface, or a device just pulled


def explain_absence(url: str, usb_devices: Path = USB_DEVICES) -> Absence:
    """Find out why no panel answers at an address: the first cause that holds, nearest to the hand."""
    path = parse_url(url)
    ports = [path] if path else find_ports()
    if not any(Path(port).exists() for port in ports):
        if is_in_boot_loader(usb_devices):
            return _BOOT_LOADER
        return _no_port(path) if path else _NO_BOARD
    for port in ports:
        absence = _try(port)
        if absence is not None:
            return absence
    return Absence(
        "silent",
        Words(
            th=f"มีบอร์ดที่ {ports[0]} แต่ไม่ตอบ อาจยังไม่มีเฟิร์มแวร์ ให้สั่ง baidiao panel flash",
            en=f"a board is at {ports[0]} and does not answer; if it has no firmware yet, run 'baidiao panel flash'",
        ),
    )


def _no_port(path: str) -> Absence:
    return Absence(
        "no_port", Words(th=f"ไม่มีพอร์ต {path} ตรวจสาย USB", en=f"no panel: there is no {path}; check its USB cable")
    )


def _try(port: str) -> Absence | None:
    try:
        open_port(port).close()
    except serial.SerialException as error:
        if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EBUSY):
            return Absence(
                "busy",
                Words(
                    th=f"{port} มีโปรแกรมอื่นใช้อยู่ (มักเป็นตู้เอง) ให้สั่ง systemctl stop baidiao-kiosk ก่อน",
                    en=f"{port} is in use, most likely by the kiosk: stop it first ('systemctl stop baidiao-kiosk')",
                ),
            )
        if error.errno in (errno.EACCES, errno.EPERM):
            return Absence(
                "not_allowed",
                Words(
                    th=f"ไม่มีสิทธิ์ใช้ {port} ให้เพิ่มผู้ใช้เข้ากลุ่ม dialout",
                    en=f"{port} may not be opened by this user: add him to the group 'dialout'",
                ),
            )
        return _no_port(port)
    return None

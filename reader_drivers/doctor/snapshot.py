"""What was seen of a machine. Values only; ``observe`` fills it, ``checks`` judges it."""

from dataclasses import dataclass
from enum import StrEnum


class ServiceState(StrEnum):
    """How the PC/SC service answered a connection."""

    ANSWERS = "answers"
    ABSENT = "absent"
    REFUSES = "refuses"


@dataclass(frozen=True, slots=True)
class UsbReader:
    """A USB device of the smart-card class.

    Attributes:
        name: What it calls itself.
        usb_id: ``vendor:product``, four hexadecimal digits each.
        listed: The CCID driver's list of readers has it.
    """

    name: str
    usb_id: str
    listed: bool


@dataclass(frozen=True, slots=True)
class SeenReader:
    """A reader as the service shows it."""

    name: str
    occupied: bool = False
    mute: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at the machine.

    Attributes:
        user: Who runs this.
        root: He may do anything.
        daemon_installed: pcscd is there.
        daemon_running: It runs.
        systemd: The machine is started by systemd.
        socket_activated: systemd listens for pcscd (``pcscd.socket``).
        socket_there: The service's socket exists.
        socket_open: This user may write to it.
        service: How the service answered.
        polkit_asked: pcscd has a polkit policy, so that polkit decides who may use cards.
        polkit_running: polkit runs.
        rule_for_user: A polkit rule names pcsc-lite's actions and this user; None when the rules cannot be read.
        ccid_driver: The driver of USB readers is installed.
        virtual_driver: vpcd, the virtual reader, is installed.
        usb_readers: Smart-card devices on USB.
        seizing_modules: Loaded kernel modules that take readers with NFC for themselves.
        readers: What the service shows.
        card_fault: Code of the error when the card inside was read for a try; empty when it went well or was not tried.
    """

    user: str
    root: bool = False
    daemon_installed: bool = True
    daemon_running: bool = True
    systemd: bool = True
    socket_activated: bool = True
    socket_there: bool = True
    socket_open: bool = True
    service: ServiceState = ServiceState.ANSWERS
    polkit_asked: bool = True
    polkit_running: bool = True
    rule_for_user: bool | None = True
    ccid_driver: bool = True
    virtual_driver: bool = False
    usb_readers: tuple[UsbReader, ...] = ()
    seizing_modules: tuple[str, ...] = ()
    readers: tuple[SeenReader, ...] = ()
    card_fault: str = ""

"""Looks at the machine. Judges nothing; what cannot be seen is taken for well."""

import getpass
import os
import plistlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from reader_drivers.core.errors import CardAbsentError, ReaderError, ServiceAbsentError, ServiceRefusedError
from reader_drivers.doctor.snapshot import SeenReader, ServiceState, Snapshot, UsbReader
from reader_drivers.pcsc.context import MUTE, PRESENT
from reader_drivers.pcsc.transport import list_readers
from reader_drivers.reading import Wishes, take, thai_today, with_card

_SMART_CARD_CLASS = "0b"  # USB device class, https://www.usb.org/defined-class-codes
_SEIZING = ("pn533_usb", "pn533", "nfc")  # modules that bind readers whose chip is a PN533
_DRIVERS = "usr/lib/pcsc/drivers"
_RULES = ("etc/polkit-1/rules.d", "usr/share/polkit-1/rules.d")
_DEFAULT_SOCKET = "/run/pcscd/pcscd.comm"
_SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"  # libpcsclite's own
_WAITING = "sockets.target.wants/pcscd.socket"


def observe(root: Path = Path("/"), *, try_card: bool = True) -> Snapshot:
    """Return a snapshot of this machine.

    Args:
        root: Where its files are; tests give a folder of their own.
        try_card: Read the card inside, should there be one; nothing of it is kept.
    """
    service, readers = _ask_service()
    user = getpass.getuser()
    socket = Path(os.environ.get(_SOCKET_VARIABLE, str(root / _DEFAULT_SOCKET.lstrip("/"))))
    drivers = root / _DRIVERS
    systemd = (root / "run/systemd/system").exists()
    return Snapshot(
        user=user,
        root=os.geteuid() == 0,
        daemon_installed=any((root / place / "pcscd").exists() for place in ("usr/sbin", "usr/bin"))
        or shutil.which("pcscd") is not None,
        daemon_running=_runs(root, "pcscd"),
        systemd=systemd,
        socket_activated=systemd and (root / "etc/systemd/system" / _WAITING).exists(),
        socket_there=socket.exists(),
        socket_open=os.access(socket, os.R_OK | os.W_OK),
        service=service,
        polkit_asked=any((root / "usr/share/polkit-1/actions").glob("*pcsc-lite*")),
        polkit_running=_runs(root, "polkitd"),
        rule_for_user=find_rule(root, user),
        ccid_driver=(drivers / "ifd-ccid.bundle").exists(),
        virtual_driver=any(drivers.glob("**/libifdvpcd*")),
        usb_readers=tuple(find_usb_readers(root)),
        seizing_modules=tuple(name for name in _SEIZING if (root / "sys/module" / name).exists()),
        readers=readers,
        card_fault=_try_card() if try_card and any(reader.occupied for reader in readers) else "",
    )


def _ask_service() -> tuple[ServiceState, tuple[SeenReader, ...]]:
    try:
        slots = list_readers()
    except ServiceRefusedError:
        return ServiceState.REFUSES, ()
    except ServiceAbsentError:
        return ServiceState.ABSENT, ()
    seen = (SeenReader(slot.reader, bool(slot.state & PRESENT), bool(slot.state & MUTE)) for slot in slots)
    return ServiceState.ANSWERS, tuple(seen)


def _try_card() -> str:
    wishes = Wishes()
    try:
        with_card(None, lambda card: take(card, wishes, thai_today()), wishes.limit_s)
    except CardAbsentError:
        return ""
    except ReaderError as error:
        return error.code
    return ""


def _runs(root: Path, name: str) -> bool:
    return any(_read(folder / "comm") == name for folder in (root / "proc").glob("[0-9]*"))


def find_rule(root: Path, user: str) -> bool | None:
    """Say whether a polkit rule names pcsc-lite's actions and ``user``; None when the rules cannot be read."""
    seen_all = True
    for folder in _RULES:
        try:
            files = sorted((root / folder).iterdir())
        except FileNotFoundError:
            continue
        except OSError:
            seen_all = False
            continue
        for file in files:
            text = _read(file)
            if "org.debian.pcsc-lite" in text and f'"{user}"' in text:
                return True
    return False if seen_all else None


def find_usb_readers(root: Path) -> Iterator[UsbReader]:
    """Yield the smart-card devices on USB."""
    listed = _listed_ids(root)
    seen = set()
    for interface in sorted((root / "sys/bus/usb/devices").glob("*:*")):
        device = interface.parent / interface.name.partition(":")[0]
        if _read(interface / "bInterfaceClass") != _SMART_CARD_CLASS or device in seen:
            continue
        seen.add(device)
        usb_id = f"{_read(device / 'idVendor')}:{_read(device / 'idProduct')}"
        name = " ".join(filter(None, (_read(device / "manufacturer"), _read(device / "product"))))
        yield UsbReader(name or usb_id, usb_id, usb_id in listed)


def _listed_ids(root: Path) -> set[str]:
    """Return what the CCID driver's own list knows, as ``vendor:product``."""
    try:
        with (root / _DRIVERS / "ifd-ccid.bundle/Contents/Info.plist").open("rb") as file:
            info = plistlib.load(file)
    except (OSError, plistlib.InvalidFileException):
        return set()
    pairs: Sequence[tuple[str, str]] = list(
        zip(info.get("ifdVendorID", ()), info.get("ifdProductID", ()), strict=False)
    )
    return {f"{int(vendor, 16):04x}:{int(product, 16):04x}" for vendor, product in pairs}


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""

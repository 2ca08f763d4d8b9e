"""Judges a snapshot: what is well, what is odd, what is broken, and how to mend it. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.message import Words
from reader_drivers.core.errors import CardMuteError, CardUnreadableError, NotThaiIdError
from reader_drivers.doctor.snapshot import ServiceState, Snapshot


class Level(StrEnum):
    """How bad it is: only a fault keeps cards from being read."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: Stable name.
        level: How bad.
        what: What was found.
        mend: How to mend it; None when there is nothing to mend.
    """

    code: str
    level: Level
    what: Words
    mend: Words | None = None


_Findings = Iterator[Finding]
_WIPE = Words(
    th="เช็ดแถบชิป แล้วเสียบบัตรใหม่โดยหันด้านชิปตามภาพบนเครื่องอ่าน หากบัตรอื่นก็อ่านไม่ได้ ให้เปลี่ยนเครื่องอ่าน",
    en="wipe the chip and insert the card again, chip side as pictured; if other cards fail too, replace the reader",
)
_RULE = (
    "ติดตั้ง deploy/pcsc/50-baidiao-pcsc.rules ใน /etc/polkit-1/rules.d และใส่ชื่อผู้ใช้นี้ในกฎ",
    "install deploy/pcsc/50-baidiao-pcsc.rules in /etc/polkit-1/rules.d and name this user in it",
)


def _ok(code: str, th: str, en: str) -> Finding:
    return Finding(code, Level.OK, Words(th=th, en=en))


def _bad(level: Level, code: str, what: tuple[str, str], mend: tuple[str, str]) -> Finding:
    return Finding(code, level, Words(th=what[0], en=what[1]), Words(th=mend[0], en=mend[1]))


def check_daemon(seen: Snapshot) -> _Findings:
    """Is pcscd installed, running, and reachable?"""
    if not seen.daemon_installed:
        yield _bad(
            Level.FAULT,
            "daemon_missing",
            ("ไม่ได้ติดตั้ง pcscd", "pcscd is not installed"),
            ("sudo apt-get install pcscd libccid", "sudo apt-get install pcscd libccid"),
        )
    elif seen.service is ServiceState.ANSWERS:
        yield _ok("daemon", "pcscd ทำงานและตอบรับ", "pcscd runs and answers")
    elif not (seen.daemon_running or seen.socket_activated):
        start = "sudo systemctl enable --now pcscd.socket" if seen.systemd else "sudo pcscd"
        yield _bad(Level.FAULT, "daemon_stopped", ("pcscd ไม่ทำงาน", "pcscd does not run"), (start, start))
    elif not seen.socket_there:
        restart = "sudo systemctl restart pcscd.socket pcscd.service" if seen.systemd else "sudo pcscd"
        yield _bad(
            Level.FAULT,
            "socket_missing",
            ("ไม่พบซ็อกเก็ตของ pcscd", "pcscd's socket is not there"),
            (restart, restart),
        )
    elif not seen.socket_open:
        yield _bad(
            Level.FAULT,
            "socket_closed",
            (f"ผู้ใช้ {seen.user} ไม่มีสิทธิ์เขียนซ็อกเก็ตของ pcscd", f"{seen.user} may not write to pcscd's socket"),
            ("sudo systemctl restart pcscd.socket (สิทธิ์ควรเป็น 0666)", "sudo systemctl restart pcscd.socket (mode 0666)"),
        )
    elif seen.service is ServiceState.ABSENT:
        look = "journalctl -u pcscd -n 50" if seen.systemd else "sudo pcscd --foreground --debug"
        yield _bad(
            Level.FAULT,
            "daemon_silent",
            ("pcscd ทำงานแต่ไม่ตอบ", "pcscd is there but does not answer"),
            (f"ดูข้อความผิดพลาด: {look}", f"see why: {look}"),
        )


def check_polkit(seen: Snapshot) -> _Findings:
    """Does polkit let this user at the cards?"""
    if seen.service is ServiceState.REFUSES:
        yield _bad(
            Level.FAULT,
            "polkit_refuses",
            (f"pcscd ไม่อนุญาตผู้ใช้ {seen.user}", f"pcscd refuses {seen.user}"),
            (
                f"{_RULE[0]} หากเครื่องไม่มี polkit ให้เริ่ม pcscd ด้วย --disable-polkit",
                f"{_RULE[1]}; where no polkit runs, start pcscd with --disable-polkit",
            ),
        )
    elif not seen.polkit_asked or seen.root:
        yield _ok("polkit", "ไม่ต้องมีกฎ polkit", "no polkit rule is needed")
    elif not seen.polkit_running:
        yield _bad(
            Level.WARNING,
            "polkit_absent",
            ("polkit ไม่ทำงาน pcscd รุ่นใหม่อาจไม่อนุญาตใครเลย", "polkit does not run; newer pcscd may refuse everybody"),
            ("sudo systemctl start polkit", "sudo systemctl start polkit"),
        )
    elif seen.rule_for_user is False:
        yield _bad(
            Level.WARNING,
            "polkit_rule_missing",
            (
                f"ไม่มีกฎ polkit สำหรับผู้ใช้ {seen.user} บริการที่ทำงานนอกเดสก์ท็อปจะถูกปฏิเสธ",
                f"no polkit rule names {seen.user}: a service outside a desktop session would be refused",
            ),
            _RULE,
        )
    else:
        yield _ok("polkit", "polkit ไม่ขัดขวาง", "polkit does not stand in the way")


def check_drivers(seen: Snapshot) -> _Findings:
    """Is there a driver, and does nothing else hold the reader?"""
    if seen.ccid_driver:
        yield _ok("driver", "ติดตั้งไดรเวอร์ CCID แล้ว", "the CCID driver is installed")
    else:
        level = Level.WARNING if seen.virtual_driver and not seen.usb_readers else Level.FAULT
        install = "sudo apt-get install libccid && sudo systemctl restart pcscd"
        yield _bad(
            level,
            "driver_missing",
            ("ไม่มีไดรเวอร์ CCID ของเครื่องอ่าน USB", "the CCID driver for USB readers is missing"),
            (install, install),
        )
    if seen.seizing_modules and seen.usb_readers:
        modules = " ".join(seen.seizing_modules)
        blacklist = f"echo 'blacklist {seen.seizing_modules[0]}' | sudo tee /etc/modprobe.d/baidiao-pcsc.conf"
        off = f"sudo modprobe -r {modules}; {blacklist}"
        yield _bad(
            Level.WARNING,
            "module_seizes",
            (f"โมดูลเคอร์เนล {modules} อาจยึดเครื่องอ่านไว้", f"the kernel modules {modules} may hold the reader"),
            (off, off),
        )
    for reader in seen.usb_readers:
        if not reader.listed:
            yield _bad(
                Level.WARNING,
                "reader_unlisted",
                (
                    f"ไดรเวอร์ CCID ไม่รู้จักเครื่องอ่าน {reader.name} ({reader.usb_id})",
                    f"the CCID driver does not list the reader {reader.name} ({reader.usb_id})",
                ),
                (
                    "อัปเดต libccid หรือใช้ไดรเวอร์ของผู้ผลิต หรือเปลี่ยนเครื่องอ่าน",
                    "update libccid, or install its maker's driver, or take another reader",
                ),
            )


def check_readers(seen: Snapshot) -> _Findings:
    """Does the service show a reader?"""
    if seen.service is not ServiceState.ANSWERS:
        return
    for reader in seen.readers:
        yield _ok("reader", f"เครื่องอ่าน {reader.name}", f"reader {reader.name}")
    if seen.readers:
        return
    if seen.usb_readers:
        names = ", ".join(reader.name for reader in seen.usb_readers)
        restart = "sudo systemctl restart pcscd" if seen.systemd else "sudo pcscd"
        yield _bad(
            Level.FAULT,
            "reader_unused",
            (f"เสียบ {names} แล้ว แต่ pcscd ไม่เห็น", f"{names} is plugged in, but pcscd does not show it"),
            (restart, restart),
        )
    else:
        yield _bad(
            Level.FAULT,
            "reader_missing",
            ("ไม่พบเครื่องอ่านบัตร", "no card reader"),
            (
                "ตรวจสาย USB ลองช่องอื่น และดูด้วย lsusb",
                "check the USB cable, try another port, look with lsusb",
            ),
        )


def check_card(seen: Snapshot) -> _Findings:
    """Does the card inside read?"""
    occupied = [reader for reader in seen.readers if reader.occupied]
    if any(reader.mute for reader in occupied) or seen.card_fault in {CardMuteError.code, CardUnreadableError.code}:
        what = Words(th="บัตรในเครื่องอ่านไม่ตอบ", en="the card inside does not answer well")
        yield Finding("card_mute", Level.FAULT, what, _WIPE)
    elif seen.card_fault == NotThaiIdError.code:
        yield _bad(
            Level.WARNING,
            "card_other",
            ("บัตรในเครื่องอ่านไม่ใช่บัตรประชาชน", "the card inside is no Thai ID card"),
            ("เสียบบัตรประจำตัวประชาชน", "insert a Thai ID card"),
        )
    elif seen.card_fault:
        yield _bad(
            Level.FAULT,
            "card_fault",
            (f"อ่านบัตรไม่สำเร็จ ({seen.card_fault})", f"the card inside was not read ({seen.card_fault})"),
            ("ลองใหม่ด้วย baidiao card read --trace FILE", "try again with baidiao card read --trace FILE"),
        )
    elif occupied:
        yield _ok("card", "อ่านบัตรในเครื่องได้", "the card inside reads well")
    elif seen.readers:
        yield _ok("no_card", "ไม่มีบัตรในเครื่องอ่าน จึงยังไม่ได้ลองอ่าน", "no card is inside, so none was tried")


CHECKS: Sequence[Callable[[Snapshot], _Findings]] = (
    check_daemon,
    check_polkit,
    check_drivers,
    check_readers,
    check_card,
)


def examine(seen: Snapshot) -> tuple[Finding, ...]:
    """Run every check."""
    return tuple(finding for check in CHECKS for finding in check(seen))

from dataclasses import replace
from pathlib import Path

import pytest

from reader_drivers.doctor.checks import Level, examine
from reader_drivers.doctor.observe import find_rule, find_usb_readers, observe
from reader_drivers.doctor.snapshot import SeenReader, ServiceState, Snapshot, UsbReader

ACR = UsbReader("ACS ACR39U", "072f:b100", listed=True)
WELL = Snapshot("kiosk", usb_readers=(ACR,), readers=(SeenReader("ACS ACR39U 00 00", occupied=True),))
SILENT = replace(WELL, service=ServiceState.ABSENT, readers=())


def test_a_well_machine_has_no_faults() -> None:
    assert {finding.level for finding in examine(WELL)} == {Level.OK}
    assert [finding.code for finding in examine(WELL)] == ["daemon", "polkit", "driver", "reader", "card"]


@pytest.mark.parametrize(
    ("seen", "code", "level"),
    [
        (replace(SILENT, daemon_installed=False), "daemon_missing", Level.FAULT),
        (replace(SILENT, daemon_running=False, socket_activated=False), "daemon_stopped", Level.FAULT),
        (replace(SILENT, socket_there=False), "socket_missing", Level.FAULT),
        (replace(SILENT, socket_open=False), "socket_closed", Level.FAULT),
        (SILENT, "daemon_silent", Level.FAULT),
        (replace(SILENT, service=ServiceState.REFUSES), "polkit_refuses", Level.FAULT),
        (replace(WELL, polkit_running=False), "polkit_absent", Level.WARNING),
        (replace(WELL, rule_for_user=False), "polkit_rule_missing", Level.WARNING),
        (replace(WELL, ccid_driver=False), "driver_missing", Level.FAULT),
        (replace(WELL, ccid_driver=False, virtual_driver=True, usb_readers=()), "driver_missing", Level.WARNING),
        (replace(WELL, seizing_modules=("pn533_usb", "nfc")), "module_seizes", Level.WARNING),
        (replace(WELL, usb_readers=(replace(ACR, listed=False),)), "reader_unlisted", Level.WARNING),
        (replace(WELL, readers=()), "reader_unused", Level.FAULT),
        (replace(WELL, readers=(), usb_readers=()), "reader_missing", Level.FAULT),
        (replace(WELL, readers=(SeenReader("A", occupied=True, mute=True),)), "card_mute", Level.FAULT),
        (replace(WELL, card_fault="card_unreadable"), "card_mute", Level.FAULT),
        (replace(WELL, card_fault="not_thai_id"), "card_other", Level.WARNING),
        (replace(WELL, card_fault="layout_unknown"), "card_fault", Level.FAULT),
        (replace(WELL, readers=(SeenReader("A"),)), "no_card", Level.OK),
    ],
)
def test_each_fault_is_found_and_has_its_cure(seen: Snapshot, code: str, level: Level) -> None:
    found = {finding.code: finding for finding in examine(seen)}
    assert found[code].level is level
    assert (found[code].mend is None) == (level is Level.OK)


def test_who_needs_no_rule_is_asked_for_none() -> None:
    for seen in (replace(WELL, polkit_asked=False), replace(WELL, root=True, rule_for_user=False)):
        assert "polkit" in {finding.code for finding in examine(seen)}
    assert "polkit" in {finding.code for finding in examine(replace(WELL, rule_for_user=None))}


def test_without_systemd_no_cure_names_it() -> None:
    for seen in (replace(SILENT, systemd=False), replace(SILENT, systemd=False, socket_there=False)):
        mends = [finding.mend.en for finding in examine(seen) if finding.mend is not None]
        assert mends
        assert not any("systemctl" in mend or "journalctl" in mend for mend in mends)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


PLIST = """<?xml version="1.0"?><plist version="1.0"><dict>
<key>ifdVendorID</key><array><string>0x072F</string></array>
<key>ifdProductID</key><array><string>0xB100</string></array>
</dict></plist>"""


def usb(root: Path, name: str, kind: str, vendor: str, product: str) -> None:
    devices = root / "sys/bus/usb/devices"
    write(devices / f"{name}:1.0" / "bInterfaceClass", f"{kind}\n")
    write(devices / name / "idVendor", f"{vendor}\n")
    write(devices / name / "idProduct", f"{product}\n")
    write(devices / name / "product", "Reader\n")


def test_usb_readers_are_found_by_their_class(tmp_path: Path) -> None:
    write(tmp_path / "usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist", PLIST)
    usb(tmp_path, "1-1", "0b", "072f", "b100")
    usb(tmp_path, "1-2", "0b", "1234", "5678")
    usb(tmp_path, "1-3", "03", "046d", "c31c")
    assert list(find_usb_readers(tmp_path)) == [
        UsbReader("Reader", "072f:b100", listed=True),
        UsbReader("Reader", "1234:5678", listed=False),
    ]


def test_a_rule_is_one_that_names_the_user(tmp_path: Path) -> None:
    assert find_rule(tmp_path, "kiosk") is False
    rule = 'action.id === "org.debian.pcsc-lite.access_card" && subject.user === "kiosk"'
    write(tmp_path / "etc/polkit-1/rules.d/50.rules", rule)
    assert find_rule(tmp_path, "kiosk") is True
    assert find_rule(tmp_path, "other") is False


def test_an_empty_machine_is_looked_at_without_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "nobody"))
    write(tmp_path / "proc/7/comm", "polkitd\n")
    write(tmp_path / "sys/module/pn533/version", "")
    seen = observe(tmp_path, try_card=False)
    assert (seen.daemon_running, seen.socket_there, seen.ccid_driver) == (False, False, False)
    assert (seen.polkit_running, seen.seizing_modules) == (True, ("pn533",))

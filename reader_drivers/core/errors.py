"""Everything that can go wrong between a card and its reading: one root, data in attributes, words for people.

Messages never hold what the card said: it may be somebody's name or number.
"""

from enum import StrEnum
from typing import ClassVar

from contracts.message import Words
from reader_drivers.core.status_words import meaning


class ReaderError(Exception):
    """Root of this room's errors.

    Attributes:
        code: Stable name for logs, metrics and the kiosk's screens.
        citizen: What to tell the person at the machine, one calm sentence and what to do.
        technician: What to tell who mends it.
    """

    code: ClassVar[str] = "reader"
    citizen: ClassVar[Words] = Words(
        th="เครื่องอ่านบัตรขัดข้อง กรุณาติดต่อเจ้าหน้าที่", en="The card reader has a fault. Please ask a member of staff."
    )
    technician: ClassVar[Words] = Words(th="เครื่องอ่านบัตรขัดข้อง", en="the card reader has a fault")

    def __str__(self) -> str:
        return super().__str__() or self.technician.en


class ServiceAbsentError(ReaderError):
    """The PC/SC service does not answer."""

    code = "service_absent"
    technician = Words(
        th="บริการ pcscd ไม่ทำงาน ตรวจสอบด้วย systemctl status pcscd.socket",
        en="no card reader service: pcscd is not running (see: systemctl status pcscd.socket)",
    )


class ServiceRefusedError(ServiceAbsentError):
    """The PC/SC service answers but refuses this user (its polkit rule, outside a desktop session)."""

    code = "service_refused"
    technician = Words(
        th="pcscd ไม่อนุญาตให้ผู้ใช้นี้เข้าถึงเครื่องอ่าน ต้องติดตั้งกฎ polkit ของโครงการ",
        en="pcscd refuses this user: install the polkit rule from deploy/pcsc",
    )


class ReaderAbsentError(ReaderError):
    """No reader, or not the one that was named.

    Attributes:
        reader: The wanted reader's name, None when any would do.
    """

    code = "no_reader"
    citizen = Words(
        th="ไม่พบเครื่องอ่านบัตร กรุณาติดต่อเจ้าหน้าที่", en="The card reader is missing. Please ask a member of staff."
    )
    technician = Words(th="ไม่พบเครื่องอ่านบัตร ตรวจสอบสาย USB", en="no card reader found: check its USB cable")

    def __init__(self, reader: str | None = None) -> None:
        super().__init__(f'no card reader named "{reader}"' if reader else "")
        self.reader = reader


class CardAbsentError(ReaderError):
    """There is a reader but no card in it.

    Attributes:
        reader: The reader's name, None when all of them are empty.
    """

    code = "no_card"
    citizen = Words(th="กรุณาเสียบบัตรประจำตัวประชาชน", en="Please insert your ID card.")
    technician = Words(th="ไม่มีบัตรในเครื่องอ่าน", en="no card in the reader")

    def __init__(self, reader: str | None = None) -> None:
        super().__init__()
        self.reader = reader


class AppletAbsentError(ReaderError):
    """The card answers, but has no such applet.

    Attributes:
        atr: Its answer to reset.
    """

    code = "no_applet"
    technician = Words(th="บัตรไม่มีแอปเพล็ตนี้", en="the card has no such applet")

    def __init__(self, atr: bytes = b"") -> None:
        super().__init__()
        self.atr = atr


class CardKind(StrEnum):
    """What a card is that is no Thai ID card."""

    BANK_CARD = "bank_card"
    PASSPORT = "passport"
    BLANK = "blank"
    OTHER = "other"


_KINDS = {
    CardKind.BANK_CARD: Words(th="เป็นบัตรธนาคาร", en="it is a bank card"),
    CardKind.PASSPORT: Words(th="เป็นหนังสือเดินทาง", en="it is a passport"),
    CardKind.BLANK: Words(th="เป็นบัตรเปล่า ไม่มีข้อมูลในชิป", en="it is blank, there is nothing on its chip"),
    CardKind.OTHER: Words(th="ไม่รู้จักชนิดบัตร", en="it is of a kind this reader does not know"),
}


class NotThaiIdError(ReaderError):
    """The card answers, but it is no Thai ID card, or one that nothing was written on.

    Attributes:
        atr: Its answer to reset; it names the card's make, not its holder.
        kind: What it is instead.
        kind_words: The same in words.
    """

    code = "not_thai_id"
    citizen = Words(
        th="บัตรนี้ไม่ใช่บัตรประจำตัวประชาชน กรุณานำบัตรออก แล้วเสียบบัตรประจำตัวประชาชน",
        en="This is not a Thai ID card. Please take it out and insert your ID card.",
    )
    technician = Words(th="บัตรไม่มีแอปเพล็ตบัตรประจำตัวประชาชน", en="not a Thai ID card")

    def __init__(self, atr: bytes = b"", kind: CardKind = CardKind.OTHER) -> None:
        super().__init__(f"{self.technician.en}: {_KINDS[kind].en}")
        self.atr = atr
        self.kind = kind
        self.kind_words = _KINDS[kind]


class CardRemovedError(ReaderError):
    """The card was taken out while it was being read."""

    code = "card_removed"
    citizen = Words(
        th="บัตรถูกนำออกก่อนอ่านเสร็จ กรุณาเสียบบัตรอีกครั้งและรอสักครู่",
        en="The card was taken out too soon. Please insert it again and wait a moment.",
    )
    technician = Words(th="บัตรถูกนำออกระหว่างอ่าน", en="the card was removed while it was being read")


class CardChangedError(CardRemovedError):
    """Another card is in the reader now, and nobody saw the first one go.

    Attributes:
        atr: The new card's answer to reset.
    """

    code = "card_changed"
    technician = Words(th="บัตรถูกเปลี่ยนระหว่างอ่าน", en="the card was exchanged for another one while it was being read")

    def __init__(self, atr: bytes = b"") -> None:
        super().__init__()
        self.atr = atr


class CardResetError(ReaderError):
    """Another program reset the card: it is powered again, but has forgotten which applet was selected."""

    code = "card_reset"
    technician = Words(th="โปรแกรมอื่นรีเซ็ตบัตรระหว่างอ่าน", en="another program reset the card while it was being read")


class CardUnreadableError(ReaderError):
    """The card or its contacts answer badly.

    Attributes:
        step: What was being done: ``"power"``, ``"select"``, ``"read"``, ``"photo"`` or a field's name.
        status: The card's status word, None when it gave none.
        offset: Where in the chip, None outside a read.
    """

    code = "card_unreadable"
    citizen = Words(
        th="อ่านบัตรไม่ได้ กรุณาเช็ดแถบชิปให้สะอาด แล้วเสียบบัตรอีกครั้ง โดยหันด้านชิปตามภาพ",
        en="The card cannot be read. Please wipe the chip and insert the card again, chip side as pictured.",
    )
    technician = Words(th="อ่านบัตรไม่ได้", en="the card cannot be read")

    def __init__(self, step: str, status: int | None = None, offset: int | None = None) -> None:
        place = "" if offset is None else f" at {offset:04X}"
        said = "" if status is None else f" ({meaning(status)})"
        super().__init__(f"{self.technician.en}: {step}{place}{said}")
        self.step = step
        self.status = status
        self.offset = offset


class CardMuteError(CardUnreadableError):
    """The card does not answer to power: upside down, worn out, or no chip card at all."""

    code = "card_mute"

    def __init__(self) -> None:
        super().__init__("power")


class LayoutUnknownError(ReaderError):
    """The chip says another layout version than the one this reader knows.

    Attributes:
        layout: The version as the chip says it, printable ASCII, at most 4 characters.
    """

    code = "layout_unknown"
    citizen = Words(
        th="เครื่องนี้ยังไม่รองรับบัตรรุ่นนี้ กรุณาติดต่อเจ้าหน้าที่",
        en="This machine does not know this kind of ID card yet. Please ask a member of staff.",
    )
    technician = Words(th="ไม่รู้จักรุ่นข้อมูลบนชิป", en="unknown card layout")

    def __init__(self, layout: str) -> None:
        super().__init__(f'{self.technician.en} "{layout}"')
        self.layout = layout


class ReadCancelledError(ReaderError):
    """The caller no longer wants the photo."""

    code = "cancelled"
    technician = Words(th="ยกเลิกการอ่าน", en="the read was cancelled")


class TraceUnreadableError(ReaderError):
    """A file is no trace of a card.

    Attributes:
        line: The first line that is none, from 1.
    """

    code = "trace_unreadable"
    technician = Words(th="ไฟล์นี้ไม่ใช่บันทึกการอ่านบัตร", en="this file is no card trace")

    def __init__(self, line: int) -> None:
        super().__init__(f"{self.technician.en}: line {line}")
        self.line = line

"""What each check asks, in words for both languages, and what it found. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.message import Words


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's end.

    Attributes:
        check: Which one.
        verdict: How it ended.
        details: Static codes and figures, such as ``1 of 3: bad_answer/status_500``; nothing of a person.
    """

    check: str
    verdict: Verdict
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """A check's title, and what to do when it fails."""

    title: Words
    remedy: Words


CHECKS: Final[dict[str, About]] = {
    "right_answers": About(
        Words(th="ตอบถูกต้อง", en="Right answers"),
        Words(
            th="ทุกข้อเท็จจริงของบุคคลทดสอบต้องตรงกับแฟ้ม ชนิดข้อมูลตรงตามที่ตกลง และมาภายในเวลา",
            en="Every fact of every test person must be as the file says, of the agreed type, within the deadline.",
        ),
    ),
    "unknown_person": About(
        Words(th="บุคคลที่ไม่มีในทะเบียน", en="Unknown person"),
        Words(
            th="หมายเลขที่ถูกต้องแต่ไม่มีในทะเบียน ต้องตอบว่าไม่พบ ไม่ใช่ข้อผิดพลาด",
            en="A well-formed number that is not in the register is answered with “not found”, not with an error.",
        ),
    ),
    "bad_input": About(
        Words(th="คำถามที่ผิดรูปแบบ", en="Bad input"),
        Words(
            th="คำถามที่ผิดรูปแบบหรือหมายเลขผิด ต้องถูกปฏิเสธอย่างชัดเจน (4xx หรือ fault) โดยบริการไม่ล้มและไม่ตอบราวกับเป็นคำถามจริง",
            en="Spoilt questions and wrong numbers are refused clearly (4xx or a fault); the service neither breaks "
            "nor answers them as if they were questions.",
        ),
    ),
    "slow_network": About(
        Words(th="เครือข่ายช้า", en="Slow network"),
        Words(
            th="คำถามที่ส่งมาช้าทีละส่วนต้องได้คำตอบ และระหว่างนั้นผู้อื่นต้องได้คำตอบตามปกติ",
            en="A question that arrives slowly, piece by piece, is answered, and meanwhile the others are too.",
        ),
    ),
    "speed": About(
        Words(th="ความเร็ว", en="Speed"),
        Words(
            th="คำตอบ 95 จาก 100 ต้องมาภายในครึ่งหนึ่งของเวลาที่กำหนด แม้ถามพร้อมกันสี่คำถาม",
            en="95 of 100 answers come within half the deadline, four questions being asked at a time.",
        ),
    ),
    "freshness": About(
        Words(th="ความเป็นปัจจุบัน", en="Freshness"),
        Words(
            th="นาฬิกาของบริการต้องตรง (ต่างไม่เกิน 5 นาที) และคำตอบต้องไม่มาจากแคช",
            en="The service's clock is right (within 5 minutes), and no answer comes out of a cache.",
        ),
    ),
    "read_only": About(
        Words(th="อ่านอย่างเดียว", en="Read-only"),
        Words(
            th="PUT, PATCH และ DELETE ต้องถูกปฏิเสธ และคำตอบหลังจากนั้นต้องเหมือนเดิม",
            en="PUT, PATCH and DELETE are refused, and the answers afterwards are the same.",
        ),
    ),
    "who_asks": About(
        Words(th="รู้ว่าใครถาม", en="Who asks"),
        Words(
            th="คำถามที่ไม่มีหลักฐานว่ามาจากศูนย์ (ลายเซ็น รหัส หรือหัวเรื่อง) ต้องถูกปฏิเสธ",
            en="A question without the proof that the centre asks (signature, secret or header) is refused.",
        ),
    ),
    "standard_form": About(
        Words(th="รูปแบบตามมาตรฐาน", en="Form of the standard"),
        Words(
            th="ซองข้อความ หัวเรื่อง รหัส และการปฏิเสธของทะเบียน DCI ต้องเป็นไปตาม SPDCI registry core API 1.0.0",
            en="A DCI registry's envelopes, codes and refusals are those of the SPDCI registry core API 1.0.0.",
        ),
    ),
}
"""In the order in which they run and are shown."""

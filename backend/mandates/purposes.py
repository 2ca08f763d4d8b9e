"""What a question may be for, and what no mandate can permit it to be for. Pure."""

import re
from typing import Final, Literal

Purpose = Literal["eligibility", "slip_identity", "extract", "history_export", "explanation", "replay"]
"""The purposes that mandates permit."""

_THAI: Final = "พาณิชย์|การค้า|ค้าขาย|ธุรกิจ|การตลาด|โฆษณา|ส่งเสริมการขาย|ค้ากำไร|แสวงหากำไร"
_GAIN: Final = re.compile(
    r"(?<![a-z])(?:commerc|business|marketing|telemarket|advert|promotion|resale|resell|profit|(?:ads?|sales?|trade)(?![a-z]))"
    rf"|{_THAI}"
)
"""English by how a word begins, Thai anywhere: it is written without spaces."""
_DENIED: Final = re.compile(
    rf"(?<![a-z])(?:non|not|no)[\W_]*(?:for[\W_]*)?[a-z]+|(?:ไม่|มิ)(?:ใช่|ได้)?(?:เพื่อ|เชิง|ทาง|การ)*(?:{_THAI})"
)


def is_commercial(purpose: str) -> bool:
    """Say whether a purpose is business gain, however it is called in English or Thai.

    It only chooses the words of a refusal: what is not one of ``Purpose`` is refused in any case.
    """
    return _GAIN.search(_DENIED.sub(" ", purpose.casefold())) is not None

"""What looks wrong on a card that was read well. Pure: findings are reported, never a refusal.

Source: the card facts, "Citizen numbers".
"""

from datetime import date

from contracts.card import Birth, Finding
from contracts.citizen_number import Category, CitizenNumber, NumberError

_OLDEST_YEARS = 130
_FIRST_OF_THE_NEW_SERIES = (1984, 1, 1)  # categories 1 and 2 are births since that day
_ROLLS_CLOSED = (1984, 5, 31)  # categories 3 and 4 were on the rolls by that day


def check_number(digits: str, birth: Birth) -> set[Finding]:
    """Check the number's last digit, and its first against the birth."""
    try:
        category = CitizenNumber.parse(digits).category
    except NumberError:
        return {Finding.CHECK_DIGIT}
    earliest = (birth.year, birth.month or 1, birth.day or 1)
    latest = (birth.year, birth.month or 12, birth.day or 31)
    too_old = (
        category in {Category.BORN_SINCE_1984, Category.BORN_SINCE_1984_LATE} and latest < _FIRST_OF_THE_NEW_SERIES
    )
    too_young = category in {Category.ON_ROLLS_1984, Category.ON_ROLLS_1984_MOVED} and earliest > _ROLLS_CLOSED
    return {Finding.AGE_AGAINST_CATEGORY} if too_old or too_young else set()


def check_dates(birth: Birth, issued: date | None, expires: date | None, today: date | None) -> set[Finding]:
    """Check the dates against each other, and against ``today`` when the caller gives it."""
    findings = set()
    born = (birth.year, birth.month or 1, birth.day or 1)
    if issued and (issued.year, issued.month, issued.day) < born:
        findings.add(Finding.ISSUED)
    if issued and expires and expires < issued:
        findings.add(Finding.EXPIRES)
    if today is not None:
        now = (today.year, today.month, today.day)
        if born > now or birth.year < today.year - _OLDEST_YEARS:
            findings.add(Finding.BIRTH)
        if issued and issued > today:
            findings.add(Finding.ISSUED)
    return findings

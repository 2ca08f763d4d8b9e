"""What the doors to the mandates share: refusals as the caller is told them."""

from datetime import date, datetime, time, timedelta, timezone
from typing import Final

import structlog

from backend.decisions.errors import QuestionRefusedError
from backend.mandates.check import RefusalRule, Refused
from backend.mandates.words import explain_refusal
from contracts.citizen_number import CitizenNumber, JuristicNumber, NumberError
from contracts.decision import Subject
from contracts.problems import ProblemCode
from contracts.subject import SubjectKind

_log = structlog.get_logger(__name__)
THAILAND: Final = timezone(timedelta(hours=7))
"""Days are counted where the citizens live. Thailand has kept this offset since 1920, without summer time."""
_CODES: Final = {
    RefusalRule.QUOTA_SPENT: ProblemCode.QUOTA_SPENT,
    RefusalRule.CARD_NOT_CONFIRMED: ProblemCode.UNAVAILABLE,
}


def thai_day(now: datetime) -> date:
    """Return the day it is in Thailand at ``now`` (aware)."""
    return now.astimezone(THAILAND).date()


def refusal(refused: Refused, agency_id: str, now: datetime) -> QuestionRefusedError:
    """Return the error for a refusal, and tell operators which rule refused."""
    rule = refused.rule.value
    _log.warning("mandate_refused", agency_id=agency_id, service=refused.service_id, rule=rule)
    wait_s = None
    if refused.renews_on is not None:
        begins = datetime.combine(refused.renews_on, time(), THAILAND)
        wait_s = max(1, round((begins - now).total_seconds()))
    return QuestionRefusedError(
        _CODES.get(refused.rule, ProblemCode.MANDATE_MISSING),
        f"{refused.service_id}: {rule}",
        rule=rule,
        words=explain_refusal(refused),
        retry_after_s=wait_s,
    )


def require_right_numbers(subject: Subject) -> None:
    """Check the digits of every number a subject names.

    Raises:
        QuestionRefusedError: A check digit or a form is wrong.
    """
    try:
        if subject.citizen_number:
            CitizenNumber.parse(subject.citizen_number)
        if subject.kind is SubjectKind.COMPANY:
            JuristicNumber.parse(subject.juristic_number)
    except NumberError as error:
        raise QuestionRefusedError(ProblemCode.NUMBER_INVALID, error.reason) from None

"""What a mandate demands, met on the way through a decision: quota, confirmation by the registry, the photo."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.decisions.errors import QuestionRefusedError
from backend.mandates.check import Mandate, Proof
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.mandates.quota import Period, Quota
from contracts.decision import Answer, NotKnownCause, Question
from contracts.problems import ProblemCode
from contracts.subject import HolderCheck
from tests.support.linkage_agencies import subject
from tests.support.linkage_decisions import Centre, TestDevice, body_of, question


def ask(centre: Centre, asked: Question) -> Answer:
    return centre.service.ask(TestDevice(), asked, body_of(asked))


def refusal(centre: Centre, asked: Question) -> QuestionRefusedError:
    with pytest.raises(QuestionRefusedError) as caught:
        ask(centre, asked)
    return caught.value


def limited(**changes: Any) -> tuple[Mandate, ...]:
    """The demo's mandates, that on old-age allowances changed."""
    held = load_mandates(DEMO_MANDATES)
    return tuple(replace(m, **changes) if m.service_id == "old_age_allowance" else m for m in held)


def test_a_spent_quota_is_told_with_the_time_of_its_renewal_and_repeats_cost_nothing(tmp_path: Path) -> None:
    centre = Centre(tmp_path, limited(quota=Quota(2, Period.DAY)))
    first = question()
    for asked in (first, first, question()):
        ask(centre, asked)
    refused = refusal(centre, question())
    assert (refused.code, refused.rule) == (ProblemCode.QUOTA_SPENT, "quota_spent")
    assert refused.words is not None
    assert "2 questions a day" in refused.words.en
    assert refused.retry_after_s == 14 * 3600 + 29 * 60 + 45  # 09:30:15 in Thailand
    assert len(centre.gatherer.asked) == 2, "nobody is asked under a spent quota"
    centre.now += timedelta(days=1)
    ask(centre, question())
    centre.close()


def test_a_refused_question_uses_up_nothing(tmp_path: Path) -> None:
    mandates = tuple(replace(m, quota=Quota(1, Period.DAY)) for m in load_mandates(DEMO_MANDATES))
    centre = Centre(tmp_path, mandates)
    ask(centre, question("old_age_allowance"))
    assert refusal(centre, question("health_coverage", "old_age_allowance")).rule == "quota_spent"
    ask(centre, question("health_coverage"))
    assert refusal(centre, question("health_coverage")).rule == "quota_spent"
    centre.close()


def test_a_mandate_may_demand_that_the_registry_confirms_the_card(tmp_path: Path) -> None:
    centre = Centre(tmp_path, limited(assurance=frozenset({Proof.CONFIRMED})))
    ask(centre, question())
    centre.gatherer.silent["civil_registry"] = NotKnownCause.TIMEOUT
    refused = refusal(centre, question())
    assert (refused.code, refused.rule) == (ProblemCode.UNAVAILABLE, "card_not_confirmed")
    centre.close()


def test_a_mandate_may_demand_that_the_photo_was_compared(tmp_path: Path) -> None:
    centre = Centre(tmp_path, limited(assurance=frozenset({Proof.PHOTO})))
    assert refusal(centre, question()).rule == "photo_not_checked"
    seen = question(subject=subject().model_copy(update={"holder_check": HolderCheck.PHOTO}))
    ask(centre, seen)
    centre.close()

"""Every programme's worked examples hold, and every programme has some."""

import pytest

from backend.eligibility.examples import EXAMPLES, Difference, differences, read_facts
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.words import TableWords
from backend.linkage.facts import Fact
from contracts.card import Birth
from contracts.decision import Outcome

RULES = load_rulebook()
SERVICES = [service.id for service in RULES.services()]


@pytest.mark.parametrize("service", SERVICES)
def test_worked_examples_hold(service):
    examples = EXAMPLES.validate_json((TABLES / f"{service}.examples.json").read_bytes())
    assert len({example.says for example in examples}) == len(examples)
    assert {example.says: differences(RULES, service, example) for example in examples} == {
        example.says: () for example in examples
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_row_is_shown_by_an_example_and_so_is_what_happens_without_a_fact(service):
    examples = EXAMPLES.validate_json((TABLES / f"{service}.examples.json").read_bytes())
    told = [RULES.explanation(service, read_facts(one.facts), one.on, {}) for one in examples]
    speaking = {row.row for one in told for row in one.rows if row.applies}
    assert speaking == {row.row for row in told[0].rows}
    assert Outcome.UNDECIDED in {one.outcome for one in examples}


@pytest.mark.parametrize("service", SERVICES)
def test_every_programme_says_what_it_replaces_where_it_comes_from_and_how_fresh_facts_must_be(service):
    about = TableWords.model_validate_json((TABLES / f"{service}.words.json").read_bytes()).about
    assert about.documents_replaced
    table = RULES.service(service)
    assert len(about.freshness_days) >= len(table.facts)
    assert min(about.freshness_days.values()) > 0


def test_a_wrong_example_is_told_apart():
    example = EXAMPLES.validate_json((TABLES / "old_age_allowance.examples.json").read_bytes())[0]
    assert differences(RULES, "old_age_allowance", example.model_copy(update={"amount_baht": 601})) == (
        Difference("amount_baht", "600", "601"),
    )


def test_facts_are_read_by_their_types_and_nothing_else():
    assert read_facts({"registry.birth": "1953"}) == {Fact.BIRTH: Birth(year=1953)}
    with pytest.raises(ValueError, match="is not a bool"):
        read_facts({"registry.alive": 1})
    with pytest.raises(ValueError, match="unheard"):
        read_facts({"unheard.of": True})

"""DMN files: read into tables, or refused before anyone is decided about."""

from datetime import date

import pytest

from backend.eligibility.errors import TableError
from backend.eligibility.programme import parse_table
from backend.eligibility.table import HitPolicy
from contracts.decision import Amount, Outcome
from tests.support.eligibility_tables import table_xml

AGE = [("person.age_years", "number")]
YES = (["-"], ['"eligible"', '"a.b"'])


def test_a_table_is_read_whole():
    xml = table_xml(
        [*AGE, ("registry.alive", "boolean")],
        [
            ([">= 60", "true"], ['"eligible"', "600", '"month"', '"age.ok  alive.ok"']),
            (["-", "-"], ['"not_eligible"', "", "null", '"no"']),
        ],
        outputs=("outcome", "amount_baht", "period", "reasons"),
        values='"not_eligible", "eligible"',
        policy='hitPolicy="OUTPUT ORDER"',
    )
    table = parse_table(xml, "x.dmn")
    assert (table.rule.table, table.rule.version, table.rule.effective_from) == ("svc", "1", date(2020, 1, 1))
    assert table.hit_policy is HitPolicy.OUTPUT_ORDER
    assert table.priorities == (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE)
    assert [column.name for column in table.inputs] == ["person.age_years", "registry.alive"]
    assert table.rows[0].amount == Amount(baht=600, period="month")
    assert table.rows[0].reasons == ("age.ok", "alive.ok")
    assert (table.rows[1].outcome, table.rows[1].amount) == (Outcome.NOT_ELIGIBLE, None)


def test_the_hit_policy_left_out_is_unique():
    assert parse_table(table_xml(AGE, [YES], policy=""), "x").hit_policy is HitPolicy.UNIQUE


SECOND = b'<decision id="b" name="b"><literalExpression><text>1</text></literalExpression></decision>'
MONEY = ("outcome", "amount_baht", "period", "reasons")
BOTH_NAMESPACES = 'b:version="1" b:effectiveFrom='


@pytest.mark.parametrize(
    ("xml", "place"),
    [
        (b"<definitions", "file"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "file"),
        (b"<definitions/>", "file"),
        (
            table_xml(AGE, [YES]).replace(
                b"</definitions>",
                SECOND + b"</definitions>",
            ),
            "file",
        ),
        (table_xml(AGE, [YES], attributes=""), "definitions"),
        (table_xml(AGE, [YES], decision=""), "definitions"),
        (table_xml(AGE, [YES], attributes=BOTH_NAMESPACES + '"2560-13-01"'), "definitions"),
        (table_xml(AGE, [YES], policy='hitPolicy="COLLECT"'), "hitPolicy"),
        (table_xml(AGE, [YES], policy='hitPolicy="PRIORITY"'), "output outcome"),
        (table_xml(AGE, [YES], policy='hitPolicy="PRIORITY"', values='"eligible"'), "output outcome"),
        (
            table_xml(AGE, [YES], policy='hitPolicy="PRIORITY"', values='"eligible", maybe'),
            "output 1 (outcome), outputValues",
        ),
        (table_xml(AGE, []), "rule"),
        (table_xml([("registry.shoe_size", "number")], [YES]), "input 1 (registry.shoe_size)"),
        (table_xml([("registry.birth", "date")], [YES]), "input 1 (registry.birth)"),
        (table_xml([("person.age_years", "string")], [YES]), "input 1 (person.age_years)"),
        (table_xml(AGE, [(["-", "-"], YES[1])]), "rule 1"),
        (table_xml(AGE, [YES, (["-"], ['"eligible"'])]), "rule 2"),
        (table_xml(AGE, [(["old"], YES[1])]), "rule 1, input 1 (person.age_years)"),
        (table_xml(AGE, [(['"old"'], YES[1])]), "rule 1, input 1 (person.age_years)"),
        (table_xml(AGE, [(["-"], ['"undecided"', '"a"'])]), "rule 1"),
        (table_xml(AGE, [(["-"], ['"perhaps"', '"a"'])]), "rule 1"),
        (table_xml(AGE, [(["-"], ["eligible", '"a"'])]), "rule 1, output 1"),
        (table_xml(AGE, [(["-"], ['"eligible"', ""])]), "rule 1"),
        (table_xml(AGE, [(["-"], ['"eligible"'])], outputs=("outcome",)), "output"),
        (table_xml(AGE, [(["-"], ['"eligible"', '"a"', "1"])], outputs=("outcome", "reasons", "bonus")), "output"),
        (table_xml(AGE, [(["-"], ['"eligible"', "600", "", '"a"'])], outputs=MONEY), "rule 1"),
        (table_xml(AGE, [(["-"], ['"eligible"', "", '"month"', '"a"'])], outputs=MONEY), "rule 1"),
        (table_xml(AGE, [(["-"], ['"eligible"', "-5", '"month"', '"a"'])], outputs=MONEY), "rule 1"),
        (table_xml(AGE, [(["-"], ['"eligible"', "5", '"week"', '"a"'])], outputs=MONEY), "rule 1"),
        (table_xml(AGE, [(["-"], ['"not_eligible"', "5", '"month"', '"a"'])], outputs=MONEY), "rule 1"),
    ],
)
def test_a_file_that_cannot_be_decided_upon_is_refused(xml, place):
    with pytest.raises(TableError) as caught:
        parse_table(xml, "x.dmn")
    assert caught.value.place.removeprefix("decision d, ") == place
    assert caught.value.table in {"x.dmn", "svc"}


def test_a_decision_without_a_table_is_refused():
    xml = table_xml(AGE, [YES]).replace(b"decisionTable", b"literalExpression")
    with pytest.raises(TableError) as caught:
        parse_table(xml, "x.dmn")
    assert caught.value.place == "decision"

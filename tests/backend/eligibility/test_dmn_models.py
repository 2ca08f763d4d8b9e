"""DMN models as a whole: hit policies, requirement graphs, types, names with spaces, files written back."""

from datetime import date
from decimal import Decimal

import pytest

from backend.eligibility.errors import TableError
from backend.eligibility.feel.values import UNKNOWN
from backend.eligibility.loading import TABLES
from backend.eligibility.model.evaluation import evaluate
from backend.eligibility.model.reading import parse_model
from backend.eligibility.model.writing import change_cells
from tests.support.dmn_models import dmn, expression, inputs, requires, table

AGE = [("Age", "number")]
OVERLAPPING = [[">= 18", '"B"'], [">= 60", '"A"'], [">= 80", '"C"']]


def letters(policy: str, age: object, values: str = '"A","B","C"') -> object:
    body = inputs(Age="number") + table("T", AGE, [("L", "string", values)], OVERLAPPING, policy, requires("Age"))
    return evaluate(parse_model(dmn(body)), "T", {"Age": age})


@pytest.mark.parametrize(
    ("policy", "age", "expected"),
    [
        ('hitPolicy="UNIQUE"', 20, "B"),
        ('hitPolicy="UNIQUE"', 70, None),
        ("", 20, "B"),
        ('hitPolicy="ANY"', 70, None),
        ('hitPolicy="ANY"', 20, "B"),
        ('hitPolicy="FIRST"', 85, "B"),
        ('hitPolicy="PRIORITY"', 85, "A"),
        ('hitPolicy="RULE ORDER"', 85, ["B", "A", "C"]),
        ('hitPolicy="OUTPUT ORDER"', 85, ["A", "B", "C"]),
        ('hitPolicy="COLLECT"', 70, ["B", "A"]),
        ('hitPolicy="COLLECT"', 5, []),
        ('hitPolicy="COLLECT" aggregation="SUM"', 5, None),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 85, Decimal(3)),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 5, Decimal(0)),
        ('hitPolicy="COLLECT" aggregation="MIN"', 85, "A"),
        ('hitPolicy="COLLECT" aggregation="MAX"', 85, "C"),
        ('hitPolicy="COLLECT" aggregation="SUM"', 85, None),
        ('hitPolicy="FIRST"', 5, None),
        ('hitPolicy="FIRST"', None, None),
        ('hitPolicy="FIRST"', "85", None),
    ],
)
def test_hit_policies_come_to_what_the_standard_says(policy: str, age: object, expected: object) -> None:
    assert letters(policy, age) == expected


def test_sum_adds_numbers() -> None:
    body = inputs(Age="number") + table(
        "T",
        AGE,
        [("n", "number")],
        [["> 1", "1.5"], ["> 2", "2"]],
        'hitPolicy="COLLECT" aggregation="SUM"',
        requires("Age"),
    )
    assert evaluate(parse_model(dmn(body)), "T", {"Age": 3}) == Decimal("3.5")


def test_several_outputs_are_a_context_ordered_by_the_first_then_the_second() -> None:
    body = inputs(Age="number") + table(
        "T",
        AGE,
        [("Status", "string", '"NO","YES"'), ("Rate", "string", '"Best","Standard"')],
        [["> 1", '"YES"', '"Standard"'], ["> 2", '"YES"', '"Best"'], ["> 3", '"NO"', '"Standard"']],
        'hitPolicy="PRIORITY"',
        requires("Age"),
    )
    model = parse_model(dmn(body))
    assert evaluate(model, "T", {"Age": 3}) == {"Status": "YES", "Rate": "Best"}
    assert evaluate(model, "T", {"Age": 4}) == {"Status": "NO", "Rate": "Standard"}


def test_an_output_outside_its_values_is_null_and_a_default_stands_in_for_no_row() -> None:
    assert letters('hitPolicy="FIRST"', 85, '"A"') is None
    body = table("T", AGE, [("L", "string")], [["> 3", '"yes"']], "", requires("Age"))
    body = body.replace("</output>", '<defaultOutputEntry><text>"no"</text></defaultOutputEntry></output>')
    model = parse_model(dmn(inputs(Age="number") + body))
    assert (evaluate(model, "T", {"Age": 1}), evaluate(model, "T", {"Age": 4})) == ("no", "yes")


def test_decisions_build_on_decisions_under_names_with_spaces() -> None:
    body = (
        inputs(Birth__Date="date", Today="date")
        + expression(
            "Age In Months",
            "years and months duration(Birth Date, Today).years * 12"
            " + years and months duration(Birth Date, Today).months",
            requires("Birth__Date", "Today"),
        )
        + table(
            "Grant",
            [("Age In Months", "number")],
            [("", "number")],
            [["[0..36[", "600"], ["]35..999]", "0"]],
            'hitPolicy="FIRST"',
            requires(decisions=["Age In Months"]),
        )
    )
    model = parse_model(dmn(body))
    told = {"Birth Date": date(2024, 1, 31), "Today": date(2026, 12, 30)}
    assert evaluate(model, "Age In Months", told) == 34
    assert evaluate(model, "Grant", told) == 600
    assert evaluate(model, "Grant", told | {"Today": date(2027, 1, 31)}) == 0


def test_allowed_values_bind_inputs_and_structures_have_parts() -> None:
    types = (
        '<itemDefinition name="tStatus"><typeRef>string</typeRef><allowedValues><text>"WORKS","RETIRED"</text>'
        '</allowedValues></itemDefinition><itemDefinition name="tPerson"><itemComponent name="work status">'
        "<typeRef>tStatus</typeRef></itemComponent></itemDefinition>"
    )
    body = types + inputs(Person="tPerson") + expression("D", '"is " + Person.work status', requires("Person"))
    model = parse_model(dmn(body))
    assert evaluate(model, "D", {"Person": {"work status": "WORKS"}}) == "is WORKS"
    assert evaluate(model, "D", {"Person": {"work status": "SLEEPS"}}) is None


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (table("T", AGE, [("x", "string")], [["for x in y", '"a"']]), "decision T, rule 1, input 1 (Age)"),
        (table("T", AGE, [("x", "string")], [["-", "today()"]]), "decision T, rule 1, output 1"),
        (table("T", AGE, [("x", "string")], [['date("2026-02-30")', '"a"']]), "decision T, rule 1, input 1 (Age)"),
        (table("T", [("Agee", "number")], [("x", "string")], []), "decision T, input 1 (Agee)"),
        (table("T", AGE, [("x", "string")], [["-"]]), "decision T, rule 1"),
        (table("T", AGE, [("x", "string")], [], 'hitPolicy="BEST"'), "decision T, hitPolicy"),
        ('<businessKnowledgeModel name="B"/>' + expression("D", "1"), "businessKnowledgeModel B, logic"),
        ('<decision id="d" name="D"><relation/></decision>', "decision D, logic"),
        ('<import name="other"/>' + expression("D", "1"), "import other"),
        (
            expression("D", "1", '<informationRequirement><requiredDecision href="#d_D"/></informationRequirement>'),
            "decision D",
        ),
    ],
)
def test_what_is_not_supported_is_refused_at_load_with_its_place(body: str, place: str) -> None:
    with pytest.raises(TableError) as caught:
        parse_model(dmn(inputs(Age="number") + body))
    assert caught.value.place == place


def test_an_input_not_told_matters_only_where_results_differ() -> None:
    rows = [["< 18", "-", '"no"'], [">= 18", "true", '"yes"'], [">= 18", "false", '"maybe"']]
    body = inputs(Age="number", Thai="boolean") + table(
        "T", [*AGE, ("Thai", "boolean")], [("x", "string")], rows, "", requires("Age", "Thai")
    )
    model = parse_model(dmn(body))
    assert evaluate(model, "T", {"Age": 5}, absent=UNKNOWN) == "no"
    assert evaluate(model, "T", {"Age": 20}, absent=UNKNOWN) is UNKNOWN
    assert evaluate(model, "T", {"Age": 20, "Thai": None}, absent=UNKNOWN) is None


def test_a_file_written_back_keeps_all_but_the_cell() -> None:
    kept = (
        b'<?xml version="1.0" encoding="UTF-8"?><dmn:definitions '
        b'xmlns:dmn="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        b'xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" xmlns:x="urn:x" name="m" namespace="n">'
        b'<!-- kept --><dmn:extensionElements><x:hint a="1">&lt;</x:hint></dmn:extensionElements>'
        b'<dmn:decision id="d" name="D">'
        b'<dmn:decisionTable id="t"><dmn:output id="o"/><dmn:rule id="r"><dmn:outputEntry id="e"><dmn:text>1</dmn:text>'
        b"</dmn:outputEntry></dmn:rule></dmn:decisionTable></dmn:decision><di:DMNDiagram/></dmn:definitions>\n"
    )
    assert change_cells(kept, {}).replace(b"?>\n", b"?>") == kept
    changed = change_cells(kept, {"e": '"<&"'})
    assert evaluate(parse_model(changed), "D", {}) == "<&"
    assert change_cells(changed, {"e": "1"}) == change_cells(kept, {})
    with pytest.raises(TableError):
        change_cells(kept, {"nowhere": "1"})


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.dmn")), ids=lambda path: path.stem)
def test_the_projects_own_tables_survive_being_written_back(path: object) -> None:
    before = path.read_bytes()  # type: ignore[attr-defined]
    again = change_cells(before, {})
    assert change_cells(again, {}) == again
    assert again.count(b"<inputEntry") == before.count(b"<inputEntry")

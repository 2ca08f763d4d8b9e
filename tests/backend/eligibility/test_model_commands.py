"""``baidiao rules decide|test|check FILE``: any DMN model on the command line, and where a refused one is at fault."""

import json
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.eligibility.errors import TableError
from backend.eligibility.feel.values import Months
from backend.eligibility.loading import TABLES
from backend.eligibility.model.cases import parse_cases, run_case, same
from backend.eligibility.model.lines import find_line
from backend.eligibility.model.reading import parse_model
from backend.eligibility.model.told import read_inputs, to_json
from backend.eligibility.model.writing import set_version
from backend.rules_cli import rules
from tests.support.dmn_models import dmn, expression, inputs, requires, table

CASES = Path(__file__).parents[2] / "dmn"
FUNCTIONS = CASES / "0005-functions-and-contexts" / "0005-functions-and-contexts.dmn"
LOAN = {"principal": 1200, "yearly rate": 0.5, "first day": "2026-12-01"}


def _run(*words: object, told: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(rules, list(map(str, words)), input=told)
    return done.exit_code, done.output


def test_a_model_decides_on_json_with_days_as_text() -> None:
    code, said = _run("decide", FUNCTIONS, told=json.dumps({"Loan": LOAN, "Grade": "B", "Opinion": "fine"}))
    assert code == 0
    found = json.loads(said)["decisions"]
    assert found["Payment"] == 62.5
    assert found["Summary"] == {"says": "Pay 62.5 from 2026-12-01", "clerk": "fine"}


def test_one_decision_and_what_hangs_on_what_is_not_known() -> None:
    told = json.dumps({"Loan": LOAN})
    code, said = _run("decide", FUNCTIONS, "-", "--decision", "d_Payment", "--unknown", told=told)
    assert (code, json.loads(said)) == (0, {"decisions": {}, "undecided": ["Payment"]})


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"Loan": {**LOAN, "first day": "1 December"}}, "input Loan, first day: '1 December' is not a date"),
        ({"Lone": {}}, "input Lone: the model takes Grade, Loan, Opinion"),
        ([], "must be a JSON object"),
    ],
)
def test_what_is_told_wrongly_is_refused_by_name(told: object, fault: str) -> None:
    code, said = _run("decide", FUNCTIONS, told=json.dumps(told))
    assert code == 1
    assert fault in said


def test_cases_of_the_kits_form_are_run_and_what_differs_is_shown(tmp_path: Path) -> None:
    cases = FUNCTIONS.with_name("0005-functions-and-contexts-test-01.xml")
    assert _run("test", FUNCTIONS, cases) == (0, "7 as expected, 0 otherwise\n")
    other = tmp_path / "other.xml"
    other.write_bytes(cases.read_bytes().replace(b">429.17<", b">429.18<"))
    code, said = _run("test", FUNCTIONS, other)
    assert code == 1
    assert "001 Payment: [found, expected] = [429.17, 429.18]" in said
    assert "6 as expected, 1 otherwise" in said


def test_a_file_is_checked_before_it_is_submitted_and_refused_with_its_line(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("BAIDIAO_CENTRE_DATABASE_URL", f"sqlite:///{tmp_path / 'c.sqlite3'}")
    dmn_file = tmp_path / "t.dmn"
    written = (TABLES / "old_age_allowance.dmn").read_bytes()
    dmn_file.write_bytes(written.replace(b"[80..89]", b"[79..89]"))
    code, said = _run("check", dmn_file)
    assert (code, said.count("overlap  rows 7, 8")) == (0, 1)
    dmn_file.write_bytes(written)
    assert _run("check", dmn_file) == (0, "no gap, no overlap, every rule can speak\n")
    dmn_file.write_bytes(set_version(written, "2570.1", date(2027, 1, 1)))
    code, said = _run("submit", dmn_file, TABLES / "old_age_allowance.words.json", "--author", "a@example.org")
    assert code == 1
    assert said.startswith("Error: the centre's database does not answer as it should (no such table: rule_versions)")
    faulty = written.replace(b"[80..89]", b"every x in y")
    dmn_file.write_bytes(faulty)
    code, said = _run("check", dmn_file)
    line = faulty[: faulty.index(b"every x in y")].count(b"\n") + 1
    assert code == 1
    assert "rule 8, input 3" in said
    assert f"(line {line} of the file)" in said


def test_the_line_is_that_of_the_decision_named() -> None:
    rows = [["> 1", '"a"'], ["> 2", '"b"']]
    one = table("One", [("Age", "number")], [("x", "string")], rows, "", requires("Age"))
    two = table(
        "Two  Words", [("Age", "number")], [("x", "string")], [rows[0], ["today()", '"b"']], "", requires("Age")
    )
    xml = dmn(inputs(Age="number") + one + two).replace(b"<decision", b"\n<decision").replace(b"<rule", b"\n<rule")
    with pytest.raises(TableError) as caught:
        parse_model(xml)
    assert caught.value.place == "decision Two Words, rule 2, input 1 (Age)"
    assert find_line(xml, caught.value.place) == xml[: xml.index(b"today()")].count(b"\n") + 1
    assert find_line(xml, "decision One") == 2
    assert find_line(xml, "decision Three, rule 1") is None
    assert find_line(xml, "hitPolicy") is None


def test_a_name_followed_by_a_bracket_is_a_call_and_recursion_is_refused() -> None:
    function = (
        '<businessKnowledgeModel id="b_f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        "<literalExpression><text>f(n)</text></literalExpression></encapsulatedLogic>"
        '<knowledgeRequirement><requiredKnowledge href="#b_f"/></knowledgeRequirement></businessKnowledgeModel>'
    )
    with pytest.raises(TableError, match="requires itself"):
        parse_model(dmn(function + expression("D", "1")))
    java = function.replace("<encapsulatedLogic>", '<encapsulatedLogic kind="Java">')
    with pytest.raises(TableError, match="in Java is not supported"):
        parse_model(dmn(java + expression("D", "1")))
    model = parse_model(dmn(inputs(a="number") + expression("D", "a(1)", requires("a"))))
    assert run_case(model, parse_cases(_kit("<value>1</value>", "<value>1</value>"), model, "x")[0]) == (False, None)


def _kit(given: str, expected: str) -> bytes:
    return (
        '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"><testCase id="1">'
        f'<inputNode name="a">{given}</inputNode><resultNode name="D"><expected>{expected}</expected></resultNode>'
        "</testCase></testCases>"
    ).encode()


def test_values_are_the_same_to_the_kits_precision_and_no_further() -> None:
    assert same(Decimal("2778.693549432766"), Decimal("2778.69354943277"))
    assert not same(Decimal("2778.6936"), Decimal("2778.69354943277"))
    assert not same([Decimal(1)], [Decimal(1), None])
    assert not same({"a": True}, {"a": Decimal(1)})
    assert not same(None, [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("600.0"), 600),
        (Decimal("0.5"), 0.5),
        (Months(-30), "-P2Y6M"),
        (Months(0), "P0M"),
        (timedelta(days=1, hours=2, seconds=3, microseconds=500_000), "P1DT2H3.5S"),
        (-timedelta(minutes=90), "-PT1H30M"),
        (timedelta(0), "PT0S"),
        ([date(2026, 11, 24), {"at": time(8, 30)}, None], ["2026-11-24", {"at": "08:30:00"}, None]),
    ],
)
def test_values_as_json(value: object, shown: object) -> None:
    assert to_json(value) == shown


def test_text_is_only_read_where_a_day_is_declared() -> None:
    types = '<itemDefinition name="tDays" isCollection="true"><typeRef>date</typeRef></itemDefinition>'
    model = parse_model(dmn(types + inputs(days="tDays", text="string") + expression("D", "days", requires("days"))))
    read = read_inputs(model, {"days": ["2026-11-24"], "text": "2026-11-24"})
    assert read == {"days": [date(2026, 11, 24)], "text": "2026-11-24"}

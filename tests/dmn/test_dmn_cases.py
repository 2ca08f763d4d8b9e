"""Models and cases in the form of the DMN technology compatibility kit, written for this project."""

from decimal import Decimal
from pathlib import Path

import pytest
from defusedxml import ElementTree

from backend.eligibility.feel.literals import parse_date, parse_duration, parse_time
from backend.eligibility.model.evaluation import evaluate
from backend.eligibility.model.reading import parse_model

HERE = Path(__file__).parent
CASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
READERS = {
    "decimal": Decimal,
    "string": str,
    "boolean": lambda text: text == "true",
    "date": parse_date,
    "time": parse_time,
    "duration": parse_duration,
}


def _value(holder):
    if (items := holder.find(f"{CASE}list")) is not None:
        return [_value(item) for item in items]
    if components := holder.findall(f"{CASE}component"):
        return {component.get("name"): _value(component) for component in components}
    value = holder.find(f"{CASE}value")
    if value.get(f"{XSI}nil") == "true":
        return None
    return READERS[value.get(f"{XSI}type").partition(":")[2]](value.text or "")


def _cases():
    for file in sorted(HERE.glob("*/*-test-*.xml")):
        for case in ElementTree.parse(file).getroot().findall(f"{CASE}testCase"):
            given = {node.get("name"): _value(node) for node in case.findall(f"{CASE}inputNode")}
            for result in case.findall(f"{CASE}resultNode"):
                name = result.get("name")
                yield pytest.param(
                    file.parent, given, name, _value(result.find(f"{CASE}expected")),
                    id=f"{file.parent.name[:4]}-{case.get('id')}-{name}",
                )  # fmt: skip


@pytest.mark.parametrize(("folder", "given", "decision", "expected"), list(_cases()))
def test_a_decision_comes_out_as_the_case_says(folder, given, decision, expected):
    model = parse_model((folder / f"{folder.name}.dmn").read_bytes(), folder.name)
    found = evaluate(model, decision, given)
    assert found == expected
    assert type(found) is type(expected)

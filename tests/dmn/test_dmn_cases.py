"""Models and cases in the form of the DMN technology compatibility kit, written for this project."""

from pathlib import Path

import pytest

from backend.eligibility.model.cases import parse_cases, run_case
from backend.eligibility.model.reading import parse_model

HERE = Path(__file__).parent


def _cases():
    for file in sorted(HERE.glob("*/*-test-*.xml")):
        name = file.parent.name
        model = parse_model((file.parent / f"{name}.dmn").read_bytes(), name)
        for case in parse_cases(file.read_bytes(), model, file.name):
            yield pytest.param(model, case, id=f"{name[:4]}-{case.case_id}".replace(" ", "-"))


@pytest.mark.parametrize(("model", "case"), list(_cases()))
def test_a_decision_comes_out_as_the_case_says(model, case):
    fits, found = run_case(model, case)
    assert fits, f"{found!r}, not {case.expected!r}"

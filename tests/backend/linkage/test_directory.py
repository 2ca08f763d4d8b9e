import json
from pathlib import Path
from typing import Any

import pytest

from backend.linkage.directory import parse_directory
from backend.linkage.errors import DirectoryError
from backend.linkage.facts import FACT_TYPES, Fact
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "id": "some_agency",
        "name": {"th": "หน่วยงาน", "en": "Agency"},
        "adapter": "rest",
        "base_url": "http://127.0.0.1:9",
        "requests": [request()],
        **changes,
    }


def request(**changes: Any) -> dict[str, Any]:
    return {
        "path": "/v1/ask",
        "send": {"citizen_number": "citizen_number"},
        "facts": {"registry.alive": {"at": "alive", "as": "bool"}},
        **changes,
    }


def text(*agencies: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "agencies": agencies})


def test_the_demo_directory_yields_every_fact_from_six_agencies() -> None:
    directory = load_directory(DEFAULT_DIRECTORY)
    assert [agency.id for agency in directory.agencies] == [
        "civil_registry",
        "revenue",
        "comptroller_general",
        "disability_register",
        "welfare_register",
        "health_security",
    ]
    assert [agency.base_url.rpartition(":")[2] for agency in directory.agencies] == [str(p) for p in range(8101, 8107)]
    orphans = {fact.partition(".")[0] for fact in FACT_TYPES if directory.agency_of(fact) is None}
    assert orphans == {"social_security", "transport", "student_loan", "business", "groundwater"}
    assert directory.agencies[0].deadline_ms == 2500


def test_nobody_yields_a_fact_that_is_not_listed() -> None:
    assert parse_directory(text(entry())).agency_of(Fact.STATE_PENSION) is None


@pytest.mark.parametrize(
    ("agencies", "place"),
    [
        ([entry(base_url="ftp://host")], "not an http or https"),
        ([entry(base_url="http://user:secret@host")], "no user"),
        ([entry(base_url="http://host/?id=1")], "no user, query"),
        ([entry(deadline_ms=0)], "agencies.0.deadline_ms"),
        ([entry(adapter="ftp")], "agencies.0.adapter"),
        ([entry(adapter="soap")], "operation"),
        ([entry(colour="blue")], "agencies.0.colour"),
        ([entry(), entry()], "twice"),
        ([entry(), entry(id="other_agency")], "registry.alive"),
        ([entry(requests=[request(path="no-slash")])], "agencies.0.requests.0.path"),
        ([entry(requests=[request(path="/v1/{citizen_number}")])], "number_in_url"),
        ([entry(requests=[request(send={"x": "photo"})])], "agencies.0.requests.0.send.x"),
        ([entry(requests=[request(facts={"registry.alive": {"at": "a", "as": "int"}})])], "does not yield a bool"),
        ([entry(requests=[request(facts={"registry.birth": {"at": "a", "as": "date"}})])], "does not yield a Birth"),
        ([entry(requests=[request(facts={"health.scheme": {"at": "a", "as": "text"}})])], "one_of"),
        ([entry(requests=[request(facts={"registry.alive": {"at": "a", "as": "equals"}})])], "value"),
        ([entry(requests=[request(facts={"no.such_fact": {"at": "a", "as": "bool"}})])], "no.such_fact"),
        ([entry(requests=[request(absent={"registry.alive": 0})])], "'absent' is not a bool"),
        ([entry(requests=[request(absent={"comptroller.state_pension": False})])], "not in 'facts'"),
        ([], "agencies"),
    ],
)
def test_what_is_wrong_is_named(agencies: list[dict[str, Any]], place: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        parse_directory(text(*agencies))
    assert place in str(caught.value)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="cannot be read"):
        load_directory(tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(DirectoryError, match="not JSON"):
        load_directory(broken)

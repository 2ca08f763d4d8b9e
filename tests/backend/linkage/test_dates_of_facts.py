"""A fact is as old as its agency says, and the rules' limits of freshness bite on that."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.linkage.adapters.rest import RestProvider
from backend.linkage.directory import Agency, Directory, Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.hosted.upload import Upload, take_in
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.ports import DatedFacts, Provider
from backend.linkage.reading import read_facts
from backend.linkage.transport import HttpTransport
from backend.linkage.written_dates import parse_moment
from contracts.decision import NotKnownCause, Outcome
from contracts.message import Words
from tests.support.linkage_agencies import NUMBER, AgencyServer, says, subject
from tests.support.linkage_decisions import GRANDMOTHER, NOW, Centre, TestDevice, body_of, question
from tests.support.linkage_fakes import FakeProvider
from tests.support.linkage_stages import HOSTED, HOSTED_HEAD

DAY = datetime(2026, 10, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "form", "buddhist", "moment"),
    [
        ("2026-11-01", "", False, DAY),
        ("2569-11-01", "", True, DAY),
        ("01/11/2569", "DD/MM/YYYY", True, DAY),
        (" 2026-11-01T00:00:00 ", "", False, DAY),
        ("2026-11-01T02:30:00+07:00", "", False, DAY + timedelta(hours=2, minutes=30)),
        ("2026-10-31T17:00:00Z", "", False, DAY),
        ("2026-11-00", "", False, None),
        ("00/11/2569", "DD/MM/YYYY", True, None),
        ("31/02/2569", "DD/MM/YYYY", True, None),
        ("2026-11-01", "DD/MM/YYYY", False, None),
        ("0001-01-01", "", False, None),
        ("9999-12-31T23:59:59-12:00", "", False, None),
        ("yesterday", "", False, None),
        ("", "", False, None),
    ],
)
def test_moments_are_read_as_agencies_write_them(text: str, form: str, buddhist: bool, moment: datetime | None) -> None:
    assert parse_moment(text, form, buddhist=buddhist) == moment


def request(**as_of: str) -> Request:
    facts = {"comptroller.state_pension": {"at": "pension", "as": "bool"}}
    told: dict[str, Any] = {"send": {"id": "citizen_number"}, "facts": facts, "as_of": {"at": "of", **as_of}}
    return Request.model_validate(told | {"absent": {"comptroller.state_pension": False}})


@pytest.mark.parametrize(
    ("of", "detail"), [(None, "missing:as_of"), ("soon", "wrong_type:as_of"), (1730000000, "wrong_type:as_of")]
)
def test_an_answer_that_does_not_say_its_date_as_agreed_is_a_wrong_one(of: object, detail: str) -> None:
    wanted = frozenset({Fact.STATE_PENSION})
    with pytest.raises(WrongAnswerError) as caught:
        read_facts(request(), {"found": True, "pension": True, "of": of}, wanted, lexical=False, about=NUMBER)
    assert caught.value.detail == detail
    absent = read_facts(request(), {"found": False}, wanted, lexical=False, about=NUMBER)
    assert absent == {Fact.STATE_PENSION: False}
    assert not isinstance(absent, DatedFacts)


def test_an_entry_with_a_form_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="DD, MM and YYYY"):
        request(form="DD/MM")


def gathered(provider: Provider) -> Gathered:
    linked = LinkedAgency("comptroller_general", Words(th="ก", en="A"), 1.0, 8, (provider,))
    gatherer = FactGatherer([linked], AgencyLoop())
    try:
        (last,) = gatherer.gather(subject(), frozenset({Fact.STATE_PENSION}), tell_progress=False)
    finally:
        gatherer.close()
    assert isinstance(last, Gathered)
    return last


def test_a_date_ahead_of_the_clock_is_not_believed_but_a_clock_may_differ() -> None:
    now = datetime.now(UTC)
    ahead = gathered(FakeProvider({Fact.STATE_PENSION: False}, as_of=now + timedelta(minutes=10)))
    assert ahead.causes == {Fact.STATE_PENSION: NotKnownCause.BAD_ANSWER}
    nearly = gathered(FakeProvider({Fact.STATE_PENSION: False}, as_of=now + timedelta(minutes=2)))
    as_of = nearly.facts[Fact.STATE_PENSION].as_of
    assert as_of is not None
    assert now <= as_of <= datetime.now(UTC)
    undated = gathered(FakeProvider({Fact.STATE_PENSION: False})).facts[Fact.STATE_PENSION].as_of
    assert undated is not None
    assert undated >= now


def test_a_register_s_rows_may_have_dates_of_their_own(tmp_path: Path) -> None:
    told = HOSTED.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told["hosted"]["columns"]["of"] = "ณ วันที่"
    told["requests"][0]["as_of"] = {"at": "of", "form": "DD/MM/YYYY", "era": "be"}
    agency = Agency.model_validate(told)
    shelf = RegisterShelf(tmp_path / "registers", bytes(32))
    line = f"{NUMBER},true,84000,2025-02-28,00/00/2496,UCS"

    def take(of: str) -> tuple[bool, dict[str, Any]]:
        file = tmp_path / "register.csv"
        file.write_text(f"{HOSTED_HEAD},ณ วันที่\n{line},{of}\n", "utf-8")
        return take_in(agency, Upload(file, date(2026, 11, 20)), shelf, NOW, lambda _l, _w: None)

    good, report = take("")
    assert not good
    assert report["faults"] == [{"column": "ณ วันที่", "code": "missing", "count": 1}]
    assert take("01/11/2569")[0]
    gatherer = FactGatherer.from_directory(Directory(version=1, agencies=(agency,)), shelf)
    try:
        (last,) = gatherer.gather(subject(), frozenset({Fact.ALIVE}), tell_progress=False)
    finally:
        gatherer.close()
    assert isinstance(last, Gathered)
    assert last.facts[Fact.ALIVE].as_of == DAY


def test_a_decision_counts_a_fact_as_old_as_its_agency_says(tmp_path: Path) -> None:
    centre, transport = Centre(tmp_path), HttpTransport()
    centre.now = datetime.now(UTC)
    others = {fact: value for fact, value in GRANDMOTHER.items() if fact is not Fact.STATE_PENSION}
    name = Words(th="ก", en="A")
    with AgencyServer() as server:
        pensions = RestProvider(server.base_url, request(), transport)
        agencies = [
            LinkedAgency("comptroller_general", name, 5.0, 8, (pensions,)),
            LinkedAgency("others", name, 5.0, 8, (FakeProvider(others),)),
        ]
        gatherer = FactGatherer(agencies, AgencyLoop(), transport)
        centre.gatherer = gatherer
        service = centre.restart()

        def outcome(days: int) -> tuple[Outcome, str]:
            of = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            server.behaviour = says({"found": True, "pension": False, "of": of})
            asked = question("old_age_allowance")
            (decision,) = service.ask(TestDevice(), asked, body_of(asked)).decisions
            return decision.outcome, decision.reasons[0].code

        try:
            assert outcome(29)[0] is Outcome.ELIGIBLE
            assert outcome(31) == (Outcome.UNDECIDED, "unknown.comptroller_general.stale")
        finally:
            gatherer.close()
            centre.close()

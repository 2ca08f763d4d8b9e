"""Demo agencies as a database and as a file, and every way in which they can be told to fail."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from backend.demo.control import Failure
from backend.demo.flat import COLUMNS
from backend.demo.registers import AGENCY_IDS
from backend.linkage.adapters.linking import make_providers
from backend.linkage.directory import Agency
from backend.linkage.facts import Fact
from backend.linkage.hosted.check import HeadError
from backend.linkage.hosted.sheets import SheetError
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.hosted.upload import Upload, take_in
from backend.linkage.ports import Closing, DatedFacts, Facts, NotKnown
from backend.linkage.transport import HttpTransport
from contracts.card import Birth
from contracts.decision import NotKnownCause
from tests.support.agency_servers import build_small_stores, running_agency
from tests.support.linkage_agencies import subject

GRANDMOTHER, UNKNOWN = "3550100123457", "1101700207030"
NAME = {"th": "ก", "en": "A"}
FACTS: dict[str, Any] = {
    "registry.birth": {"at": "birth", "as": "birth"},
    "registry.thai_national": {"at": "nationality", "as": "equals", "value": "THA"},
    "registry.alive": {"at": "alive", "as": "bool"},
}
FLAGS = {"values": {"1": True, "0": False}}
KNOWN = {Fact.BIRTH: Birth(year=1953), Fact.THAI_NATIONAL: True, Fact.ALIVE: True}
UNTIL: dict[Failure, tuple[NotKnownCause, bool]] = {
    Failure.ERROR: (NotKnownCause.BAD_ANSWER, False),
    Failure.HANG: (NotKnownCause.TIMEOUT, True),
    Failure.CLOSE: (NotKnownCause.UNREACHABLE, True),
    Failure.GARBAGE: (NotKnownCause.BAD_ANSWER, False),
    Failure.HALF: (NotKnownCause.BAD_ANSWER, False),
    Failure.WRONG_TYPE: (NotKnownCause.BAD_ANSWER, False),
    Failure.OVERSIZED: (NotKnownCause.BAD_ANSWER, False),
    Failure.BUSY: (NotKnownCause.OVERLOADED, True),
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("stores")
    build_small_stores(directory)
    return directory


def by_view(file: Path) -> Agency:
    request = {
        "view": "citizens",
        "send": {"citizen_number": "citizen_number"},
        "facts": FACTS,
        "as_of": {"at": "updated"},
    }
    told = {"id": "civil_registry", "name": NAME, "adapter": "sql", "base_url": f"sqlite:///{file}"}
    return Agency.model_validate(told | {"requests": [request]})


def by_file() -> Agency:
    facts = FACTS | {
        "registry.birth": {"at": "born", "as": "birth", "form": "DD/MM/YYYY", "era": "be"},
        "registry.alive": FACTS["registry.alive"] | FLAGS,
    }
    request = {"send": {"citizen_number": "citizen_number"}, "facts": facts, "as_of": {"at": "updated"}}
    told = {"id": "civil_registry", "name": NAME, "adapter": "hosted", "hosted": {}}
    return Agency.model_validate(told | {"requests": [request]})


def ask(agency: Agency, number: str = GRANDMOTHER, shelf: RegisterShelf | None = None) -> Facts | NotKnown:
    (provider,) = make_providers(agency, HttpTransport(), shelf)
    deadline_s = 0.5
    try:
        return asyncio.run(provider.ask(subject(number), frozenset(KNOWN), deadline_s))
    finally:
        assert isinstance(provider, Closing)
        provider.close()


def switch(url: str, **control: object) -> None:
    requests.put(url + "/control", json={"failure": "none", "latency_ms": 0} | control, timeout=5).raise_for_status()


@pytest.fixture
def registry(stores: Path, tmp_path: Path) -> Any:
    with running_agency("civil_registry", stores, tmp_path / "view.sqlite3") as url:
        yield url


def test_the_view_can_be_read_and_fails_in_every_way_it_is_told(registry: str, tmp_path: Path) -> None:
    agency = by_view(tmp_path / "view.sqlite3")
    for failure, (cause, retryable) in UNTIL.items():
        switch(registry, failure=failure.value)
        told = ask(agency)
        assert isinstance(told, NotKnown), failure
        assert (told.cause, told.retryable) == (cause, retryable), failure
    switch(registry, failure="lie")
    assert ask(agency) not in (KNOWN, None), "another one's values"
    switch(registry, latency_ms=10)
    answer = ask(agency)
    assert answer == KNOWN
    assert isinstance(answer, DatedFacts)
    assert answer.as_of == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert ask(agency, UNKNOWN) == NotKnown(NotKnownCause.NO_RECORD, retryable=False)


def test_the_file_can_be_taken_in_and_a_bad_one_is_refused(registry: str, tmp_path: Path) -> None:
    agency, shelf = by_file(), RegisterShelf(tmp_path / "registers", bytes(32))

    def take() -> bool:
        file = tmp_path / "register.csv"
        file.write_bytes(requests.get(registry + "/register.csv", timeout=5).content)
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return take_in(agency, Upload(file, date(2026, 11, 23)), shelf, now, lambda _lines, _wrong: None)[0]

    assert take()
    assert ask(agency, shelf=shelf) == KNOWN
    for failure in ("wrong_type", "half", "garbage", "garbage", "oversized"):
        switch(registry, failure=failure)
        try:
            assert not take(), failure
        except (HeadError, SheetError):
            continue
    assert ask(agency, shelf=shelf) == KNOWN, "the version before stays"
    for failure, status in (("error", 500), ("busy", 503)):
        switch(registry, failure=failure)
        assert requests.get(registry + "/register.csv", timeout=5).status_code == status
    switch(registry, failure="lie")
    assert take(), "nobody can see that"
    assert ask(agency, shelf=shelf) != KNOWN


@pytest.mark.parametrize("agency_id", AGENCY_IDS)
def test_every_register_has_its_columns(stores: Path, tmp_path: Path, agency_id: str) -> None:
    with running_agency(agency_id, stores, tmp_path / "view.sqlite3") as url:
        lines = requests.get(url + "/register.csv", timeout=5).text.splitlines()
    assert lines[0].split(",") == ["citizen_number", "updated", *COLUMNS[agency_id]]
    assert len(lines) > 1
    assert {len(line.split(",")) for line in lines} == {len(COLUMNS[agency_id]) + 2}


@pytest.mark.parametrize(("failure", "said"), [("half", False), ("wrong_type", True), ("busy", None)])
def test_the_soap_service_too(stores: Path, failure: str, said: bool | None) -> None:
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><q:GetDisabilityCard '
        f'xmlns:q="urn:baidiao:demo:disability"><q:CitizenNumber>{GRANDMOTHER}</q:CitizenNumber>'
        "</q:GetDisabilityCard></e:Body></e:Envelope>"
    )
    with running_agency("disability_register", stores) as url:
        switch(url, failure=failure)
        answer = requests.post(url + "/soap", data=body, timeout=5)
    assert answer.status_code == (503 if said is None else 200)
    assert ("perhaps" in answer.text) is bool(said)
    assert "<Valid>true" not in answer.text
    assert "<Valid>false" not in answer.text

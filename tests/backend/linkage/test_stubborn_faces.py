"""Demo agencies made stubborn in every way, under every face over HTTP: told as not known, and nobody else is hurt."""

import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from backend.demo.control import Failure
from backend.demo.dci.keys import CENTRE, demo_key
from backend.demo.faces import xroad_service
from backend.demo.papers import Papers
from backend.linkage.directory import Agency, Directory
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from contracts.decision import AskState, NotKnownCause
from tests.support.agency_servers import build_small_stores, running_agency
from tests.support.linkage_agencies import subject

PENSIONER, DISABLED = "3100900567817", "1509900678901"
PENSION, CARD, INCOME = Fact.STATE_PENSION, Fact.DISABILITY_CARD_VALID, Fact.INCOME_YEAR_BAHT
OFFICE, CARDS, HEALTHY = "comptroller_general", "disability_register", "revenue"
FACES = ("rest", "soap", "xroad", "dci", "broker")
BAD, SILENT, GONE = NotKnownCause.BAD_ANSWER, NotKnownCause.TIMEOUT, NotKnownCause.UNREACHABLE
CAUSES = {
    Failure.ERROR: BAD,
    Failure.HANG: SILENT,
    Failure.CLOSE: GONE,
    Failure.GARBAGE: BAD,
    Failure.OVERSIZED: BAD,
    Failure.REDIRECT: BAD,
    Failure.HALF: BAD,
    Failure.WRONG_TYPE: BAD,
    Failure.BUSY: NotKnownCause.OVERLOADED,
    Failure.WRONG_MEDIA: BAD,
    Failure.CUT: BAD,
    Failure.DRIP: SILENT,
    Failure.BAD_TLS: GONE,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("stores")
    build_small_stores(directory)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "centre.pem").write_bytes(demo_key(CENTRE).private_bytes(*form))
    return directory


@pytest.fixture(scope="module")
def agencies(folder: Path) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(running_agency(name, folder)) for name in (OFFICE, CARDS, HEALTHY)}


def entry(name: str, url: str, request: dict[str, Any], **more: Any) -> Agency:
    words = {"th": name, "en": name}
    known = {"send": {"citizen_number": "citizen_number"}, **request}
    told = {"id": name, "name": words, "adapter": "rest", "base_url": url, "deadline_ms": 600}
    return Agency.model_validate({**told, "requests": [known], **more})


def speak(face: str, agencies: dict[str, str], folder: Path) -> Agency:
    """Return an agency's entry under one of its faces."""
    ask: dict[str, Any] = {"facts": {PENSION: {"at": "receives_state_pension", "as": "bool"}}}
    url = agencies[OFFICE]
    if face == "rest":
        return entry(OFFICE, url, ask | {"path": "/v1/pension"})
    if face == "xroad":
        party = {"client": "TH/GOV/0000/baidiao", "service": xroad_service(OFFICE, "/v1/pension")}
        return entry(OFFICE, url, ask, adapter="xroad", xroad=party)
    if face == "dci":
        public = demo_key(OFFICE).public_key().public_bytes_raw().hex()
        names = {"sender_id": CENTRE, "receiver_id": OFFICE, "registry_type": "ns:org:RegistryType:Social"}
        dci = names | {"signing_key_file": str(folder / "centre.pem"), "answer_key": public}
        return entry(OFFICE, url, ask, adapter="dci", dci=dci)
    if face == "broker":
        sources = {"pension": {"th": "บำนาญ", "en": "pensions"}}
        return entry(OFFICE, url, ask | {"path": "/v1/broker", "source": "pension"}, adapter="broker", sources=sources)
    urn = "urn:baidiao:demo:disability"
    spoken = {"operation": "GetDisabilityCard", "namespace": urn, "soap_action": f"{urn}/GetDisabilityCard"}
    facts = {"facts": {CARD: {"at": "Valid", "as": "bool"}}, "found": "Found", "absent": {CARD: False}}
    request = {"path": "/soap", "send": {"CitizenNumber": "citizen_number"}, **spoken, **facts}
    return entry(CARDS, agencies[CARDS], request, adapter="soap")


def gather(*linked: Agency) -> Gathered:
    """Ask all at once; every agency's breaker is new."""
    number = DISABLED if linked[0].id == CARDS else PENSIONER
    gatherer = FactGatherer.from_directory(Directory(version=1, note="", agencies=linked))
    try:
        found = list(gatherer.gather(subject(number), frozenset({PENSION, CARD, INCOME})))[-1]
    finally:
        gatherer.close()
    assert isinstance(found, Gathered)
    return found


def healthy(agencies: dict[str, str]) -> Agency:
    return entry(
        HEALTHY, agencies[HEALTHY], {"path": "/v1/assessment", "facts": {INCOME: {"at": "income_baht", "as": "int"}}}
    )


def switch(url: str, **control: object) -> None:
    """Tell an agency how to be, whatever certificate it shows."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    place = urlsplit(url).netloc
    connection = HTTPSConnection(place, context=anybody) if url.startswith("https") else HTTPConnection(place)
    with closing(connection):
        connection.request("PUT", "/control", json.dumps({"failure": "none", "latency_ms": 0} | control))
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("face", FACES)
def test_whatever_an_agency_does_is_told_and_hurts_nobody_else(
    face: str, agencies: dict[str, str], folder: Path
) -> None:
    stubborn, beside = speak(face, agencies, folder), healthy(agencies)
    (fact,) = stubborn.requests[0].facts
    right = gather(stubborn, beside)
    assert fact in right.facts
    assert INCOME in right.facts
    try:
        for failure, cause in CAUSES.items():
            switch(stubborn.base_url, failure=failure.value)
            found = gather(stubborn, beside)
            assert found.causes == {fact: cause}, failure
            assert found.facts[INCOME].value == right.facts[INCOME].value, failure
            states = {one.agency_id: one.state for one in found.sources if one.agency_id == HEALTHY}
            assert states == {HEALTHY: AskState.ANSWERED}, failure
        switch(stubborn.base_url, failure="none", latency_ms=2000)
        assert gather(stubborn, beside).causes == {fact: SILENT}, "too late is silent"
        switch(stubborn.base_url, failure="lie")
        lied = gather(stubborn, beside)
        assert lied.facts[fact].value is not right.facts[fact].value, "a lie of the right form cannot be seen"
    finally:
        switch(stubborn.base_url)


def test_a_certificate_that_nobody_signed_is_not_believed(folder: Path, tmp_path: Path) -> None:
    papers = Papers(tmp_path, OFFICE, "127.0.0.1")
    with running_agency(OFFICE, folder, papers=papers) as url, running_agency(HEALTHY, folder) as other:
        ask = {"path": "/v1/pension", "facts": {PENSION: {"at": "receives_state_pension", "as": "bool"}}}
        trusting = entry(OFFICE, url, ask, tls={"ca_file": str(papers.authority)})
        beside = healthy({HEALTHY: other})
        assert gather(trusting, beside).facts[PENSION].value is True
        assert gather(entry(OFFICE, url, ask), beside).causes == {PENSION: GONE}, "no authority of the system's"
        switch(url, failure="bad_tls")
        found = gather(trusting, beside)
        assert (found.causes, INCOME in found.facts) == ({PENSION: GONE}, True)
        careful = HTTPSConnection(urlsplit(url).netloc, context=ssl.create_default_context(cafile=papers.authority))
        with closing(careful), pytest.raises(ssl.SSLCertVerificationError):
            careful.request("GET", "/healthz")
        switch(url)
        assert gather(trusting, beside).facts[PENSION].value is True


def test_an_address_where_nobody_is(agencies: dict[str, str]) -> None:
    ask = {"path": "/v1/pension", "facts": {PENSION: {"at": "receives_state_pension", "as": "bool"}}}
    for url in ("http://127.0.0.1:9", agencies[OFFICE].replace("http:", "https:")):
        found = gather(entry(OFFICE, url, ask), healthy(agencies))
        assert (found.causes, INCOME in found.facts) == ({PENSION: GONE}, True)

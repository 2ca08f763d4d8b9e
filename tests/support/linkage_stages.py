"""Every adapter on a stage: a real provider before a real socket or file, put into one situation after another."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.linkage.adapters.broker import BrokerDesk, BrokerProvider
from backend.linkage.adapters.dci import DciProvider
from backend.linkage.adapters.dci_envelope import seal, unseal
from backend.linkage.adapters.hosted import HostedProvider
from backend.linkage.adapters.linking import make_providers
from backend.linkage.adapters.rest import RestProvider
from backend.linkage.adapters.soap import SoapProvider
from backend.linkage.adapters.sql_view import SqlViewProvider, open_read_only
from backend.linkage.adapters.together import TogetherProvider
from backend.linkage.adapters.xroad import XRoadProvider, hash_request
from backend.linkage.directory import Agency, Request
from backend.linkage.facts import Fact
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.hosted.upload import Upload, take_in
from backend.linkage.interfaces import DciParty, XRoadParty
from backend.linkage.mapping import BulkShape
from backend.linkage.ports import NotKnown, Provider
from backend.linkage.transport import HttpTransport
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import NUMBER, AgencyServer, Behaviour, drops, hangs, says, sends
from tests.support.linkage_contract import AS_OF, KNOWN
from tests.support.linkage_fakes import FakeProvider

OTHER = "1101700207030"
READINGS: dict[str, Any] = {
    "registry.alive": {"at": "alive", "as": "bool"},
    "revenue.income_year_baht": {"at": "money.income", "as": "int"},
    "welfare.newborn_birth": {"at": "child", "as": "date"},
    "registry.birth": {"at": "birth", "as": "birth"},
    "health.scheme": {"at": "scheme", "as": "text", "one_of": ["UCS", "NONE"]},
}
COMMON: dict[str, Any] = {
    "facts": READINGS,
    "absent": {"registry.alive": False},
    "whose": "number",
    "as_of": {"at": "updated"},
}
NAMESPACE = "urn:test:agency"
REST = Request.model_validate({**COMMON, "path": "/ask", "send": {"citizen_number": "citizen_number"}})
SOAP = REST.model_copy(update={"operation": "Ask", "namespace": NAMESPACE, "soap_action": "urn:test:agency/Ask"})
XROAD_REQUEST = REST.model_copy(update={"path": "/"})
FLAT = {**READINGS, "revenue.income_year_baht": {"at": "income", "as": "int"}}
VIEW = Request.model_validate({**COMMON, "facts": FLAT, "view": "persons", "send": {"number": "citizen_number"}})
RECORD: dict[str, Any] = {
    "number": NUMBER,
    "alive": True,
    "money": {"income": 84_000},
    "child": "2025-02-28",
    "birth": {"year": 1953, "month": None, "day": None},
    "scheme": "UCS",
    "updated": "2026-11-01",
    "more": [1, {"x": None}],
}
GOOD: dict[str, Any] = {"found": True, **RECORD}
GOOD_XML = (
    f"<a:found>true</a:found><number>{NUMBER}</number><a:alive>1</a:alive><money><income> 84000 </income></money>"
    '<child>2025-02-28</child><birth><year>1953</year><month xsi:nil="true"/></birth><scheme>UCS</scheme>'
    "<updated>2026-11-01T00:00:00+07:00</updated>"
)
XROAD = XRoadParty(client="TH/GOV/0000/baidiao", service="TH/GOV/1001/tax/assessment")
OUR_KEY, THEIR_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2))
DCI = DciParty(
    sender_id="centre",
    receiver_id="agency",
    registry_type="ns:org:RegistryType:Civil",
    signing_key_file="unused",
    answer_key=THEIR_KEY.public_key().public_bytes_raw().hex(),
)
BAD = (NotKnownCause.BAD_ANSWER, False)
SITUATIONS: Mapping[str, tuple[NotKnownCause, bool]] = {
    "silent": (NotKnownCause.TIMEOUT, True),
    "down": (NotKnownCause.UNREACHABLE, True),
    "overloaded": (NotKnownCause.OVERLOADED, True),
    "broken": (NotKnownCause.BAD_ANSWER, True),
    "garbage": BAD,
    "wrong_type": BAD,
    "half": BAD,
    "lying": BAD,
    "oversized": BAD,
    "redirecting": BAD,
}
"""What an agency may do instead of answering: what it is told as, and whether asking again may help."""


def faults_of(name: str) -> list[str]:
    """Return the situations that can befall an adapter: a database neither redirects nor answers with a status."""
    told = {"down", "garbage", "lying"}  # the rest is found when its file is taken in
    left_out = {
        "sql": {"redirecting", "broken"},
        "hosted": set(SITUATIONS) - told,
        "fake": {"oversized", "redirecting"},
    }
    return [situation for situation in SITUATIONS if situation not in left_out.get(name, set())]


class HttpStage:
    """A provider in front of a server that does as it is told."""

    request: ClassVar[Request] = REST

    def __init__(self, server: AgencyServer) -> None:
        self.server = server
        self.transport = HttpTransport()
        self.provider: Provider = self.make()

    def make(self) -> Provider:
        return RestProvider(self.server.base_url, REST, self.transport)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        return says({"found": False} if record is None else {"found": True, **record}, delay_s=delay_s)

    def mangled(self) -> Behaviour:
        return sends(b"<<<")

    def broken(self) -> Behaviour:
        return says({}, status=500)

    def set_up(self, situation: str) -> None:
        self.server.behaviour = {
            "known": lambda: self.answers(RECORD),
            "slow": lambda: self.answers(RECORD, delay_s=0.15),
            "absent": lambda: self.answers(None),
            "silent": lambda: hangs,
            "down": lambda: drops,
            "overloaded": lambda: says({}, status=503),
            "broken": self.broken,
            "garbage": self.mangled,
            "wrong_type": lambda: self.answers({**RECORD, "alive": "yes"}),
            "half": lambda: self.answers({"number": NUMBER, "alive": True}),
            "lying": lambda: self.answers({**RECORD, "number": OTHER}),
            "oversized": lambda: self.answers({**RECORD, "x": "x" * 70_000}),
            "redirecting": lambda: sends(b"", status=302, Location="http://127.0.0.1:1/elsewhere"),
        }[situation]()

    def untouched(self) -> bool:
        return all(seen["method"] == "POST" and seen["path"] in {"/ask", *SAFE_PATHS} for seen in self.server.seen)

    def close(self) -> None:
        """Nothing is left open."""


SAFE_PATHS = frozenset({"/r1/TH/GOV/1001/tax/assessment", "/registry/sync/search"})


class RestStage(HttpStage):
    pass


def envelope(inner: str, operation: str = "AskResponse") -> bytes:
    return (
        '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Header/><e:Body>'
        f'<a:{operation} xmlns:a="{NAMESPACE}">{inner}</a:{operation}></e:Body></e:Envelope>'
    ).encode()


def says_xml(inner: str, *, delay_s: float = 0.0) -> Behaviour:
    return sends(envelope(inner), "text/xml; charset=utf-8", delay_s=delay_s)


def _elements(tree: Mapping[str, Any]) -> str:
    parts = []
    for name, value in tree.items():
        if isinstance(value, list):
            continue
        inner = _elements(value) if isinstance(value, Mapping) else str(value).lower() if value is True else str(value)
        parts.append(f'<{name} xsi:nil="true"/>' if value is None else f"<{name}>{inner}</{name}>")
    return "".join(parts)


class SoapStage(HttpStage):
    def make(self) -> Provider:
        return SoapProvider(self.server.base_url, SOAP, self.transport)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        return says_xml(
            "<found>false</found>" if record is None else "<found>true</found>" + _elements(record), delay_s=delay_s
        )

    def mangled(self) -> Behaviour:
        return sends(b"<<<", "text/xml")

    def broken(self) -> Behaviour:
        fault = "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>"
        body = f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{fault}</e:Body></e:Envelope>'
        return sends(body.encode(), "text/xml", status=500)


def through_gateway(answer: object, *, delay_s: float = 0.0, **changed: str) -> Behaviour:
    """Answer as a provider behind an X-Road security server does."""

    async def behave(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        sent = {name: value for name, value in request.headers.items() if name.lower().startswith("x-road-")}
        told = {"X-Road-Id": sent["X-Road-Id"], "X-Road-Request-Hash": hash_request(request.path, sent, body)}
        headers = {name.replace("-", "_"): value for name, value in {**told, **changed}.items()}
        return await says_with(answer, headers, delay_s)(request)

    return behave


def says_with(answer: object, headers: Mapping[str, str], delay_s: float) -> Behaviour:
    return sends(json.dumps(answer).encode(), delay_s=delay_s, **headers)


class XRoadStage(HttpStage):
    def make(self) -> Provider:
        return XRoadProvider(self.server.base_url, XROAD_REQUEST, self.transport, XROAD)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        return through_gateway({"found": False} if record is None else {"found": True, **record}, delay_s=delay_s)

    def mangled(self) -> Behaviour:
        return through_gateway("<<<")


def search_answer(
    records: list[Any] | dict[str, Any],
    *,
    key: Ed25519PrivateKey = THEIR_KEY,
    sender: str = "agency",
    age: timedelta = timedelta(),
    transaction: str = "",
    status: str = "succ",
    code: str = "",
    delay_s: float = 0.0,
) -> Behaviour:
    """Answer as a DCI registry does, having checked the question's signature."""

    async def behave(request: web.Request) -> web.StreamResponse:
        _, message = unseal(json.loads(await request.read()), OUR_KEY.public_key())
        header = {"sender_id": sender, "message_ts": (datetime.now(UTC) - age).isoformat()}
        answer = {"reference_id": "1", "status": status, "status_reason_code": code, "data": {"reg_records": records}}
        told = {"transaction_id": transaction or message["transaction_id"], "search_response": [answer]}
        return await sends(seal(header, told, key), delay_s=delay_s)(request)

    return behave


class DciStage(HttpStage):
    def make(self) -> Provider:
        return DciProvider(self.server.base_url, XROAD_REQUEST, self.transport, DCI, OUR_KEY)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        return search_answer([] if record is None else [record], delay_s=delay_s)


_COLUMNS = "number, alive, income, child, birth__year, birth__month, birth__day, scheme, updated"
_PLAIN = "CREATE VIEW persons AS SELECT * FROM people"
_SLOW = (
    "CREATE VIEW persons AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {steps}) "
    f"SELECT {_COLUMNS} FROM people, (SELECT max(i) FROM n)"
)


class SqlStage:
    """A view in a SQLite file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.engine = open_read_only(f"sqlite:///{file}")
        self.provider: Provider = SqlViewProvider(self.engine, VIEW)
        self.locker: sqlite3.Connection | None = None
        self.kept = b""
        self.write(f"CREATE TABLE people ({_COLUMNS})", _PLAIN)

    def write(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def put(self, **changed: object) -> None:
        row = {
            "number": NUMBER,
            "alive": 1,
            "income": 84_000,
            "child": "2025-02-28",
            "scheme": "UCS",
            "updated": "2026-11-01 00:00:00",
            **changed,
        }
        columns = ", ".join(("birth__year", *row))
        with closing(sqlite3.connect(self.file)) as connection:
            places = ", ".join("?" * (len(row) + 1))
            connection.execute(f"INSERT INTO people ({columns}) VALUES ({places})", (1953, *row.values()))
            connection.commit()

    def view(self, definition: str) -> None:
        self.write("DROP VIEW persons", definition)

    def set_up(self, situation: str) -> None:
        if situation != "absent":
            self.put(**{"wrong_type": {"alive": "yes"}, "oversized": {"scheme": "x" * 70_000}}.get(situation, {}))
        match situation:
            case "slow":
                self.view(_SLOW.format(steps=100_000))
            case "silent":
                self.view(_SLOW.format(steps=900_000_000))
            case "overloaded":
                self.locker = sqlite3.connect(self.file)
                self.locker.execute("BEGIN EXCLUSIVE")
            case "garbage":
                self.write("DROP VIEW persons")
            case "half":
                self.view("CREATE VIEW persons AS SELECT *, 1 AS x FROM (SELECT number, alive FROM people)")
            case "lying":  # as a database whose collation takes two numbers for one would
                self.write(f"UPDATE people SET number = '{NUMBER} '")
                self.view(
                    "CREATE VIEW persons AS SELECT number COLLATE RTRIM AS number, " + _COLUMNS[8:] + " FROM people"
                )
            case "down":
                self.file.unlink()
        self.kept = self.file.read_bytes() if self.file.exists() else b""

    def untouched(self) -> bool:
        return (self.file.read_bytes() if self.file.exists() else b"") == self.kept

    def close(self) -> None:
        if self.locker is not None:
            self.locker.close()
        self.engine.dispose()


class FakeStage:
    """The fake that stands for an adapter in other rooms' tests."""

    def __init__(self) -> None:
        self.fake = FakeProvider(KNOWN, absent={Fact.ALIVE: False}, as_of=AS_OF)
        self.provider: Provider = self.fake

    def set_up(self, situation: str) -> None:
        self.fake.found = situation != "absent"
        self.fake.delay_s = {"silent": 60.0, "slow": 0.15}.get(situation, 0.0)
        if situation in SITUATIONS and situation != "silent":
            cause, retryable = SITUATIONS[situation]
            self.fake.fault = NotKnown(cause, retryable=retryable)

    def untouched(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is left open."""


def broker_answers(status: str, *, delay_s: float = 0.0, **more: Any) -> Behaviour:
    """Answer as a broker that stands for two sources does."""
    other = {"source": "elsewhere", "status": "failed", "cause": "timeout"}
    return says({"answers": [other, {"source": "tax", "status": status, **more}]}, delay_s=delay_s)


class BrokerStage(HttpStage):
    def make(self) -> Provider:
        desk = BrokerDesk(self.server.base_url, "/ask", REST.send, self.transport)
        return BrokerProvider(desk, "tax", REST)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        if record is None:
            return broker_answers("not_found", delay_s=delay_s)
        return broker_answers("ok", record=record, delay_s=delay_s)

    def mangled(self) -> Behaviour:
        return broker_answers("perhaps")


TOGETHER = REST.model_copy(update={"bulk": BulkShape(path="/ask", most=10)})


def lines_say(*lines: Mapping[str, Any], delay_s: float = 0.0) -> Behaviour:
    """Answer about many."""
    return says({"persons": list(lines)}, delay_s=delay_s)


class TogetherStage(HttpStage):
    """A service that takes many persons at once; here it is asked about one."""

    def make(self) -> Provider:
        assert TOGETHER.bulk is not None
        return TogetherProvider(self.server.base_url, TOGETHER, TOGETHER.bulk, self.transport)

    def answers(self, record: Mapping[str, Any] | None, *, delay_s: float = 0.0) -> Behaviour:
        line = {"number": NUMBER, "found": False} if record is None else {"found": True, **record}
        return lines_say(line, delay_s=delay_s)


NUMBER_HEAD = "เลขประจำตัวประชาชน"
_BIRTH = {"at": "birth", "as": "birth", "form": "DD/MM/YYYY", "era": "be"}
HOSTED = Agency.model_validate(
    {
        "id": "files",
        "name": {"th": "แฟ้ม", "en": "Files"},
        "adapter": "hosted",
        "hosted": {"columns": {"number": NUMBER_HEAD}},
        "requests": [
            {
                "send": {"number": "citizen_number"},
                "facts": {**FLAT, "registry.birth": _BIRTH},
                "absent": COMMON["absent"],
            }
        ],
    }
)
HOSTED_HEAD = f"{NUMBER_HEAD},alive,income,child,birth,scheme"


class HostedStage:
    """A register kept at the centre, taken in from a CSV file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = RegisterShelf(folder / "registers", bytes(range(32)))
        (self.provider,) = make_providers(HOSTED, HttpTransport(), self.shelf)
        self.before = b""

    def take(self, number: str) -> None:
        file = self.folder / "register.csv"
        file.write_text(f"{HOSTED_HEAD}\n{number},true,84000,2025-02-28,00/00/2496,UCS\n", "utf-8")
        upload = Upload(file, date(2026, 11, 1))
        good, _ = take_in(HOSTED, upload, self.shelf, datetime(2026, 11, 23, tzinfo=UTC), lambda _l, _w: None)
        assert good

    def set_up(self, situation: str) -> None:
        if situation == "down":
            return
        self.take(OTHER if situation in {"absent", "lying"} else NUMBER)
        if situation == "garbage":
            self.spoil("UPDATE record SET sealed = x'00'")
        elif situation == "lying":  # another person's record is put under this one's key
            with closing(sqlite3.connect(self.file)) as connection:
                (theirs,) = connection.execute("SELECT sealed FROM record").fetchone()
            self.file.unlink()
            self.take(NUMBER)
            self.spoil("UPDATE record SET sealed = ?", theirs)
        self.before = self.file.read_bytes()

    def spoil(self, statement: str, *values: bytes) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(statement, values)
            connection.commit()

    @property
    def file(self) -> Path:
        file = self.shelf.current("files")
        assert file is not None
        return file

    def untouched(self) -> bool:
        return self.file.read_bytes() == self.before

    def close(self) -> None:
        assert isinstance(self.provider, HostedProvider)
        self.provider.close()


Stage = HttpStage | SqlStage | HostedStage | FakeStage
HTTP_STAGES: Mapping[str, Callable[[AgencyServer], HttpStage]] = {
    "rest": RestStage,
    "soap": SoapStage,
    "xroad": XRoadStage,
    "dci": DciStage,
    "broker": BrokerStage,
    "together": TogetherStage,
}
NAMES = (*HTTP_STAGES, "sql", "hosted", "fake")

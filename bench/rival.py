"""What a good engineer would write in a day instead of the centre: FastAPI, httpx and SQLAlchemy, all asynchronous.

It asks the same questions of the same agencies at once, decides the same four services in plain code and stores one
row for each decision. It has no mandates, no signatures, no tamper-evident log, no slip and no explanation: what the
centre costs beyond this is what those cost. For comparison alone.
"""

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, insert
from sqlalchemy.schema import CreateTable

from contracts.decision import Question

_RIVAL_URL, _AGENCIES = "BAIDIAO_BENCH_RIVAL_DATABASE", "BAIDIAO_BENCH_RIVAL_AGENCIES"
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetDisabilityCard xmlns='
    '"urn:baidiao:demo:disability"><CitizenNumber>{}</CitizenNumber></GetDisabilityCard></s:Body></s:Envelope>'
)
_VALID = re.compile(r"<(?:\w+:)?Valid>(true|1)</")
_metadata = MetaData()
_decisions = Table(
    "decisions",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("question", String(36)),
    Column("service", String(40)),
    Column("outcome", String(16)),
)
_engine = create_engine(os.environ.get(_RIVAL_URL, "sqlite://"))
_urls: dict[str, str] = json.loads(os.environ.get(_AGENCIES, "{}"))


@event.listens_for(_engine, "connect")
def _prepare(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # as durable as the centre's
        connection.execute("PRAGMA busy_timeout=10000")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with _engine.begin() as connection:  # each worker does, and the first need not be done yet
        connection.execute(CreateTable(_decisions, if_not_exists=True))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=400)
    async with httpx.AsyncClient(timeout=2.5, limits=limits) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=_lifespan)


async def _post(agency: str, path: str, sent: dict[str, object]) -> dict[str, Any]:
    try:
        reply = await app.state.client.post(_urls[agency] + path, json=sent)
        return reply.json() if reply.status_code == 200 else {}
    except (httpx.HTTPError, ValueError):
        return {}


async def _disabled(number: str) -> bool:
    try:
        reply = await app.state.client.post(
            _urls["disability_register"] + "/soap",
            content=_ENVELOPE.format(number),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": '"urn:baidiao:demo:disability/GetDisabilityCard"',
            },
        )
    except httpx.HTTPError:
        return False
    return _VALID.search(reply.text) is not None


@app.post("/v1/device/questions")
async def ask(question: Question) -> dict[str, Any]:
    """Answer a question of the same form as the centre's."""
    card, number = question.subject.card, question.subject.citizen_number
    evidence = {"name_th": card.name_th.model_dump(), "birth": card.birth.model_dump()} | {
        "request_number": card.request_number,
        "laser_number": card.laser_number,
        "chip_serial": card.chip_serial,
    }
    who: dict[str, object] = {"citizen_number": number}
    person, status, tax, pension, home, disabled = await asyncio.gather(
        _post("civil_registry", "/v1/person", who),
        _post("civil_registry", "/v1/card-status", who | evidence),
        _post("revenue", "/v1/assessment", who),
        _post("comptroller_general", "/v1/pension", who),
        _post("welfare_register", "/v1/household", who),
        _disabled(number),
    )
    outcomes = _decide(person.get("person") or {}, status, tax, pension, home, disabled=disabled)
    rows = [
        {"question": str(question.question_id), "service": service, "outcome": "eligible" if yes else "not_eligible"}
        for service, yes in outcomes.items()
    ]
    await asyncio.to_thread(_store, rows)
    return {"decisions": rows}


def _decide(
    person: dict[str, Any],
    status: dict[str, Any],
    tax: dict[str, Any],
    pension: dict[str, Any],
    home: dict[str, Any],
    *,
    disabled: bool,
) -> dict[str, bool]:
    good = person.get("nationality") == "THA" and person.get("alive") is True and status.get("status") == "normal"
    age = datetime.now(UTC).year - int((person.get("birth") or {}).get("year", 9999))
    income, assets = tax.get("income_baht", 0), tax.get("financial_assets_baht", 0)
    return {
        "state_welfare": good and age >= 18 and income <= 100_000 and assets <= 100_000,
        "old_age_allowance": good and age >= 60 and not pension.get("receives_state_pension", False),
        "disability_allowance": good and disabled,
        "newborn_grant": good
        and bool(home.get("newborn"))
        and home.get("income_per_head_year_baht", 1 << 40) <= 100_000,
    }


def _store(rows: list[dict[str, str]]) -> None:
    with _engine.begin() as connection:
        connection.execute(insert(_decisions), rows)

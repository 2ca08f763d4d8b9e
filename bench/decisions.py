"""Decisions: how many a second, at what processor time, how fast, while five agencies take 20 ms each to answer.

Everything is real: demo agency processes, a centre under gunicorn with SQLite, signed requests. The load generator and
the agencies share the machine with the centre, and its processor time is counted apart.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import click
import uvloop

from bench.centre_processes import PEOPLE, RunningCentre, centre, slow_agencies
from contracts.card import Birth, Name
from contracts.decision import Answer, AskState, CardEvidence, Question, Subject
from contracts.fleet import QUESTION_PATH

SERVICES = ("state_welfare", "old_age_allowance", "disability_allowance", "newborn_grant")
"""Together they ask five agencies, in six requests."""
LATENCY_MS = 20
CONNECTIONS = 48
WARM_UP_S = 2.0
_SIGNED_PER_S = 1_200
"""More than two cores can answer; what is made beforehand costs nothing while measuring."""


@dataclass(frozen=True)
class Shot:
    """One request, ready to send."""

    body: bytes
    headers: dict[str, str]


def make_shots(target: RunningCentre, count: int) -> list[Shot]:
    people = json.loads(PEOPLE.read_text(encoding="utf-8"))["people"]
    # Without those whose card the registry refuses: they cost less.
    subjects = [_subject(person) for person in people if person["key"] != "lost_card"]
    shots = []
    for number in range(count):
        subject = subjects[number % len(subjects)]
        asked = Question(question_id=uuid4(), visit_id=uuid4(), services=SERVICES, subject=subject)
        body = asked.model_dump_json().encode()
        shots.append(Shot(body, target.signed(QUESTION_PATH, body)))
    return shots


def _subject(person: dict[str, object]) -> Subject:
    evidence = CardEvidence(
        name_th=Name.model_validate(person["name_th"]),
        birth=Birth.model_validate(person["birth"]),
        request_number=str(person["request_number"]),
        laser_number=str(person["laser_number"]) if person["laser_number"] else None,
        chip_serial=str(person["chip_serial"]),
    )
    return Subject(citizen_number=str(person["citizen_number"]), card=evidence)


async def fire(url: str, shots: list[Shot], duration_s: float) -> tuple[list[float], float, bytes]:
    """Send shots over kept connections for a while; return latencies in seconds, the time it took and one answer."""
    latencies: list[float] = []
    sample = b""
    waiting = iter(shots)
    began = time.perf_counter()

    async def one_after_another(session: aiohttp.ClientSession) -> None:
        nonlocal sample
        while time.perf_counter() - began < duration_s and (shot := next(waiting, None)) is not None:
            sent = time.perf_counter()
            async with session.post(url, data=shot.body, headers=shot.headers) as response:
                sample = await response.read()
                if response.status != 200:
                    raise SystemExit(f"the centre answered {response.status}: {sample.decode()[:300]}")
            latencies.append(time.perf_counter() - sent)

    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(one_after_another(session) for _ in range(CONNECTIONS)))
    return latencies, time.perf_counter() - began, sample


def measure(target: RunningCentre, duration_s: float) -> dict[str, object]:
    url = target.url + QUESTION_PATH
    uvloop.run(fire(url, make_shots(target, int(WARM_UP_S * _SIGNED_PER_S)), WARM_UP_S))
    shots = make_shots(target, int(duration_s * _SIGNED_PER_S))
    cpu_before_s = target.cpu_s()
    latencies, took_s, sample = uvloop.run(fire(url, shots, duration_s))
    cpu_s = target.cpu_s() - cpu_before_s
    answer = Answer.model_validate_json(sample)
    silent = [source.agency_id for source in answer.sources if source.state is not AskState.ANSWERED]
    if silent or len(answer.sources) != 5:
        raise SystemExit(f"not a fair run: {len(answer.sources)} agencies asked, silent: {silent}")
    count = len(latencies)
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "answers": count,
        "answers_per_s": round(count / took_s, 1),
        "decisions_per_s": round(count * len(SERVICES) / took_s, 1),
        "cpu_ms_per_answer": round(cpu_s * 1000 / count, 3),
        "cpu_ms_per_decision": round(cpu_s * 1000 / count / len(SERVICES), 3),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
    }


@click.group(invoke_without_command=True)
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(1, 60), help="For each client.")
@click.option("--threads", default=CONNECTIONS // 2, show_default=True, type=click.IntRange(1, 64))
@click.pass_context
def main(context: click.Context, seconds: float, threads: int) -> None:
    """Measure, and print one JSON object."""
    if context.invoked_subcommand is not None:
        return
    figures: dict[str, object] = {
        "what": f"{len(SERVICES)} services a question; 5 agencies in 6 requests, {LATENCY_MS} ms each",
        "connections": CONNECTIONS,
        "workers": 2,
        "threads_per_worker": threads,
        "store": "sqlite",
        "processors": os.cpu_count(),
        "seconds": seconds,
    }
    with tempfile.TemporaryDirectory() as folder, slow_agencies(Path(folder), LATENCY_MS) as agencies:
        for client in ("aiohttp_loop", "urllib3_thread_pool"):
            with centre(Path(folder) / "centre", agencies, threads, client) as target:
                figures[client] = measure(target, seconds)
    print(json.dumps(figures, indent=1))


@main.command("serve-alternative")
@click.option("--port", type=int, required=True)
@click.option("--workers", type=int, required=True)
@click.option("--threads", type=int, required=True)
def serve_alternative(port: int, workers: int, threads: int) -> None:
    """Serve the same centre with the client that was not chosen."""
    from backend import bootstrap  # noqa: PLC0415  (the whole centre, which measuring does not need)
    from backend.gunicorn_conf import CentreServer, build_options  # noqa: PLC0415  (likewise)
    from backend.settings import read_settings  # noqa: PLC0415  (likewise)
    from bench.urllib3_gatherer import Urllib3Gatherer  # noqa: PLC0415  (likewise)

    settings = read_settings(os.environ)
    bootstrap.FactGatherer = Urllib3Gatherer  # type: ignore[misc, assignment]  # only here: nobody else has a choice
    CentreServer(lambda: bootstrap.build_app(settings), build_options(f"127.0.0.1:{port}", workers, threads)).run()


if __name__ == "__main__":
    main()

"""Decisions: how many a second, at what processor time, how fast, while five agencies take 20 ms each to answer.

The whole path is real: signed requests, mandates, six requests to five agencies over HTTP, the rules, the durable log,
the signed slip; under gunicorn, on SQLite and on PostgreSQL. Beside it, in the same run, a service without mandates,
signatures and log (``bench.rival``). The load generator and the agencies run on the same processors; their processor
time is not counted as the centre's.
"""

import json
import os
import statistics
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import click

from bench.centre_processes import PEOPLE, RunningCentre, centre, demo_agencies, echo_agencies, postgres, rival
from bench.load import Loaded, encode_post, fire
from contracts.card import Birth, Name
from contracts.decision import Answer, AskState, CardEvidence, Question, Subject
from contracts.fleet import QUESTION_PATH

SERVICES = ("state_welfare", "old_age_allowance", "disability_allowance", "newborn_grant")
"""Together they ask five agencies, in six requests."""
LATENCY_MS = 20
SILENT_MS = 5_000
CONNECTIONS = 16
"""So many wait for an answer at any time. More would not be served sooner: each would only wait longer."""
WARM_UP_S = 2.0
_SIGNED_PER_S = 500
"""More than two processors can answer; what is made beforehand costs nothing while measuring."""


def make_requests(target: RunningCentre, count: int) -> list[bytes]:
    """Sign questions about the demo's people, ready to send."""
    people = json.loads(PEOPLE.read_text(encoding="utf-8"))["people"]
    # Without those whose card the registry refuses: they cost less.
    subjects = [_subject(person) for person in people if person["key"] != "lost_card"]
    requests = []
    for number in range(count):
        subject = subjects[number % len(subjects)]
        asked = Question(question_id=uuid4(), visit_id=uuid4(), services=SERVICES, subject=subject)
        body = asked.model_dump_json().encode()
        requests.append(encode_post(target.url + QUESTION_PATH, body, target.signed(QUESTION_PATH, body)))
    return requests


def _subject(person: dict[str, object]) -> Subject:
    evidence = CardEvidence(
        name_th=Name.model_validate(person["name_th"]),
        birth=Birth.model_validate(person["birth"]),
        request_number=str(person["request_number"]),
        laser_number=str(person["laser_number"]) if person["laser_number"] else None,
        chip_serial=str(person["chip_serial"]),
    )
    return Subject(citizen_number=str(person["citizen_number"]), card=evidence)


def measure(target: RunningCentre, duration_s: float) -> tuple[dict[str, object], Loaded]:
    """Warm up, load, and say what came of it."""
    url = target.url + QUESTION_PATH
    fire(url, make_requests(target, int(WARM_UP_S * _SIGNED_PER_S)), CONNECTIONS, WARM_UP_S)
    requests = make_requests(target, int(duration_s * _SIGNED_PER_S))
    cpu_before_s = target.cpu_s()
    loaded = fire(url, requests, CONNECTIONS, duration_s)
    cpu_s = target.cpu_s() - cpu_before_s
    count = len(loaded.latencies_s)
    cuts = statistics.quantiles(loaded.latencies_s, n=100)
    return {
        "answers": count,
        "answers_per_s": round(count / loaded.took_s, 1),
        "decisions_per_s": round(count * len(SERVICES) / loaded.took_s, 1),
        "cpu_ms_per_answer": round(cpu_s * 1000 / count, 3),
        "cpu_ms_per_decision": round(cpu_s * 1000 / count / len(SERVICES), 3),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
    }, loaded


def _check_fair(loaded: Loaded, silent: int) -> None:
    """A run counts only when every agency was asked and so many were silent."""
    answer = Answer.model_validate_json(loaded.sample)
    not_known = sum(source.state is not AskState.ANSWERED for source in answer.sources)
    if not_known != silent or len(answer.sources) != 5:
        raise SystemExit(f"not a fair run: {len(answer.sources)} agencies asked, {not_known} silent")


def _measure_centre(running: AbstractContextManager[RunningCentre], duration_s: float, silent: int = 0) -> object:
    with running as target:
        figures, loaded = measure(target, duration_s)
    _check_fair(loaded, silent)
    return figures


@click.command()
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 120), help="For each part.")
@click.option("--threads", default=12, show_default=True, type=click.IntRange(1, 64))
@click.option("--part", "parts", multiple=True, type=click.Choice(["sqlite", "postgresql", "rival", "silent"]))
def main(seconds: float, threads: int, parts: tuple[str, ...]) -> None:
    """Measure, and print one JSON object."""
    figures: dict[str, object] = {
        "what": f"{len(SERVICES)} services a question; 5 agencies in 6 requests, {LATENCY_MS} ms each",
        "connections": CONNECTIONS,
        "workers": 2,
        "threads_per_worker": threads,
        "processors": os.cpu_count(),
        "seconds": seconds,
    }
    with tempfile.TemporaryDirectory() as scratch, demo_agencies(Path(scratch)) as real:
        folder = Path(scratch)
        for part in parts or ("sqlite", "postgresql", "rival", "silent"):
            latencies = {"revenue": SILENT_MS} if part == "silent" else {}
            dead = ("comptroller_general",) if part == "silent" else ()
            with echo_agencies(folder, real, LATENCY_MS, latencies, dead) as agencies:
                if part == "rival":
                    with rival(folder / "rival", agencies) as target:
                        figures[part] = measure(target, seconds)[0]
                elif part == "postgresql":
                    with postgres() as url:
                        figures[part] = _measure_centre(centre(folder / part, agencies, threads, url), seconds)
                else:
                    figures[part] = _measure_centre(
                        centre(folder / part, agencies, threads), seconds, len(latencies) + len(dead)
                    )
    ratios = {
        part: round(figures[part]["answers_per_s"] / figures["rival"]["answers_per_s"], 3)  # type: ignore[index]  # set above
        for part in ("sqlite", "postgresql")
        if part in figures and "rival" in figures
    }
    print(json.dumps({**figures, "rate_beside_rival": ratios}, indent=1))


if __name__ == "__main__":
    main()

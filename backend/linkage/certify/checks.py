"""The checks: each asks the service and says what it found. The service is asked as the centre asks it."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from backend.linkage.adapters.dci_envelope import seal
from backend.linkage.adapters.linking import load_signing_key
from backend.linkage.certify.case import Case
from backend.linkage.certify.dci_form import faults_of_answer, faults_of_refusal, is_rejection
from backend.linkage.certify.findings import CHECKS, Finding, Verdict
from backend.linkage.certify.wire import Recorder, Seen, exchange
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, HttpCall, NotKnown, Provider
from contracts.decision import NotKnownCause, Subject

CLOCK_MAY_DIFFER: Final = timedelta(minutes=5)
ASKED_FOR_SPEED: Final = 40
AT_A_TIME: Final = 4
DRIP_S: Final = 0.8
_SPOILT: Final = (b"", b"\x00\xff<<<", b"[" * 20_000, b"{}", b"<x/>")
_PROOFS: Final = frozenset({"authorization", "x-road-client"})


@dataclass(slots=True)
class Bench:
    """What every check works with."""

    case: Case
    providers: tuple[Provider, ...]
    recorder: Recorder
    before: frozenset[str] = frozenset()
    """What is wrong with the answers anyhow, hence not the fault of what a later check does."""

    @property
    def deadline_s(self) -> float:
        """How long a question may take."""
        return self.case.agency.deadline_ms / 1000

    async def ask(self, subject: Subject, wanted: Iterable[Fact]) -> tuple[dict[Fact, object], list[NotKnown]]:
        """Ask every request that yields some of the facts."""
        facts: dict[Fact, object] = {}
        missing: list[NotKnown] = []
        for provider in self.providers:
            part = provider.offers & frozenset(wanted)
            told: Facts | NotKnown = await provider.ask(subject, part, self.deadline_s) if part else {}
            if isinstance(told, NotKnown):
                missing.append(told)
            else:
                facts.update(told)
        return facts, missing

    async def wrong_answers(self) -> list[str]:
        """Ask about every test person; return a code for each whose answer is not right."""
        wrong = []
        for person in self.case.persons:
            expected = person.expected()
            facts, missing = await self.ask(person.subject, expected)
            differing = sorted(fact for fact in expected if facts.get(fact) != expected[fact])
            if missing:
                wrong.append(f"{missing[0].cause}/{missing[0].detail}")
            elif differing:
                wrong.append("differs:" + ",".join(differing))
        return wrong

    async def new_faults(self) -> list[str]:
        """Ask about every test person again; return what was not wrong before."""
        return [code for code in await self.wrong_answers() if code not in self.before]

    async def a_call(self) -> HttpCall:
        """Return a right call, as it really went out."""
        person = self.case.persons[0]
        await self.ask(person.subject, [next(iter(person.facts))])
        assert self.recorder.last is not None  # noqa: S101  (every adapter that is certified sends something)
        return self.recorder.last


async def check_right_answers(bench: Bench) -> Finding:
    """Every test person's facts are as the file says."""
    wrong = await bench.wrong_answers()
    bench.before = frozenset(wrong)
    return _finding("right_answers", _counted(wrong, len(bench.case.persons)))


async def check_unknown_person(bench: Bench) -> Finding:
    """Nobody's facts are made up for a number that is not known."""
    wrong = []
    for number in bench.case.unknown:
        for provider, request in zip(bench.providers, bench.case.agency.requests, strict=True):
            told = await provider.ask(Subject(citizen_number=number), provider.offers, bench.deadline_s)
            if isinstance(told, NotKnown):
                if told.cause is not NotKnownCause.NO_RECORD:
                    wrong.append(f"{told.cause}/{told.detail}")
            elif dict(told) != request.absent:
                wrong.append("known")
    return _finding("unknown_person", _counted(wrong, len(bench.case.unknown)))


async def check_bad_input(bench: Bench) -> Finding:
    """Spoilt questions are refused, and the service lives on."""
    call = await bench.a_call()
    wrong = []
    for body in _SPOILT if call.method == "POST" else ():
        seen = await exchange(replace(call, body=body), bench.deadline_s)
        wrong += [f"spoilt: {code}" for code in _refused(seen, bench.case.agency.adapter)]
    number = bench.case.persons[0].citizen_number
    mistaken = number[:12] + str((int(number[12]) + 1) % 10)
    facts, _ = await bench.ask(
        Subject(citizen_number=mistaken, card=bench.case.persons[0].card), bench.case.persons[0].facts
    )
    absent = {fact: value for request in bench.case.agency.requests for fact, value in request.absent.items()}
    if any(fact not in absent or absent[fact] != value for fact, value in facts.items()):
        wrong.append("wrong_check_digit: answered")
    wrong += [f"afterwards: {code}" for code in await bench.new_faults()]
    return _finding("bad_input", wrong)


def _refused(seen: Seen | None, adapter: str) -> list[str]:
    if seen is None:
        return ["no_answer"]
    fault = adapter == "soap" and seen.status == 500 and b"Fault" in seen.body
    rejected = adapter == "dci" and seen.status == 200 and b'"rjct"' in seen.body
    return [] if 400 <= seen.status < 500 or fault or rejected else [f"status_{seen.status}"]


async def check_slow_network(bench: Bench) -> Finding:
    """A slow question is answered, and others beside it."""
    call = await bench.a_call()
    slow = asyncio.ensure_future(exchange(call, bench.deadline_s + DRIP_S, drip_s=DRIP_S))
    await asyncio.sleep(DRIP_S / 4)
    beside = await bench.new_faults()
    seen = await slow
    wrong = [f"beside: {code}" for code in beside]
    if call.method == "POST" and (seen is None or seen.status != 200):
        wrong.append("slow: no_answer" if seen is None else f"slow: status_{seen.status}")
    return _finding("slow_network", wrong)


async def check_speed(bench: Bench) -> Finding:
    """Most answers come within half the deadline."""
    clock = asyncio.get_running_loop().time
    turn = asyncio.Semaphore(AT_A_TIME)
    persons = [bench.case.persons[place % len(bench.case.persons)] for place in range(ASKED_FOR_SPEED)]

    async def time_one(subject: Subject, facts: Iterable[Fact]) -> float:
        async with turn:
            started = clock()
            _, missing = await bench.ask(subject, facts)
            return bench.deadline_s if missing else clock() - started

    times = sorted(await asyncio.gather(*(time_one(one.subject, one.facts) for one in persons)))
    median, late = times[len(times) // 2], times[int(len(times) * 0.95) - 1]
    told = (f"median {median * 1000:.0f} ms", f"p95 {late * 1000:.0f} ms", f"deadline {bench.deadline_s * 1000:.0f} ms")
    return Finding("speed", Verdict.PASSED if late <= bench.deadline_s / 2 else Verdict.FAILED, told)


async def check_freshness(bench: Bench) -> Finding:
    """The clock is right and nothing is cached."""
    seen = await exchange(await bench.a_call(), bench.deadline_s)
    if seen is None:
        return _finding("freshness", ["no_answer"])
    headers = {name.lower(): value for name, value in seen.headers.items()}
    wrong = ["cached"] if headers.get("age", "0") != "0" or "hit" in headers.get("x-cache", "").lower() else []
    try:
        differs = abs(parsedate_to_datetime(headers["date"]) - datetime.now(UTC))
        wrong += ["clock"] if differs > CLOCK_MAY_DIFFER else []
    except (KeyError, ValueError, TypeError):
        wrong.append("no_date")
    wrong += [f"answers: {code}" for code in await bench.new_faults()]
    return _finding("freshness", wrong)


async def check_read_only(bench: Bench) -> Finding:
    """What writes is refused, and nothing has changed."""
    call = await bench.a_call()
    wrong = []
    for method in ("PUT", "PATCH", "DELETE"):
        seen = await exchange(call, bench.deadline_s, method=method)
        if seen is None or seen.status < 400:
            wrong.append(f"{method}: " + ("no_answer" if seen is None else f"status_{seen.status}"))
    wrong += [f"afterwards: {code}" for code in await bench.new_faults()]
    return _finding("read_only", wrong)


async def check_who_asks(bench: Bench) -> Finding:
    """Without its proof a question is refused."""
    call = await bench.a_call()
    agency = bench.case.agency
    if agency.adapter == "dci":
        unsigned = call.body.replace(b'"signature":"', b'"signature":"x')
        return _finding("who_asks", _refused(await exchange(replace(call, body=unsigned), bench.deadline_s), "dci"))
    proofs = _PROOFS | ({agency.auth.header.lower()} if agency.auth and agency.auth.kind == "api_key" else set())
    if not proofs & {name.lower() for name in call.headers}:
        return Finding("who_asks", Verdict.NOT_APPLICABLE, ("no proof is agreed in 'auth'",))
    return _finding("who_asks", _refused(await exchange(call, bench.deadline_s, without=proofs), agency.adapter))


async def check_standard_form(bench: Bench) -> Finding:
    """A DCI registry's answers, rejections and refusals are as the standard has them."""
    party = bench.case.agency.dci
    if party is None:
        return Finding("standard_form", Verdict.NOT_APPLICABLE, ("only DCI's standard fixes the whole form",))
    call = await bench.a_call()
    key = load_signing_key(bench.case.agency.id, party)
    asked = json.loads(call.body)
    header, message = asked["header"], asked["message"]
    odd = json.loads(json.dumps(message))
    odd["search_request"][0]["search_criteria"]["query"] = {"type": "NO_SUCH_TYPE", "value": "x"}

    async def send(header: dict[str, Any], message: dict[str, Any]) -> Seen:
        spoken = replace(call, body=seal(header, message, key))
        return await exchange(spoken, bench.deadline_s) or Seen(0, {}, b"")

    right = await send(header, message)
    wrong = [f"answer: {fault}" for fault in faults_of_answer(right.body)]
    rejected = await send(header, odd)
    if not is_rejection(rejected.body) and faults_of_refusal(rejected.body):
        wrong.append("unknown identifier type: neither rjct nor ERR")
    refused = await send({**header, "version": "99.0.0"}, message)
    wrong += [f"unknown version: {fault}" for fault in faults_of_refusal(refused.body)]
    return _finding("standard_form", wrong)


_RUN: Final[dict[str, Callable[[Bench], Awaitable[Finding]]]] = {
    "right_answers": check_right_answers,
    "unknown_person": check_unknown_person,
    "bad_input": check_bad_input,
    "slow_network": check_slow_network,
    "speed": check_speed,
    "freshness": check_freshness,
    "read_only": check_read_only,
    "who_asks": check_who_asks,
    "standard_form": check_standard_form,
}


async def run_checks(bench: Bench, tell: Callable[[str], None]) -> list[Finding]:
    """Run all checks in their order; ``tell`` hears each one's name before it begins."""
    findings = []
    for name in CHECKS:
        tell(name)
        findings.append(await _RUN[name](bench))
    return findings


def _counted(wrong: list[str], of: int) -> list[str]:
    return [f"{count} of {of}: {code}" for code, count in Counter(wrong).most_common()]


def _finding(check: str, wrong: list[str]) -> Finding:
    return Finding(check, Verdict.FAILED if wrong else Verdict.PASSED, tuple(dict.fromkeys(wrong)))

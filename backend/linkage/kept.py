"""Answers kept for a while, as the directory permits: encrypted under a key that lives and dies with this process."""

import asyncio
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.linkage.adapters.subject_fields import subject_value
from backend.linkage.dating import date_answer
from backend.linkage.directory import Request
from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from backend.linkage.metrics import count_kept, count_recalled
from backend.linkage.ports import Closing, DatedFacts, Facts, NotKnown, Provider
from contracts.card import Birth
from contracts.decision import Subject

MOST_KEPT: Final = 20_000
"""Answers one process keeps; the one that was not used for the longest time goes first. Some 10 MB."""
_NONCE_BYTES: Final = 12
_MARGIN: Final = timedelta(minutes=1)
"""So much younger than a rule's limit an answer must be: the decision comes a moment later."""
Limits = Callable[[], Mapping[Fact, timedelta]]
"""How old each fact may be; asked for only where something is kept."""


@dataclass(slots=True)
class _Entry:
    sealed: bytes
    until_s: float
    dropping: asyncio.TimerHandle


class KeptAnswers:
    """What is kept: keyed hash → sealed answer. Nothing in it says whom it is about. For the loop's thread alone.

    Args:
        most: How many.
        random_bytes: Gives so many random bytes.
    """

    def __init__(self, most: int = MOST_KEPT, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._most = most
        self._random_bytes = random_bytes
        self._index_key = random_bytes(32)
        self._cipher = AESGCM(random_bytes(32))
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, about: bytes, answer: bytes, kept_s: float) -> None:
        """Keep an answer for ``kept_s`` seconds: then it is gone from memory, used or not."""
        key = self._key(about)
        self._drop(key)
        nonce = self._random_bytes(_NONCE_BYTES)
        loop = asyncio.get_running_loop()
        sealed = nonce + self._cipher.encrypt(nonce, answer, key)
        self._entries[key] = _Entry(sealed, loop.time() + kept_s, loop.call_later(kept_s, self._drop, key))
        if len(self._entries) > self._most:
            self._drop(next(iter(self._entries)))
        count_kept(len(self._entries))

    def find(self, about: bytes) -> bytes | None:
        """Return what is kept, or None."""
        key = self._key(about)
        entry = self._entries.get(key)
        if entry is None or asyncio.get_running_loop().time() >= entry.until_s:
            return None
        self._entries.move_to_end(key)
        return self._cipher.decrypt(entry.sealed[:_NONCE_BYTES], entry.sealed[_NONCE_BYTES:], key)

    def _drop(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            entry.dropping.cancel()
            count_kept(len(self._entries))

    def _key(self, about: bytes) -> bytes:
        return digest(self._index_key, about, sha256)


class KeepingProvider:
    """A provider whose answers are kept as long as its request's ``cache_s`` says.

    Args:
        inner: Is asked.
        request: Of ``inner``.
        place: Names the request among all agencies'.
        kept: Where.
    """

    def __init__(self, inner: Provider, request: Request, place: str, kept: KeptAnswers) -> None:
        self._inner = inner
        self._request = request
        self._place = place
        self._kept = kept

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this request can yield."""
        return self._inner.offers

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``), and keep what comes."""
        asked_at = datetime.now(UTC)
        answer = await self._inner.ask(subject, facts, deadline_s)
        if isinstance(answer, NotKnown):
            return answer
        dated = date_answer(answer, asked_at)
        if not isinstance(dated, NotKnown):
            self._kept.put(self._about(subject), _encode(facts, dated), self._request.cache_s)
        return dated

    def recall(self, subject: Subject, facts: frozenset[Fact], limits: Limits) -> DatedFacts | None:
        """Return what was answered before, where that has all of ``facts`` and is not too old for any of them."""
        content = self._kept.find(self._about(subject))
        asked, answer = (frozenset[Fact](), None) if content is None else _decode(content)
        if answer is None or not facts <= asked:
            count_recalled("missing")
            return None
        age, allowed = datetime.now(UTC) - answer.as_of, limits()
        if any(age + _MARGIN > allowed[fact] for fact in facts if fact in allowed):
            count_recalled("too_old")
            return None
        count_recalled("used")
        return DatedFacts({fact: value for fact, value in answer.items() if fact in facts}, answer.as_of)

    def close(self) -> None:
        """Let go of what the inner one holds (see ``Closing``)."""
        if isinstance(self._inner, Closing):
            self._inner.close()

    def _about(self, subject: Subject) -> bytes:
        """Name everything that the answer depends on."""
        sent = [[field, subject_value(subject, what)] for field, what in sorted(self._request.send.items())]
        return json.dumps([self._place, subject.kind.value, subject.number, sent], ensure_ascii=False).encode()


def _encode(asked: frozenset[Fact], answer: DatedFacts) -> bytes:
    values = {fact.value: _plain(value) for fact, value in answer.items()}
    return json.dumps([sorted(asked), values, answer.as_of.isoformat()], ensure_ascii=False).encode()


def _plain(value: FactValue) -> Any:
    if isinstance(value, Birth):
        return value.model_dump(mode="json")
    return value.isoformat() if isinstance(value, date) else value


def _decode(content: bytes) -> tuple[frozenset[Fact], DatedFacts]:
    asked, values, as_of = json.loads(content)
    known = {Fact(name): _typed(Fact(name), value) for name, value in values.items()}
    return frozenset(Fact(name) for name in asked), DatedFacts(known, datetime.fromisoformat(as_of))


def _typed(fact: Fact, value: Any) -> FactValue:
    kind = FACT_TYPES[fact]
    if kind is Birth:
        return Birth.model_validate(value)
    known: FactValue = date.fromisoformat(value) if kind is date else value
    return known

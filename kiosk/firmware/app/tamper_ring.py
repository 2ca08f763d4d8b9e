"""The log of tampering and power cycles: a ring of four segments in flash that survives a power cut at any byte.

A segment is only ever appended to, record by record, each with its own check sum. When it is full, a new one is begun
with everything still needed (what the host has seen, what it has not), so that every older segment may be erased. A new
segment counts from the moment its last opening record is whole; until then the one before is the truth.
"""

from wire import messages as m
from wire.crc import crc16

SEGMENTS = 4
SEGMENT_RECORDS = 128
RECORD_BYTES = m.RECORD_BYTES + 2
UNACKNOWLEDGED_MAX = 64
RECENT_MAX = 64
BURST = 30
REFILL_MS = 120_000
"""At most 30 records at once and one in two minutes for ever: 263,000 a year, or 2,200 segments of 4 KB, each erased
550 times a year; flash stands 100,000 (W25Q16JV data sheet, section 1). What comes faster is merged into one record."""

# Kinds of records that are the ring's own; the rest are in wire.messages.
BEGIN = 0x70
EPOCH = 0x71
READY = 0x72
ACKNOWLEDGED = 0x73
NEW_DAY = 0x74
CYCLED = 0x75
DAY_FROM = 0x76
OWN = 0x70
DAY_S = 86_400

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from app.board import Segments


def encode_record(counter: int, unix_s: int, boot: int, kind: int, detail: int, value: int) -> bytes:
    """Return one record with its check sum."""
    body = m.record.encode(counter, unix_s, boot, kind, detail, value)
    crc = crc16(body)
    return body + bytes((crc >> 8, crc & 255))


def parse_records(data: bytes) -> "tuple[list[Any], bool]":
    """Return the whole records at the beginning of ``data``, and whether anything but blank flash follows them."""
    records: list[Any] = []
    for at in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES):
        piece = data[at : at + RECORD_BYTES]
        if crc16(piece) != 0:
            return records, piece != b"\xff" * RECORD_BYTES
        records.append(m.record.decode(piece))
    return records, len(data) % RECORD_BYTES != 0


class TamperRing:
    """The log.

    Args:
        segments: The flash.
        fresh_epoch: A random number, for a flash that holds no log yet.

    Attributes:
        epoch: Names this log: counters of another epoch are another log's.
        boot: How often the panel has started, modulo 65,536.
        counter: Number of the newest record.
        acknowledged: The host has dealt with every record up to this one.
        cycles_today: Power cycles since the last NEW_DAY.
        day_from: The host's clock when it first told it after one of these, Unix seconds; 0 when it has not.
        unacknowledged: Payloads of LOGGED, oldest first.
        recent: The same of the newest records, acknowledged or not.
        failed: The flash refused a write; what it should hold is in memory only.
        writes: Appends since the start.
    """

    def __init__(self, segments: "Segments", fresh_epoch: int) -> None:
        self._segments = segments
        self.epoch = fresh_epoch
        self.boot = 0
        self.counter = 0
        self.acknowledged = 0
        self.cycles_today = 0
        self.day_from = 0
        self.unacknowledged: list[bytes] = []
        self.recent: list[bytes] = []
        self.failed = False
        self.writes = 0
        self._tokens = BURST
        self._refill_ms = 0
        self._merged = 0
        self._merged_kind = 0
        self._current = -1
        self._generation = 0
        self._used = SEGMENT_RECORDS
        self._load()

    def note(self, kind: int, detail: int = 0, value: int = 0, unix_s: int = 0) -> None:
        """Write a record; when too many come or wait, count it, to be written as one MERGED record later."""
        if kind == m.POWER_CYCLED:
            self.cycles_today += 1
        if self._tokens == 0 or len(self.unacknowledged) >= UNACKNOWLEDGED_MAX:
            self._merged = min(self._merged + 1, 65_535)
            self._merged_kind = kind
            if kind == m.POWER_CYCLED:  # the limit a day must survive a reset all the same
                self._append(encode_record(self.counter, 0, self.boot, CYCLED, 0, 0))
            return
        self._tokens -= 1
        self.counter += 1
        self._remember(m.record.encode(self.counter, unix_s, self.boot, kind, detail, value))
        self._append(encode_record(self.counter, unix_s, self.boot, kind, detail, value))

    def acknowledge(self, counter: int) -> None:
        """Forget what waits up to ``counter``: the host has dealt with it."""
        counter = min(counter, self.counter)
        if counter <= self.acknowledged:
            return
        self.acknowledged = counter
        self.unacknowledged = [body for body in self.unacknowledged if m.record.decode(body).counter > counter]
        self._append(encode_record(counter, 0, self.boot, ACKNOWLEDGED, 0, 0))

    def count_day(self, unix_s: int) -> bool:
        """Take the host's clock; return whether by it a day has gone by since the power cycles that count.

        The panel's own count of 24 hours dies with its power. A kiosk that is switched off every night would come to
        its limit once and never leave it.
        """
        if self.cycles_today and not 0 < self.day_from <= unix_s:
            self.day_from = unix_s
            self._append(encode_record(self.counter, unix_s, self.boot, DAY_FROM, 0, 0))
        return self.cycles_today > 0 and unix_s - self.day_from >= DAY_S

    def begin_day(self) -> None:
        """Note that the 24 hours of the power-cycle limit are over."""
        self.cycles_today = 0
        self.day_from = 0
        self._append(encode_record(self.counter, 0, self.boot, NEW_DAY, 0, 0))

    def step(self, elapsed: int, unix_s: int = 0) -> None:
        """Let time pass: the allowance grows, and what was merged is written once it may be."""
        self._refill_ms += elapsed
        while self._refill_ms >= REFILL_MS:
            self._refill_ms -= REFILL_MS
            self._tokens = min(BURST, self._tokens + 1)
        if self._merged and self._tokens and len(self.unacknowledged) < UNACKNOWLEDGED_MAX:
            count, self._merged = self._merged, 0
            self.note(m.MERGED, self._merged_kind, count, unix_s)

    # Loading ----------------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        known = []
        for number in range(SEGMENTS):
            opening, _ = parse_records(self._segments.read(number, 0, 3 * RECORD_BYTES))
            if opening and opening[0].kind == BEGIN:
                known.append((opening[0].unix_s, number))
        known.sort()
        torn = True
        seen = 0
        for generation, number in known:
            records, torn_here = parse_records(self._segments.read(number, 0, SEGMENT_RECORDS * RECORD_BYTES))
            if not any(record.kind == READY for record in records):
                continue  # begun in a power cut: the segment before it holds everything, and this one is begun again
            self._current, self._generation, torn, self._used = number, generation, torn_here, len(records)
            for record in records:
                seen = self._replay(record, seen)
        self._settle_waiting()
        self.boot = (self.boot + 1) & 0xFFFF
        if self._current < 0 or torn or self._used >= SEGMENT_RECORDS:
            self._begin_segment()

    def _replay(self, record: "Any", seen: int) -> int:
        """Take one record of the past; return the highest counter seen, beyond which power cycles are counted anew."""
        if record.kind == BEGIN:
            self.acknowledged = max(self.acknowledged, record.counter)
            self.cycles_today = record.value
        elif record.kind == DAY_FROM:
            self.day_from = record.unix_s
        elif record.kind == EPOCH:
            self.epoch = record.counter
            seen = max(seen, record.unix_s)
        elif record.kind == ACKNOWLEDGED:
            self.acknowledged = max(self.acknowledged, record.counter)
        elif record.kind == NEW_DAY:
            self.cycles_today = self.day_from = 0
        elif record.kind == CYCLED:
            self.cycles_today += 1
        elif record.kind < OWN and (record.counter > seen or self._is_new(record.counter)):
            self._remember(m.record.encode(*record))
            if record.counter > seen and record.kind == m.POWER_CYCLED:
                self.cycles_today += 1
        self.boot = record.boot
        seen = max(seen, record.counter) if record.kind < OWN else seen
        self.counter = max(self.counter, seen)
        return seen

    def _is_new(self, counter: int) -> bool:
        return all(m.record.decode(body).counter != counter for body in self.recent)

    def _remember(self, body: bytes) -> None:
        self.unacknowledged.append(body)
        self.recent.append(body)
        if len(self.recent) > RECENT_MAX:
            self.recent.pop(0)

    def _settle_waiting(self) -> None:
        """After loading: only what the host has not dealt with, each once, in order."""
        waiting = {}
        for body in self.unacknowledged:
            counter = m.record.decode(body).counter
            if counter > self.acknowledged:
                waiting[counter] = body
        self.unacknowledged = [waiting[counter] for counter in sorted(waiting)][-UNACKNOWLEDGED_MAX:]
        self.recent.sort()  # the counter comes first, big-endian

    # Writing ----------------------------------------------------------------------------------------------------------

    def _append(self, record: bytes) -> None:
        if self._used >= SEGMENT_RECORDS:
            self._begin_segment()  # what the record says went over with everything else that is known
        else:
            self._write(record)

    def _begin_segment(self) -> None:
        target = (self._current + 1) % SEGMENTS
        self._generation += 1
        opening = [
            encode_record(self.acknowledged, self._generation, self.boot, BEGIN, 0, self.cycles_today),
            encode_record(self.epoch, self.counter, self.boot, EPOCH, 0, 0),
        ]
        if self.day_from:
            opening.append(encode_record(self.counter, self.day_from, self.boot, DAY_FROM, 0, 0))
        opening.extend(encode_record(*m.record.decode(body)) for body in self.unacknowledged)
        opening.append(encode_record(self.counter, 0, self.boot, READY, 0, 0))
        try:
            self._segments.erase(target)
        except OSError:
            self.failed = True
        self._current = target
        self._used = 0
        self._write(b"".join(opening))

    def _write(self, records: bytes) -> None:
        self._used += len(records) // RECORD_BYTES
        self.writes += 1
        try:
            self._segments.append(self._current, records)
        except OSError:
            self.failed = True
            self._used = SEGMENT_RECORDS  # nothing may follow a torn record: go on in another segment
        else:
            self.failed = False

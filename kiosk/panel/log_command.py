"""Command ``panel log``: what the panel has kept of tampering, restarts and power cycles."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import cast

import click

from contracts.message import Words
from kiosk.panel.connection import Events, ask, connected, panel_option
from kiosk.panel.events import Logged, parse_event
from kiosk.panel.link import PanelLink
from kiosk.panel.wire import messages as m

_KINDS = {
    "booted": Words(th="แผงหน้าเริ่มทำงาน", en="panel started"),
    "lid_opened": Words(th="ฝาถูกเปิด", en="lid opened"),
    "lid_closed": Words(th="ฝาถูกปิด", en="lid closed"),
    "back_opened": Words(th="ฝาหลังถูกเปิด", en="back opened"),
    "back_closed": Words(th="ฝาหลังถูกปิด", en="back closed"),
    "power_cycled": Words(th="ตัดไฟเครื่องแล้วจ่ายใหม่", en="host's power cycled"),
    "merged": Words(th="หลายเหตุการณ์รวมกัน", en="several merged"),
}
_CAUSES = {1: Words(th="ไฟเข้า", en="power came"), 3: Words(th="วอตช์ด็อกของแผง", en="its own watchdog")}
_FOUND = Words(th="พบตอนเริ่มทำงาน", en="found so at the start")


def word_kind(kind: str) -> Words:
    """Return a kind of record in words; a newer panel's kind is its own name. Pure."""
    return _KINDS.get(kind, Words(th=kind, en=kind))


def word_detail(record: Logged) -> Words | None:
    """Return what a record says beside its kind. Pure."""
    if record.kind == "booted":
        return _CAUSES.get(record.detail)
    if record.kind == "power_cycled":
        return Words(th=f"ครั้งที่ {record.value} ของวัน", en=f"number {record.value} of the day")
    if record.kind == "merged":
        return Words(th=f"{record.value} เหตุการณ์", en=f"{record.value} records")
    return _FOUND if record.detail else None


def describe_record(record: Logged) -> dict[str, object]:
    """Return a record for JSON: as told, with its time as people and programs read it. Pure."""
    at = datetime.fromtimestamp(record.unix_s, UTC).isoformat() if record.unix_s else None
    kind = word_kind(record.kind)
    return {**asdict(record), "at": at, "th": kind.th, "en": kind.en}


def word_record(record: Logged) -> str:
    """Return a record as a line of the table. Pure."""
    known = datetime.fromtimestamp(record.unix_s, UTC).strftime("%Y-%m-%d %H:%M:%SZ") if record.unix_s else "-"
    kind, detail = word_kind(record.kind), word_detail(record)
    more = f" ({detail.th} / {detail.en})" if detail is not None else ""
    return f"{record.counter:>8}  {record.boot:>5}  {known:<20}  {kind.th} / {kind.en}{more}"


def read_log(link: PanelLink, events: Events, first: int) -> Iterator[Logged]:
    """Fetch the records the panel still has, oldest first, from one counter on."""
    while True:
        payload = ask(link, events, m.LOG_READ, m.log_read.encode(first))
        bodies = [payload[at : at + m.RECORD_BYTES] for at in range(0, len(payload), m.RECORD_BYTES)]
        records = [cast("Logged", parse_event(m.LOGGED, body)) for body in bodies if len(body) == m.RECORD_BYTES]
        if not records:
            return
        yield from records
        first = records[-1].counter + 1


@click.command()
@panel_option
@click.option("--first", type=click.IntRange(0, 0xFFFF_FFFF), default=0, help="Begin at this number.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def log(url: str, first: int, as_json: bool) -> None:
    """Print the newest records of the panel's own log (up to 64): covers, power cycles, its starts."""
    with connected(url) as (link, events, _):
        records = list(read_log(link, events, first))
    if as_json:
        click.echo(json.dumps([describe_record(record) for record in records], ensure_ascii=False, indent=1))
        return
    click.echo("  ลำดับ/no  boot  เวลา/time             เหตุการณ์/event")
    for record in records:
        click.echo(word_record(record))

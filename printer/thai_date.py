"""Dates as a slip shows them: in both calendars, Bangkok time. Machine data elsewhere is ISO 8601, common era."""

from datetime import datetime, timedelta, timezone

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")
"""Thailand has had no daylight saving since 1920; a fixed offset needs no zone database on the device."""

BUDDHIST_ERA_OFFSET = 543

MONTHS_TH = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def thai_date(moment: datetime) -> str:
    """Write a day in the Buddhist era, e.g. ``15 มกราคม พ.ศ. 2569``. ``moment`` is aware."""
    local = moment.astimezone(BANGKOK)
    return f"{local.day} {MONTHS_TH[local.month - 1]} พ.ศ. {local.year + BUDDHIST_ERA_OFFSET}"


def english_date(moment: datetime) -> str:
    """Write a day in the common era, e.g. ``15 Jan 2026``. ``moment`` is aware."""
    local = moment.astimezone(BANGKOK)
    return f"{local.day} {MONTHS_EN[local.month - 1]} {local.year}"


def clock_time(moment: datetime) -> str:
    """Write the time of day in Bangkok, e.g. ``10:42``. ``moment`` is aware."""
    return moment.astimezone(BANGKOK).strftime("%H:%M")

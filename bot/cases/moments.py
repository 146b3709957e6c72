"""Days and moments as staff read them: "vr 27 november 2026 14.05", in the time of the company."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.cases.alarming import dutch_day

_WEEKDAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")


def day_words(day: date) -> str:
    """ "vr 27 november 2026"."""
    return f"{_WEEKDAYS[day.weekday()]} {dutch_day(day, date.min)}"


def moment_words(at: datetime, timezone: str) -> str:
    """ "vr 27 november 2026 14.05", wherever the machine stands."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{day_words(local.date())} {local:%H.%M}"


def words_of_iso(text: str, timezone: str) -> str | None:
    """The words of a day or moment that was kept as ISO 8601; None for any other text."""
    if len(text) < len("2026-11-27") or text[4:5] != "-":
        return None
    try:
        return day_words(date.fromisoformat(text)) if len(text) == len("2026-11-27") else _moment(text, timezone)
    except ValueError:
        return None


def _moment(text: str, timezone: str) -> str | None:
    at = datetime.fromisoformat(text)
    return None if at.tzinfo is None else moment_words(at, timezone)

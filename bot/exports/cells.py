"""One value of a row, as it stands in CSV, in JSON and on paper."""

from __future__ import annotations

import base64
import math
import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.datamap.holdings import Cell
from bot.triage.labels import Language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run what follows; such texts get an apostrophe in front, in CSV only."""

SHOWN_AT_MOST = 300  # characters of one value on paper; the files hold all of it

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_WRITTEN_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_LONG_WORD = re.compile(r"\S{42,}")

Json = str | int | float | bool | None


def json_value(cell: Cell) -> Json:
    """The true value: dates in ISO 8601, decimals as text so that no cent is lost, bytes in base64."""
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode("ascii")
    if isinstance(cell, date):  # a datetime is one
        return cell.isoformat()
    if isinstance(cell, Decimal) or (isinstance(cell, float) and not math.isfinite(cell)):
        return str(cell)
    return cell


def csv_value(cell: Cell) -> str:
    """The value as text; only text is guarded against formulas: a negative number stays a number."""
    value = json_value(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return str(value)


def shown(cell: Cell, language: Language, timezone: str) -> str:
    """The value as a person reads it on paper, without invisible characters and not longer than a paragraph."""
    english = language is Language.ENGLISH
    if cell is None or cell == "":
        return "–"
    if isinstance(cell, str) and _WRITTEN_DATE.fullmatch(cell):
        cell = _read_date(cell)
    if isinstance(cell, bool):
        return ("yes" if cell else "no") if english else ("ja" if cell else "nee")
    if isinstance(cell, datetime):
        return _shown_instant(cell, timezone, english=english)
    if isinstance(cell, date):
        return _shown_day(cell, english=english)
    if isinstance(cell, float | Decimal):
        return _shown_number(cell, english=english)
    if isinstance(cell, bytes):
        return f"({len(cell)} bytes)"
    return readable(str(cell))


def _read_date(text: str) -> Cell:
    """What a database without date types keeps as text; left as text where it is no date after all."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text


def readable(text: str) -> str:
    """Text that a page can show: bounded, and with places where a very long word may break."""
    text = _UNSEEN.sub("", text)
    if len(text) > SHOWN_AT_MOST:
        text = text[: SHOWN_AT_MOST - 1].rstrip() + "…"
    return _LONG_WORD.sub(_breakable, text)


def _breakable(match: re.Match[str]) -> str:
    return "\u200b".join(re.findall(".{1,40}", match[0]))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _shown_day(day: date, *, english: bool) -> str:
    return f"{day.day}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}" if english else f"{day:%d-%m-}{day.year}"


def _shown_instant(at: datetime, timezone: str, *, english: bool) -> str:
    try:
        local = at.astimezone(ZoneInfo(timezone)) if at.tzinfo else at
    except OverflowError:  # the last day of the year 9999 is how some systems write "for ever"
        local = at
    return f"{_shown_day(local, english=english)} {local:%H:%M}"


def _shown_number(number: float | Decimal, *, english: bool) -> str:
    text = f"{number:,f}" if isinstance(number, Decimal) and number.is_finite() else str(number)
    return text if english else text.translate(str.maketrans(",.", ".,"))

"""What a driver hands out, as a cell of an export or as text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.datamap.holdings import Cell


def cell(value: Any) -> Cell:
    """The value as it is, or its plain text where an export knows no such type (uuid, array, JSON, interval)."""
    match value:
        case None | bool() | int() | float() | Decimal() | str() | bytes() | date():  # a datetime is a date
            return value
        case bytearray() | memoryview():
            return bytes(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case time() | timedelta():
            return str(value)
        case _:
            return str(value)


def as_text(value: Any) -> str | None:
    """The value as people and keys write it."""
    given = cell(value)
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, bytes):
        return given.hex()
    if isinstance(given, datetime):
        return given.isoformat(sep=" ")
    return str(given)


def as_date(value: Any) -> date | None:
    """A date of the database, or ISO 8601 text as SQLite keeps it; None where it is neither."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def as_moment(value: Any) -> datetime | None:
    """An aware moment; one without a zone is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None

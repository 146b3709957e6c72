"""Column types that come back the same from SQLite and PostgreSQL: moments, enums, ids."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column that is called exactly INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime, always UTC when it comes back. A naive one is refused: nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[Any]):
    """An enum stored as its value, without a list in the schema: adding a member needs no migration."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value).value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else self.words(value)


class Step(TypeDecorator[Any]):
    """An IntEnum stored as its number."""

    impl = Integer()
    cache_ok = True

    def __init__(self, steps: type[Enum]) -> None:
        super().__init__()
        self.steps = steps

    def process_bind_param(self, value: Any, _dialect: Dialect) -> int | None:
        return None if value is None else int(self.steps(value).value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Any:
        return None if value is None else self.steps(value)

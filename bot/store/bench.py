"""What every repository of one transaction works with: the connection, the vault, the clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, CursorResult, Executable, Row, Select, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.clock import Clock
from bot.store.errors import MissingRowError, VaultError
from bot.store.vault import Vault

T = TypeVar("T")
Upsert = sqlite.Insert | postgresql.Insert


@dataclass(frozen=True, slots=True)
class Bench:
    """One open transaction. Sealed content goes in and comes out as a frozen dataclass, written down as JSON."""

    connection: Connection
    vault: Vault
    clock: Clock
    case_prefix: str
    timezone: str
    lease_seconds: float
    max_attempts: int
    backoff_seconds: float

    def now(self) -> datetime:
        return self.clock()

    def run(self, statement: Executable) -> CursorResult[Any]:
        result = self.connection.execute(statement)
        assert isinstance(result, CursorResult)
        return result

    def run_many(self, statement: Executable, rows: Sequence[Mapping[str, object]]) -> CursorResult[Any]:
        """One statement for many rows; at least one."""
        result = self.connection.execute(statement, rows)
        assert isinstance(result, CursorResult)
        return result

    def changed(self, statement: Executable) -> bool:
        """Whether the conditional statement hit a row: False is the answer that somebody was first."""
        return self.run(statement).rowcount > 0

    def first(self, query: Select[Any]) -> Row[Any] | None:
        return self.run(query).first()

    def all(self, query: Select[Any]) -> Iterator[Row[Any]]:
        """The rows as they come; not all in memory."""
        return iter(self.run(query))

    def one(self, table: Table, row_id: int) -> Row[Any]:
        """The row with this id; MissingRowError if there is none."""
        row = self.first(table.select().where(table.c.id == row_id))
        if row is None:
            raise MissingRowError(table.name, row_id)
        return row

    def add(self, table: Table, content: object = None, /, **values: object) -> int:
        """Insert a row, with `content` sealed to its id. Returns the id."""
        key = self.run(insert(table).values(**values)).inserted_primary_key
        assert key is not None
        row_id = int(key[0])
        if content is not None:
            self.reseal(table, row_id, content)
        return row_id

    def reseal(self, table: Table, row_id: int, content: object) -> None:
        """Replace a row's sealed content."""
        sealed = self.sealed(content, _place(table, row_id))
        self.run(update(table).where(table.c.id == row_id).values(sealed=sealed))

    def content(self, kind: type[T], table: Table, row: Row[Any]) -> T | None:
        """A row's sealed content; None after it was forgotten."""
        sealed = row._mapping["sealed"]
        return None if sealed is None else self.opened(kind, sealed, _place(table, row._mapping["id"]))

    def sealed(self, content: object, place: str) -> bytes:
        return self.vault.seal(_written(content), place)

    def opened(self, kind: type[T], sealed: bytes, place: str) -> T:
        plain = self.vault.open(sealed, place)
        try:
            read: T = _notation(kind).validate_json(plain)
        except ValidationError as unreadable:
            wrong = unreadable.errors(include_input=False, include_url=False)[0]["type"]
            raise VaultError(f"{place} opened but cannot be read ({wrong}): written by another version?") from None
        return read

    def by_index(self, values: Iterable[str]) -> dict[str, list[str]]:
        """Values by the keyed hash that they are looked up by; several may share one."""
        found: dict[str, list[str]] = {}
        for value in values:
            found.setdefault(self.vault.index(value), []).append(value)
        return found

    def upsert(self, table: Table) -> Upsert:
        """An INSERT that knows ON CONFLICT, of the dialect at hand."""
        return sqlite.insert(table) if self.connection.dialect.name == "sqlite" else postgresql.insert(table)


def short(words: str | None, most: int = 500) -> str | None:
    """Words that fit a plain column: PostgreSQL refuses longer ones, and NUL and lone surrogates altogether."""
    if words is None:
        return None
    return words.replace("\0", " ").encode("utf-8", "replace").decode()[:most]


_NOTATIONS: dict[type[Any], TypeAdapter[Any]] = {}


def _notation(kind: type[Any]) -> TypeAdapter[Any]:
    """How this kind is written as JSON; making one takes milliseconds, so each is made once."""
    if kind not in _NOTATIONS:
        _NOTATIONS[kind] = TypeAdapter(kind)
    return _NOTATIONS[kind]


def _written(content: object) -> bytes:
    """JSON; a lone surrogate, as broken mail may hold, becomes a question mark."""
    written = _notation(type(content)).dump_python(content, mode="json")
    return json.dumps(written, ensure_ascii=False).encode("utf-8", "replace")


def _place(table: Table, row_id: int) -> str:
    return f"{table.name}.sealed|{row_id}"

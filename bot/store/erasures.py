"""The erasure ledger: what was erased or is due, kept without personal data in the clear, replayed after a restore."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.store.bench import Bench
from bot.store.records import ErasureLine
from bot.store.tables import erasures


@dataclass(frozen=True, slots=True)
class SealedKey:
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Erasures:
    bench: Bench

    def write(
        self,
        case_id: int | None,
        system: str,
        table: str,
        key: str,
        rows: int,
        executed_at: datetime | None,
        due_on: date | None = None,
    ) -> int:
        """One line. `key` says which rows; it is sealed, and kept as a keyed hash beside it."""
        return self.bench.add(
            erasures,
            SealedKey(key),
            case_id=case_id,
            system=system,
            table=table,
            key_index=self.bench.vault.index(key),
            rows=rows,
            executed_at=executed_at,
            due_on=due_on,
        )

    def all(self) -> tuple[ErasureLine, ...]:
        return self._where()

    def due(self, on: date) -> tuple[ErasureLine, ...]:
        """What waits for its retention to end and whose day has come."""
        return self._where(erasures.c.executed_at.is_(None), erasures.c.due_on <= on)

    def done(self, line_id: int, rows: int, at: datetime) -> bool:
        """What was due was carried out; True for the one caller who did it."""
        mine = (erasures.c.id == line_id) & erasures.c.executed_at.is_(None)
        return self.bench.changed(update(erasures).where(mine).values(rows=rows, executed_at=at))

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[ErasureLine, ...]:
        query = select(erasures).where(*conditions).order_by(erasures.c.id)
        return tuple(self._line(row) for row in self.bench.all(query))

    def _line(self, row: Row[Any]) -> ErasureLine:
        content = self.bench.content(SealedKey, erasures, row)
        plain = {name: row._mapping[name] for name in ErasureLine.__slots__ if name != "key"}
        return ErasureLine(**plain, key="" if content is None else content.key)

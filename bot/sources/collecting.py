"""A person's rows, table by table, streamed out of one snapshot of one system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.datamap.holdings import Cell, HeldColumn, Holding
from bot.datamap.model import BASIS_IN_WORDS, Column, DataMap, System, Table
from bot.datamap.words import Words
from bot.sources.cells import cell
from bot.sources.connection import FETCH_ROWS, Database
from bot.sources.errors import ForeignRowError, SourceError
from bot.sources.phrases import NOBODYS, NOT_PORTABLE, REDACTED, SECRET, THIRD_PARTY
from bot.sources.selection import Scope, Selection, by_address_alone, relation
from bot.triage.labels import Language


@dataclass(frozen=True, slots=True)
class Collecting:
    """What is the same for every table of one system."""

    datamap: DataMap
    system: System
    selection: Selection
    database: Database
    connection: sa.Connection
    language: Language
    access: bool  # False: portability, only what Art. 20 covers
    shares_address: bool  # somebody else is known by the same address

    def holding(self, table: Table, scope: Scope) -> Holding | None:
        """The rows of one table; None where a portability request has no claim on any column."""
        shown = {name: column for name, column in table.columns.items() if self._shown(table, column)}
        if not shown:
            return None
        return Holding(
            system=self.system.name,
            table=table.name,
            label=self._say(table.label),
            category=self._say(table.category),
            purpose=self._say(table.purpose),
            legal_basis=self._say(BASIS_IN_WORDS[table.legal_basis]),
            recipients=self.datamap.recipients_of(table, self.language),
            origin=self._say(table.source),
            retention=self._say(table.retention.value),
            role="processor" if table.role.tenants_own else "controller",
            columns=tuple(self._held(table, name, column) for name, column in shown.items()),
            rows=iter(()) if (nobodys := self._nobodys(table, scope)) else self._rows(table, scope, shown),
            tenant_column=_tenant_column(table, shown),
            withheld=nobodys,
            left_out=(self._say(NOBODYS),) if nobodys else tuple(self._left_out(table)),
        )

    def _nobodys(self, table: Table, scope: Scope) -> bool:
        """There are rows, and nothing says which of two people with one address they are about."""
        alone = self.shares_address and by_address_alone(scope)
        return alone and self.selection.any_row(self.connection, table, scope)

    def _say(self, words: Words) -> str:
        return words.told_in(self.language)

    def _shown(self, table: Table, column: Column) -> bool:
        return not column.secret and (self.access or (column.portable and not redacted(table, column)))

    def _held(self, table: Table, name: str, column: Column) -> HeldColumn:
        return HeldColumn(name, self._say(column.label), column.portable, third_party=redacted(table, column))

    def _left_out(self, table: Table) -> Iterator[str]:
        for column in table.columns.values():
            if reason := self._why_left_out(table, column):
                yield f"{self._say(column.label)}: {self._say(reason)}"

    def _why_left_out(self, table: Table, column: Column) -> Words | None:
        if column.secret:
            return SECRET
        if redacted(table, column):
            return THIRD_PARTY
        return None if self.access or column.portable else NOT_PORTABLE

    def _rows(self, table: Table, scope: Scope, shown: Mapping[str, Column]) -> Iterator[Mapping[str, Cell]]:
        """Every row is checked against whose it must be before it leaves. Raises ForeignRowError."""
        rows = relation(table).alias()
        read = [name for name, column in shown.items() if not redacted(table, column)]
        stamps = self.selection.stamps(table, scope, rows)
        query = (
            sa.select(*(rows.c[name] for name in read), *(stamp.column for stamp in stamps))
            .select_from(rows)
            .where(self.selection.where(table, scope, rows))
            .order_by(*(rows.c[name] for name in table.key))
        )
        hidden = dict.fromkeys(shown, self._say(REDACTED))
        with self._over_after_trouble():
            for row in self._streamed(query):
                if not all(stamp.fits(found) for stamp, found in zip(stamps, row[len(read) :], strict=True)):
                    raise ForeignRowError(self.system.name, table.name)
                yield hidden | dict(zip(read, map(cell, row), strict=False))

    @contextmanager
    def _over_after_trouble(self) -> Iterator[None]:
        """Nothing more may come out of this system, whatever the caller does with the exception."""
        try:
            yield
        except SourceError:
            self.connection.close()
            raise

    def _streamed(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        """A server-side cursor where there is one; rows are walked long after this call, so troubles end here."""
        streaming = {"stream_results": True, "yield_per": FETCH_ROWS}
        with self.database.troubles(), self.connection.execute(query, execution_options=streaming) as found:
            yield from found


def redacted(table: Table, column: Column) -> bool:
    """In the tenant's own administration other people belong there: he is their controller."""
    return column.third_party and not table.role.tenants_own


def only_shown(table: Table) -> tuple[Column, ...]:
    """Columns that a request for access shows and that portability does not cover."""
    return tuple(
        column for column in table.columns.values() if not (column.portable or column.secret or redacted(table, column))
    )


def _tenant_column(table: Table, shown: Mapping[str, Column]) -> str | None:
    """The exported column that carries the tenant's key, if there is one."""
    if table.tenant is None or table.tenant.column is None or len(table.tenant.column) != 1:
        return None
    name = table.tenant.column[0]
    return name if name in shown else None

"""Approved changes carried out: one transaction per system, every row compared with the plan, verified afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause

from bot.cases.changes import ChangeAction, ChangeResult, PlannedChange
from bot.datamap.model import System
from bot.sources.connection import Database
from bot.sources.erasing import still_there
from bot.sources.errors import SourceFailedError
from bot.sources.selection import WRITTEN, Scope, Selection, bound, relation

State = Callable[[FromClause], ColumnElement[bool]]

OTHER_NUMBER = "other_number_of_rows"
ROLLED_BACK = "rolled_back"
NOT_IN_MAP = "not_in_the_data_map"
UNVERIFIED = "verification_failed"


class _DifferentError(Exception):
    """The database is not as the plan saw it."""

    def __init__(self, change: PlannedChange, found: int) -> None:
        super().__init__()
        self.change = change
        self.found = found


@dataclass(frozen=True, slots=True)
class Changing:
    """One system and the way into it."""

    system: System
    database: Database
    selection: Selection

    def carry_out(self, changes: Sequence[PlannedChange]) -> list[ChangeResult]:
        """A result for every line that acts. Kept lines are guards: their rows must still be there before the commit.

        Safe to run again: lines whose wanted state is already there count as done.
        """
        acting = [change for change in changes if change.acts]
        if not all(self._known(change) for change in changes):
            return not_in_map(changes)
        try:
            with self.database.changing() as connection:
                found = [self._apply(connection, change) for change in acting]
                self._guard(connection, changes)
        except _DifferentError as different:
            again = self._verified(acting, [0] * len(acting))
            done_before = all(result.done for result in again)
            return again if done_before else [_rolled_back(change, different) for change in acting]
        except SourceFailedError as failed:
            return [ChangeResult(change, done=False, found=0, trouble=failed.trouble) for change in acting]
        return self._verified(acting, found)

    def standing(self, changes: Sequence[PlannedChange]) -> list[ChangeResult]:
        """Whether the outcome of every acting line is there already; changes nothing."""
        acting = [change for change in changes if change.acts]
        if not all(self._known(change) for change in changes):
            return not_in_map(changes)
        return self._verified(acting, [0] * len(acting))

    def _known(self, change: PlannedChange) -> bool:
        """The map may have changed since the plan was made."""
        try:
            table = self.system.table(change.table)
        except KeyError:
            return False
        return change.column is None or change.column in table.columns

    def _apply(self, connection: sa.Connection, change: PlannedChange) -> int:
        """Rows seen. Raises _DifferentError unless the plan's rows, or its outcome, are what is there."""
        waiting = self._count(connection, change, change.key, partial(_before, change))
        if waiting == 0 and self._there(connection, change):
            return 0
        if waiting != change.count:
            raise _DifferentError(change, waiting)
        changed = connection.execute(self._statement(change)).rowcount
        if changed != change.count:
            raise _DifferentError(change, changed)
        return changed

    def _statement(self, change: PlannedChange) -> sa.Update | sa.Delete:
        table = self.system.table(change.table)
        rows = relation(table)
        these = self.selection.where(table, change.key, rows)
        if change.column is None:
            return sa.delete(rows).where(these)
        value = sa.null() if change.new is None else bound(change.new)
        return sa.update(rows).where(these, _before(change, rows)).values({rows.c[change.column]: value})

    def _there(self, connection: sa.Connection, change: PlannedChange) -> bool:
        """The outcome stands: the rows are gone, the column is empty, or the new value is in as many rows."""
        if self._count(connection, change, change.key, partial(_before, change)):
            return False
        if change.action is not ChangeAction.CORRECT or change.column is None:
            return True
        return self._count(connection, change, _moved(change, self.system), partial(_after, change)) >= change.count

    def _count(self, connection: sa.Connection, change: PlannedChange, scope: Scope, state: State) -> int:
        table = self.system.table(change.table)
        rows = relation(table)
        query = (
            sa.select(sa.func.count()).select_from(rows).where(self.selection.where(table, scope, rows), state(rows))
        )
        return int(connection.execute(query).scalar_one())

    def _guard(self, connection: sa.Connection, changes: Sequence[PlannedChange]) -> None:
        """A cascade in the database must not take what the law makes us keep."""
        for change in changes:
            if change.action in {ChangeAction.KEEP, ChangeAction.RETURN}:
                found = self._count(connection, change, change.key, _any)
                if found < change.count:
                    raise _DifferentError(change, found)

    def _verified(self, acting: Sequence[PlannedChange], found: Sequence[int]) -> list[ChangeResult]:
        """After the commit, on a connection of its own."""
        try:
            with self.database.reading() as connection:
                there = [self._there(connection, change) for change in acting]
        except SourceFailedError as failed:
            return [ChangeResult(change, done=False, found=0, trouble=failed.trouble) for change in acting]
        return [
            ChangeResult(change, done=done, found=seen, trouble=None if done else UNVERIFIED)
            for change, done, seen in zip(acting, there, found, strict=True)
        ]


def _any(_: FromClause) -> ColumnElement[bool]:
    return sa.true()


def _before(change: PlannedChange, rows: FromClause) -> ColumnElement[bool]:
    """What the plan saw in the rows that it wants to change."""
    if change.column is None:
        return sa.true()
    column = rows.c[change.column]
    if change.action is not ChangeAction.CORRECT:
        return still_there(column, change.new)
    return column.is_(None) if change.old is None else column == bound(change.old)


def _after(change: PlannedChange, rows: FromClause) -> ColumnElement[bool]:
    """A correction's outcome in one row."""
    assert change.column is not None
    return rows.c[change.column] == bound(change.new)


def not_in_map(changes: Sequence[PlannedChange]) -> list[ChangeResult]:
    return [ChangeResult(change, done=False, found=0, trouble=NOT_IN_MAP) for change in changes if change.acts]


def _rolled_back(change: PlannedChange, different: _DifferentError) -> ChangeResult:
    if change is different.change:
        return ChangeResult(change, done=False, found=different.found, trouble=OTHER_NUMBER)
    return ChangeResult(change, done=False, found=0, trouble=ROLLED_BACK)


def _moved(change: PlannedChange, system: System) -> Scope:
    """Where the rows hang after the change: rows that hang on an address move along when that address is corrected."""
    person = system.table(change.table).person
    if person is None or person.column != (change.column,) or change.new is None:
        return change.key
    return tuple((name, change.new if name in WRITTEN else value) for name, value in change.key)

"""What erasure means for one person in one system: per table erase, keep until, return, or a person's hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause

from bot.cases.changes import ChangeAction, PlannedChange
from bot.datamap.model import Anchor, Column, System, Table
from bot.datamap.retention import EndDate
from bot.datamap.words import Words
from bot.sources.cells import as_date
from bot.sources.phrases import IN_USE, NOBODYS, RETURNED, SHARED
from bot.sources.selection import Scope, Selection, by_address_alone, relation
from bot.sources.staying import Stay
from bot.triage.labels import Language

Edge = tuple[str, str]
"""A table whose rows refer to another's, by the names of the map: child, parent."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to happen to one person's rows of one table."""

    table: Table
    scope: Scope
    count: int
    action: ChangeAction
    reason: Words | None = None
    keep_until: date | None = None
    spared: bool = False  # would go, but for what else stays

    @property
    def rows_go(self) -> bool:
        return self.action is ChangeAction.ERASE


@dataclass(frozen=True, slots=True)
class Erasing:
    """One person in one system, read in one snapshot."""

    system: System
    selection: Selection
    connection: sa.Connection
    language: Language
    today: date
    shared: bool  # other people use the same tenant
    shares_address: bool  # somebody else is known by the same address
    running: bool  # the account has not ended
    scopes: Mapping[str, Scope]  # the tables that can hold rows about this person, with what ties them to him
    stay: Stay | None = None  # his own record, where it must outlive the erasure

    def changes(self, edges: Sequence[Edge]) -> Iterator[PlannedChange]:
        """The plan, in an order that respects foreign keys; what acts comes first."""
        fates = {name: self._fate(self.system.table(name), scope) for name, scope in self.scopes.items()}
        present = {name: fate for name, fate in fates.items() if fate is not None}
        ordered = settled_order(present, edges)
        for fate in ordered:
            yield from self._column_changes(fate)
        for fate in sorted(ordered, key=lambda fate: not fate.rows_go):
            yield self._row_change(fate)

    def _fate(self, table: Table, scope: Scope) -> Fate | None:
        count = self._count(table, scope)
        if not count:
            return None
        if self.shares_address and by_address_alone(scope):
            return Fate(table, scope, count, ChangeAction.ERASE_BY_HAND, NOBODYS)
        rule = table.on_erasure
        match rule.action:
            case "return":
                return Fate(table, scope, count, ChangeAction.RETURN, rule.reason or RETURNED)
            case "by_hand":
                return Fate(table, scope, count, ChangeAction.ERASE_BY_HAND, rule.reason)
            case "delete":
                return self._erased(table, scope, count)
            case "keep":
                return self._kept(table, scope, count)

    def _erased(self, table: Table, scope: Scope, count: int) -> Fate:
        """Rows of a tenant that others use too are no machine's to erase; his own record goes last."""
        if self.shared and _of_tenant(scope):
            return Fate(table, scope, count, ChangeAction.ERASE_BY_HAND, SHARED)
        if self.stay is not None and table.name in self.stay.tables:
            return Fate(table, scope, count, self.stay.action, self.stay.reason, self.stay.keep_until, spared=True)
        reason = table.on_erasure.reason if table.on_erasure.action == "delete" else None
        return Fate(table, scope, count, ChangeAction.ERASE, reason)

    def _kept(self, table: Table, scope: Scope, count: int) -> Fate:
        """The newest row decides. Where nothing is left that asks for keeping, or its time is over, the rows go."""
        rule = table.on_erasure
        if rule.until is None:
            return Fate(table, scope, count, ChangeAction.KEEP, rule.reason)
        newest = max(self._days(rule.until, table, scope), default=None)
        until = rule.until.keep_until(newest) if newest else None
        if until is None or until < self.today:
            return self._erased(table, scope, count)
        return Fate(table, scope, count, ChangeAction.KEEP, rule.reason, until)

    def _days(self, rule: EndDate, table: Table, scope: Scope) -> list[date]:
        """The dates that the rule counts from; a row without a date counts as of today."""
        if rule.table is not None:
            table = self.system.table(rule.table)
            if table.name not in self.scopes:
                return [self.today]
            scope = self.scopes[table.name]
        rows = relation(table)
        query = sa.select(rows.c[rule.date_column]).where(self.selection.where(table, scope, rows)).distinct()
        return [as_date(value) or self.today for value in self.connection.execute(query).scalars()]

    def _count(self, table: Table, scope: Scope, *more: ColumnElement[bool], rows: FromClause | None = None) -> int:
        rows = relation(table) if rows is None else rows
        query = sa.select(sa.func.count()).select_from(rows).where(self.selection.where(table, scope, rows), *more)
        return int(self.connection.execute(query).scalar_one())

    def _row_change(self, fate: Fate) -> PlannedChange:
        return PlannedChange(
            system=self.system.name,
            table=fate.table.name,
            label=fate.table.label.told_in(self.language),
            action=fate.action,
            key=fate.scope,
            count=fate.count,
            reason=fate.reason.told_in(self.language) if fate.reason else None,
            keep_until=fate.keep_until,
            high_risk=(fate.spared or fate.action is not ChangeAction.KEEP) and self._risky(fate.table),
        )

    def _risky(self, table: Table) -> bool:
        return table.bookkeeping or table.role.tenants_own or (table.account and self.running)

    def _column_changes(self, fate: Fate) -> Iterator[PlannedChange]:
        """Rows stay, but not every column of them."""
        if fate.action is ChangeAction.KEEP:
            for name, column in fate.table.columns.items():
                if column.on_erasure is None or column.on_erasure.action == "keep":
                    continue
                if self.stay is None or (fate.table.name, name) not in self.stay.columns:
                    yield from self._column_change(fate, name, column)

    def _column_change(self, fate: Fate, name: str, column: Column) -> Iterator[PlannedChange]:
        rule = column.on_erasure
        assert rule is not None
        rows = relation(fate.table)
        count = self._count(fate.table, fate.scope, still_there(rows.c[name], rule.value), rows=rows)
        if not count:
            return
        action = ChangeAction.PSEUDONYMISE if rule.value is not None else ChangeAction.ERASE
        if self.shared and _of_tenant(fate.scope):
            action = ChangeAction.ERASE_BY_HAND
        reason = rule.reason or (SHARED if action is ChangeAction.ERASE_BY_HAND else None)
        yield PlannedChange(
            system=self.system.name,
            table=fate.table.name,
            label=f"{fate.table.label.told_in(self.language)}: {column.label.told_in(self.language)}",
            action=action,
            column=name,
            key=fate.scope,
            new=rule.value,
            count=count,
            reason=reason.told_in(self.language) if reason else None,
            high_risk=fate.table.account and self.running,
        )


def still_there(column: ColumnElement[object], replacement: str | None) -> ColumnElement[bool]:
    """The column has not been emptied, or not been replaced by its pseudonym."""
    if replacement is None:
        return column.is_not(None)
    return sa.and_(column.is_not(None), sa.cast(column, sa.String) != replacement)


def _of_tenant(scope: Scope) -> bool:
    return Anchor.TENANT in dict(scope)


def settled_order(fates: Mapping[str, Fate], edges: Sequence[Edge]) -> list[Fate]:
    """Children before parents. A row that others keep referring to stays as long as they do.

    Tables that refer to each other in a circle cannot be ordered: a person erases them.
    """
    fates = dict(fates)
    edges = [(child, parent) for child, parent in edges if child in fates and parent in fates and child != parent]
    names = _children_first(fates, edges)
    if isinstance(names, set):
        for name in names:
            if fates[name].rows_go:
                fates[name] = replace(fates[name], action=ChangeAction.ERASE_BY_HAND, reason=IN_USE)
        remaining = [(child, parent) for child, parent in edges if not {child, parent} <= names]
        return settled_order(fates, remaining)
    for name in names:
        for child, parent in edges:
            if child == name:
                fates[parent] = _held_back(fates[parent], fates[child])
    return [fates[name] for name in names]


def _children_first(fates: Mapping[str, Fate], edges: Sequence[Edge]) -> list[str] | set[str]:
    """An order, or the names that stand in a circle."""
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(fates, ()))
    for child, parent in edges:
        sorter.add(parent, child)
    try:
        return list(sorter.static_order())
    except CycleError as circle:
        return set(circle.args[1])


def _held_back(parent: Fate, child: Fate) -> Fate:
    if child.rows_go or not (parent.rows_go or parent.action is ChangeAction.KEEP):
        return parent
    if child.action is not ChangeAction.KEEP:
        return replace(parent, action=ChangeAction.ERASE_BY_HAND, reason=IN_USE) if parent.rows_go else parent
    if parent.rows_go:
        return replace(parent, action=ChangeAction.KEEP, reason=child.reason, keep_until=child.keep_until)
    later = None if None in (parent.keep_until, child.keep_until) else max(_ends(parent, child))
    return replace(parent, keep_until=later)


def _ends(*fates: Fate) -> Iterator[date]:
    return (fate.keep_until for fate in fates if fate.keep_until is not None)


def references(connection: sa.Connection, system: System) -> Iterator[Edge]:
    """Which table refers to which: by the map's own steps, and by the database's foreign keys between mapped tables."""
    for table in system.tables:
        for link in (table.person, table.tenant):
            if link is not None and link.via is not None:
                yield table.name, link.via.table
    inspector = sa.inspect(connection)
    names = {(table.schema_, table.real_name): table.name for table in system.tables}
    names |= {(inspector.default_schema_name, real): name for (schema, real), name in names.items() if schema is None}
    for table in system.tables:
        for key in inspector.get_foreign_keys(table.real_name, schema=table.schema_):
            parent = names.get((key["referred_schema"], key["referred_table"]))
            if parent is not None:
                yield table.name, parent

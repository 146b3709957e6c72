"""Walks the rows of one holding once: checked, written as CSV and JSON, the first ones kept for paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.cases.changes import ChangeAction, PlannedChange
from bot.datamap.holdings import HeldColumn, Holding
from bot.exports.about import ExportAbout
from bot.exports.cells import csv_value, shown
from bot.exports.errors import ExportError, ExportLeakError
from bot.exports.rowfiles import CsvWriter, JsonWriter, Row, RowFile, RowWriter, Sheet
from bot.exports.words import Words

SHOWN_ROWS = 200
"""Rows of one table in the overview; the files hold all of them."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of one holding."""

    count: int
    first: tuple[tuple[str, ...], ...] = field(repr=False)  # cells as text, for the overview
    access: tuple[RowFile, ...] = ()
    portable: tuple[RowFile, ...] = ()


class Guard:
    """Sees that all rows belong to one tenant or subject, across the tables of a system (invariant: no other's row)."""

    def __init__(self, belongs_to: frozenset[str]) -> None:
        self._belongs_to = belongs_to
        self._seen: dict[tuple[str, str], str] = {}

    def check(self, holding: Holding, row: Row, number: int) -> None:
        """Raises ExportLeakError for a row of somebody else, and for one that does not say whose it is."""
        if holding.tenant_column is None:
            return
        value = row.get(holding.tenant_column)
        if value is None:
            raise ExportLeakError(holding.system, holding.table, number)
        first = self._seen.setdefault((holding.system, holding.tenant_column), str(value))
        if str(value) != first or (self._belongs_to and first not in self._belongs_to):
            raise ExportLeakError(holding.system, holding.table, number)


def walk(
    holding: Holding, about: ExportAbout, places: Mapping[str, Path], name: str, guard: Guard, words: Words
) -> Walked:
    """Write every row to each of `places` ("access", "portable"), looking at each row once.

    `name` is the clean name of the table. Raises ExportLeakError and ExportError.
    """
    seen: list[tuple[str, ...]] = []
    count = 0
    show = _shower(holding, about, words)
    with ExitStack() as stack:
        targets = {
            purpose: [stack.enter_context(target) for target in _targets(holding, about, purpose, place / name, words)]
            for purpose, place in places.items()
        }
        for count, row in enumerate(_checked(holding, guard), start=1):
            for opened in targets.values():
                for target in opened:
                    target.write(row)
            if count <= SHOWN_ROWS:
                seen.append(show(row))
        files = {purpose: tuple(target.finish() for target in opened) for purpose, opened in targets.items()}
    return Walked(count, tuple(seen), files.get("access", ()), files.get("portable", ()))


def portable_columns(holding: Holding) -> tuple[HeldColumn, ...]:
    """What may be taken along (Art. 20): other people's data only within the person's own administration."""
    return tuple(
        column
        for column in holding.columns
        if column.portable and (not column.third_party or holding.role == "processor")
    )


def pending_for(holding: Holding, about: ExportAbout) -> tuple[PlannedChange, ...]:
    return tuple(
        change
        for change in about.pending
        if (change.system, change.table) == (holding.system, holding.table)
        and change.action is ChangeAction.CORRECT
        and change.column is not None
    )


def _checked(holding: Holding, guard: Guard) -> Iterator[Row]:
    names = [column.name for column in holding.columns]
    for number, row in enumerate(holding.rows, start=1):
        guard.check(holding, row, number)
        if any(name not in row for name in names):
            raise ExportError(f"a row of {holding.system}.{holding.table} lacks a column that the data map promises")
        yield row


def _targets(holding: Holding, about: ExportAbout, purpose: str, stem: Path, words: Words) -> list[RowWriter]:
    if purpose == "portable":
        columns = portable_columns(holding)
        redacted: frozenset[str] = frozenset()
    else:
        columns = holding.columns
        redacted = frozenset(column.name for column in columns if column.third_party)
    if not columns:
        return []
    sheet = Sheet(holding, columns, redacted, words.redacted, pending_for(holding, about))
    return [
        CsvWriter(stem.with_name(stem.name + ".csv"), sheet),
        JsonWriter(stem.with_name(stem.name + ".json"), sheet),
    ]


def _shower(holding: Holding, about: ExportAbout, words: Words) -> Callable[[Row], tuple[str, ...]]:
    pending = pending_for(holding, about)

    def show(row: Row) -> tuple[str, ...]:
        return tuple(_shown_cell(column, row, pending, about, words) for column in holding.columns)

    return show


def _shown_cell(
    column: HeldColumn, row: Row, pending: tuple[PlannedChange, ...], about: ExportAbout, words: Words
) -> str:
    cell = row[column.name]
    if column.third_party:
        return words.redacted if cell is not None else "–"
    text = shown(cell, about.language, about.timezone)
    change = next((change for change in pending if change.column == column.name and _meets(change, row)), None)
    return f"{text} ({words.becomes}: {shown(change.new, about.language, about.timezone)})" if change else text


def _meets(change: PlannedChange, row: Row) -> bool:
    """The change is about this row: its old value stands there, and so do its keys as far as the row shows them."""
    old = row[change.column] if change.column else None
    same_old = ("" if old is None else csv_value(old).lstrip("'")) == (change.old or "").lstrip("'")
    return same_old and all(str(row[name]) == value for name, value in change.key if name in row)


def clean_name(system: str, table: str) -> str:
    """A file name from the data map's own ids: lower case letters, digits and dashes."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{system}-{table}".lower()).strip("-")
    return name[:80] or "gegevens"

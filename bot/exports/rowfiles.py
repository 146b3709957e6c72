"""Files of rows as they grow: CSV for spreadsheets and JSON for programs, digested while they are written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.cases.changes import PlannedChange
from bot.datamap.holdings import Cell, HeldColumn, Holding
from bot.exports.cells import csv_value, json_value

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SCHEMA = "privacybot.export/1"
"""Of the JSON files and the manifest. A new number when a key changes its meaning."""

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file with rows, unencrypted: it lives in the scratch directory until it is sealed."""

    path: Path
    name: str
    rows: int
    size: int  # bytes
    sha256: str
    system: str
    table: str
    label: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which columns of a holding a file gets."""

    holding: Holding
    columns: tuple[HeldColumn, ...]
    redacted: frozenset[str]
    mark: str  # what stands where somebody else's data were
    pending: tuple[PlannedChange, ...] = field(repr=False)

    def cells(self, row: Row) -> list[Cell]:
        return [
            self.mark if column.name in self.redacted and row[column.name] is not None else row[column.name]
            for column in self.columns
        ]


class RowWriter(ABC):
    """An open file that counts its rows; its digest is taken of the bytes as they are written."""

    def __init__(self, path: Path, sheet: Sheet, encoding: str) -> None:
        self._path = path
        self._sheet = sheet
        self._rows = 0
        self._bytes = _HashedFile(io.FileIO(path, "x"))
        self._text = io.TextIOWrapper(self._bytes, encoding=encoding, errors="backslashreplace", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    @abstractmethod
    def write(self, row: Row) -> None: ...

    def finish(self) -> RowFile:
        """Close the file; what it holds is final."""
        self._text.close()
        holding = self._sheet.holding
        return RowFile(
            path=self._path,
            name=self._path.name,
            rows=self._rows,
            size=self._bytes.size,
            sha256=self._bytes.digest.hexdigest(),
            system=holding.system,
            table=holding.table,
            label=holding.label,
        )


class _HashedFile(io.BufferedWriter):
    """A file that only grows, with a digest of what went in."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: ReadableBuffer, /) -> int:
        self.digest.update(data)
        self.size += len(memoryview(data))
        return super().write(data)


class CsvWriter(RowWriter):
    """UTF-8 with a byte order mark and semicolons: what a Dutch spreadsheet opens at once."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        super().__init__(path, sheet, "utf-8-sig")
        self._writer = csv.writer(self._text, delimiter=";", lineterminator="\r\n")
        self._writer.writerow([column.name for column in sheet.columns])

    def write(self, row: Row) -> None:
        self._rows += 1
        self._writer.writerow([csv_value(cell) for cell in self._sheet.cells(row)])


class JsonWriter(RowWriter):
    """One object: what the columns mean, then one row a line, then their number."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        super().__init__(path, sheet, "utf-8")
        self._names = [column.name for column in sheet.columns]
        self._text.write(_dump(_json_head(sheet))[:-1] + ',\n"rows": [')

    def write(self, row: Row) -> None:
        self._text.write(",\n" if self._rows else "\n")
        values = [json_value(cell) for cell in self._sheet.cells(row)]
        self._text.write(_dump(dict(zip(self._names, values, strict=True))))
        self._rows += 1

    def finish(self) -> RowFile:
        self._text.write(f'\n],\n"row_count": {self._rows}}}\n')
        return super().finish()


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _json_head(sheet: Sheet) -> dict[str, object]:
    holding = sheet.holding
    return {
        "schema": SCHEMA,
        "system": holding.system,
        "table": holding.table,
        "label": holding.label,
        "category": holding.category,
        "columns": [
            {"name": column.name, "label": column.label, "redacted": column.name in sheet.redacted}
            for column in sheet.columns
        ],
        "pending": [
            {"column": change.column, "old": change.old, "new": change.new}
            for change in sheet.pending
            if change.column in {column.name for column in sheet.columns} - sheet.redacted
        ],
    }

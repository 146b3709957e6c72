"""What an export is about, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from bot.cases.changes import PlannedChange
from bot.settings import Organisation
from bot.triage.labels import Language

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ExportAbout:
    """The case around the rows.

    `belongs_to` are the tenant and subject keys that rows may carry; empty where the caller cannot name them. A pending
    correction is shown beside the old value: the export tells the state at collection.
    """

    ref: str
    language: Language
    organisation: Organisation
    subject_name: str | None = field(repr=False)
    address: str = field(repr=False)
    made_at: datetime
    received_on: date
    timezone: str
    pending: tuple[PlannedChange, ...] = field(default=(), repr=False)
    belongs_to: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One encrypted file, ready to be sealed into the archive. The caller removes `path` afterwards."""

    path: Path
    name: str
    content_type: str
    size: int  # bytes
    sha256: str
    manifest: Mapping[str, Scalar]  # rows per table, never content


@dataclass(frozen=True, slots=True)
class HoldingSummary:
    """What a letter may say of one table: everything but its rows."""

    system: str
    table: str
    label: str
    category: str
    purpose: str
    legal_basis: str
    recipients: tuple[str, ...]
    origin: str
    retention: str
    rows: int  # that are given
    left_out: tuple[str, ...]
    role: Literal["controller", "processor"]
    withheld: bool = False  # there are rows, and none of them is given
    portable: tuple[str, ...] = ()  # labels of the columns that may be taken along (Art. 20)
    not_portable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over the whole export."""

    tables: int
    tables_with_rows: int
    rows: int


@dataclass(frozen=True, slots=True)
class Built:
    """An export: its files, and what a letter needs to know of them."""

    files: tuple[BuiltFile, ...]
    summaries: tuple[HoldingSummary, ...]
    totals: Totals

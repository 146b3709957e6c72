"""Personal data on its way from a system to an export: rows with their meaning, streamed, never all in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | bool | Decimal | date | datetime | bytes | None


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """One column as the data map explains it; secret columns never come this far."""

    name: str
    label: str  # in the language of the letter
    portable: bool
    third_party: bool = False  # redacted in an access export: somebody else's data (Art. 15(4))


@dataclass(frozen=True, slots=True)
class Holding:
    """One table or endpoint of one system, for one person. `rows` can be walked once."""

    system: str
    table: str
    label: str
    category: str
    purpose: str
    legal_basis: str
    recipients: tuple[str, ...]
    origin: str  # where the data came from (Art. 15(1)(g))
    retention: str
    role: str  # controller | processor
    columns: tuple[HeldColumn, ...]
    rows: Iterator[Mapping[str, Cell]] = field(repr=False)
    tenant_column: str | None = None  # invariant 7: every row carries its tenant or subject
    withheld: bool = False  # there are rows, and none of them is given; `left_out` says why
    left_out: tuple[str, ...] = ()  # labels of columns not given, with the reason in words

"""A dossier: what one case was and what was done in it, in sections that a page and a text can both show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One subject. `folder` is where its files lie; `rows` may be many: the page shows the first, the file all."""

    folder: str
    title: str
    intro: str
    head: Row = ()
    rows: tuple[Row, ...] = field(default=(), repr=False)
    widths: tuple[int, ...] = ()  # parts of a line, one a column


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the dossier: its name inside it, what it is in a few words, and its bytes when they are asked for."""

    name: str
    about: str
    chunks: Callable[[], Iterable[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on the first page."""

    ref: str
    organisation: str
    brand: str
    made_at: str  # in words, local time
    year: int
    month: int
    day: int
    facts: tuple[tuple[str, str], ...] = field(repr=False)


def as_text(section: Section) -> str:
    """The section for a reader without the page: one line a cell, an empty line between rows."""
    lines = [section.title, "=" * len(section.title), ""]
    if section.intro:
        lines += [section.intro, ""]
    for row in section.rows:
        lines += [f"{name}: {_indented(value)}" for name, value in zip(section.head, row, strict=True)]
        lines.append("")
    if section.head and not section.rows:
        lines += ["Niets.", ""]
    return "\n".join(lines)


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")

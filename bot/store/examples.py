"""What staff taught: mails of cases that they labelled, without the people in them, until their case forgets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.bench import Bench
from bot.store.tables import examples


@dataclass(frozen=True, slots=True)
class Lesson:
    """The words, and the labels that a person gave; `before` are those the bot had decided. Labels empty: ordinary."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    quoted: str = field(repr=False)
    labels: tuple[str, ...]
    before: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Example:
    """One lesson in the archive; `model` is the version of the model that judged the mail."""

    id: int
    case_id: int
    at: datetime
    model: str
    lesson: Lesson


@dataclass(frozen=True, slots=True)
class Examples:
    bench: Bench

    def keep(self, case_id: int, model: str, lesson: Lesson) -> int:
        """The last word of staff about this case; an earlier one goes."""
        self.forget(case_id)
        return self.bench.add(examples, lesson, case_id=case_id, at=self.bench.now(), model=model)

    def all(self) -> Iterator[Example]:
        """In the order they were taught."""
        for row in self.bench.all(select(examples).order_by(examples.c.id)):
            lesson = self.bench.content(Lesson, examples, row)
            if lesson is not None:
                yield Example(row.id, row.case_id, row.at, row.model, lesson)

    def forget(self, case_id: int) -> int:
        """Delete what this case taught; how much that was."""
        return self.bench.run(delete(examples).where(examples.c.case_id == case_id)).rowcount

"""How far each folder of the mailbox was read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.store.bench import Bench
from bot.store.records import FolderMark
from bot.store.tables import folders


@dataclass(frozen=True, slots=True)
class Folders:
    bench: Bench

    def mark(self, mailbox: str, folder: str) -> FolderMark | None:
        query = select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)
        row = self.bench.first(query)
        return None if row is None else FolderMark(**row._mapping)

    def all(self) -> tuple[FolderMark, ...]:
        query = select(folders).order_by(folders.c.mailbox, folders.c.folder)
        return tuple(FolderMark(**row._mapping) for row in self.bench.all(query))

    def set(self, mark: FolderMark) -> None:
        """Write the mark down, in the transaction that stored the mails up to it."""
        place = {"mailbox": mark.mailbox, "folder": mark.folder}
        values = {name: getattr(mark, name) for name in FolderMark.__slots__ if name not in place}
        entry = self.bench.upsert(folders).values(**place, **values)
        self.bench.run(entry.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values))

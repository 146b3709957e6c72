"""How far each folder of a mailbox was read.

Of every folder, under its UIDVALIDITY, each UID from 1 to the high-water mark is accounted for: it is at most
`before_start`, or has a line in the mail ledger, or lies in a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from bot.mail.positions import Gap
from bot.store.bench import Bench
from bot.store.records import FolderGap, FolderMark, FormerFolder
from bot.store.tables import folder_gaps, folders, former_folders, mails


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

    def begin(self, mark: FolderMark, uid_next: int) -> None:
        """The folder is read from the start; how far an earlier life of it was read becomes history.

        Lines of the ledger under the same UIDVALIDITY with UIDs from `uid_next` on lose them: the server, put back
        to an earlier state, gives them out again, to other mail.
        """
        former = self.mark(mark.mailbox, mark.folder)
        if former is not None:
            self._end(former)
        self.bench.run(delete(folder_gaps).where(_same_life(folder_gaps, mark)))
        reused = _same_life(mails, mark) & (mails.c.uid >= uid_next)
        self.bench.run(update(mails).where(reused).values(uid=None))
        self.set(mark)

    def _end(self, mark: FolderMark) -> None:
        values = {name: getattr(mark, name) for name in FormerFolder.__slots__ if name != "ended_at"}
        self.bench.add(former_folders, **values, ended_at=self.bench.now())

    def note_gaps(self, mark: FolderMark, gaps: Iterable[Gap]) -> None:
        """UIDs up to the mark of which no mail was kept."""
        place = {"mailbox": mark.mailbox, "folder": mark.folder, "uidvalidity": mark.uidvalidity}
        rows = [
            {**place, "low": gap.low, "high": gap.high, "reason": gap.reason, "noticed_at": self.bench.now()}
            for gap in gaps
        ]
        if rows:
            self.bench.connection.execute(insert(folder_gaps), rows)

    def gaps(self, mailbox: str, folder: str, uidvalidity: int) -> tuple[FolderGap, ...]:
        """The gaps of one folder, ascending; they never overlap."""
        c = folder_gaps.c
        place = (c.mailbox == mailbox) & (c.folder == folder) & (c.uidvalidity == uidvalidity)
        query = select(folder_gaps).where(place).order_by(c.low)
        return tuple(FolderGap(**row._mapping) for row in self.bench.all(query))

    def former(self) -> tuple[FormerFolder, ...]:
        """Folders that were made anew, or whose server went back to an earlier state, oldest first."""
        columns = [former_folders.c[name] for name in FormerFolder.__slots__]
        query = select(*columns).order_by(former_folders.c.id)
        return tuple(FormerFolder(**row._mapping) for row in self.bench.all(query))


def _same_life(table: Table, mark: FolderMark) -> ColumnElement[bool]:
    same_folder = (table.c.mailbox == mark.mailbox) & (table.c.folder == mark.folder)
    return same_folder & (table.c.uidvalidity == mark.uidvalidity)

"""A ledger in memory, and mails to put in a mailbox."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from bot.mail.positions import FolderPosition, Gap, GapReason
from bot.mail.watching import FetchedMail


def make_mail(number: int, *, size: int = 0) -> bytes:
    """Sanne's mail with that number, padded to at least `size` bytes."""
    head = (
        f"From: sanne@klant.example\r\nTo: info@kleinboek.example\r\nSubject: Vraag {number}\r\n"
        f"Message-ID: <{number}@klant.example>\r\n\r\nVraag {number}\r\n"
    ).encode()
    line = b"0123456789" * 7 + b"\r\n"
    return head + line * max(0, -(-(size - len(head)) // len(line)))


class MemoryLedger:
    """Keeps what it is told, as the database does: mails and mark together or not at all."""

    def __init__(self) -> None:
        self.positions: dict[str, FolderPosition] = {}
        self.starts: list[tuple[str, FolderPosition]] = []
        self.kept: list[tuple[str, FetchedMail]] = []
        self.gaps: dict[str, list[Gap]] = {}
        self.before_keep: Callable[[Sequence[FetchedMail]], None] | None = None  # may raise: the disk is full
        self._changed = threading.Condition()

    def position(self, folder: str) -> FolderPosition | None:
        return self.positions.get(folder)

    def start(self, folder: str, position: FolderPosition, uid_next: int) -> None:
        self.starts.append((folder, position))
        self.positions[folder] = position
        self.gaps[folder] = []

    def keep(
        self, folder: str, mails: Sequence[FetchedMail], position: FolderPosition, gaps: Sequence[Gap] = ()
    ) -> None:
        if self.before_keep is not None:
            self.before_keep(mails)
        with self._changed:
            assert position.high_water >= self.positions[folder].high_water
            self.positions[folder] = position
            self.kept += [(folder, mail) for mail in mails]
            self.gaps.setdefault(folder, []).extend(gaps)
            self._changed.notify_all()

    def uids(self, folder: str = "INBOX") -> list[int]:
        return [mail.uid for where, mail in self.kept if where == folder]

    def missed(self, reason: GapReason, folder: str = "INBOX") -> list[int]:
        """The UIDs in gaps."""
        gaps = [gap for gap in self.gaps[folder] if gap.reason is reason]
        return sorted(uid for gap in gaps for uid in range(gap.low, gap.high + 1))

    def numbers(self) -> list[int]:
        """Which of the mails from `make_mail` were kept, in order, repeats included."""
        return [int(mail.raw.partition(b"Subject: Vraag ")[2].split(b"\r\n")[0]) for _, mail in self.kept]

    async def wait_for(self, count: int) -> None:
        """Until so many mails have been kept."""
        enough = await asyncio.to_thread(self._wait, count)
        assert enough, f"{len(self.kept)} mails were kept, not {count}"

    def _wait(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.kept) >= count, timeout=20)

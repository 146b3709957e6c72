"""How far a folder was read, and what became of UIDs of which no mail was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.mail.fetching import FetchedMail


@dataclass(frozen=True, slots=True)
class FolderPosition:
    """How far a folder has been read. Everything up to `before_start` stays unread for ever."""

    uidvalidity: int
    high_water: int
    before_start: int
    missing: bool = False  # the folder was read, and is not in the mailbox any more


class GapReason(StrEnum):
    """Why no mail was kept for a UID. Stored: add, never rename."""

    GONE = "gone"  # deleted or moved away before we could read it, or never given out
    OLD = "old"  # passed over at the first look: received before the day from which mail is read, or not there


@dataclass(frozen=True, slots=True)
class Gap:
    """UIDs `low` to `high`, both included, of which no mail was kept."""

    low: int
    high: int
    reason: GapReason


class Ledger(Protocol):
    """Where positions and mails are kept. Called in the collector's thread; whatever it raises, mail comes again.

    What it promises of every folder: each UID from 1 to the high-water mark is at most `before_start`, or that of a
    mail that was kept, or in a gap.
    """

    def position(self, folder: str) -> FolderPosition | None: ...

    def start(self, folder: str, position: FolderPosition, uid_next: int) -> None:
        """First start, or UIDs that mean other mail than before: a new UIDVALIDITY, or a server that went back.

        Mail seen before may come again and must be known by its content. What was kept under this UIDVALIDITY with
        UIDs from `uid_next` on no longer has them: the server gives them out again.
        """

    def keep(
        self, folder: str, mails: Sequence[FetchedMail], position: FolderPosition, gaps: Sequence[Gap] = ()
    ) -> None:
        """Commit mails, gaps and the new high-water mark in one transaction, or raise."""


def gaps_among(kept: Sequence[int], low: int, high: int, reason: GapReason) -> Iterator[Gap]:
    """The runs of UIDs from `low` to `high` that are not among `kept`, which ascends."""
    for uid in kept:
        if uid > low:
            yield Gap(low, uid - 1, reason)
        low = max(low, uid + 1)
    if low <= high:
        yield Gap(low, high, reason)

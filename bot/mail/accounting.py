"""Accounting for a mailbox: every UID that a watched folder holds is compared with the ledger, in flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.mail.errors import ServerSaidNoError
from bot.mail.mailbox import FolderState, Mailbox
from bot.mail.positions import FolderPosition
from bot.settings import WatchSettings

_SPAN = 5_000  # UIDs compared at a time
_LOOKS = 2_000  # of a folder whose UIDs are sparse, at most: then each look is at a wider span
_AT_ONCE = 500  # UIDs named in one command


class Books(Protocol):
    """What the ledger knows of one mailbox."""

    def position(self, folder: str) -> FolderPosition | None: ...

    def fates(self, folder: str, uidvalidity: int, low: int, high: int) -> Mapping[int, str]:
        """What became of each mail that was kept, by UID, for UIDs from `low` to `high`."""

    def gone_unread(self, folder: str, uidvalidity: int) -> int:
        """How many UIDs up to the mark were gone before we could read them, or never given out."""


@dataclass(frozen=True, slots=True)
class WatchedMailbox:
    """A mailbox that is read: what the ledger calls it, how it is read, and how a connection to it is made."""

    name: str
    settings: WatchSettings
    connection: Callable[[], Mailbox]

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.settings.user


TakesIn = Callable[[str, FolderState, Sequence[int]], int]
"""Keeps these mails of the examined folder after all; how many that were."""


@dataclass(frozen=True, slots=True)
class FolderAccount:
    """One folder. `there` is the sum of `fates`, `before_start`, `waiting` and `missing`."""

    folder: str
    exists: bool = True
    never_read: bool = False  # the service did not begin with it yet, and a repair leaves that to it
    there: int = 0  # mails in the folder
    fates: Mapping[str, int] = field(default_factory=dict)  # those that were kept, by what became of them
    before_start: int = 0  # arrived before the day from which mail is read
    waiting: int = 0  # arrived a moment ago: the next sync brings it
    missing: int = 0  # arrived since, and is not in the ledger
    gone: int = 0  # kept, and not in the folder any more: moved or deleted
    gone_unread: int = 0  # moved or deleted before it could be read
    taken_in: int = 0  # of the missing, by this repair


@dataclass(frozen=True, slots=True)
class _Count:
    """An account of one folder as it grows, span by span; what is summed is named as in FolderAccount."""

    folder: str
    state: FolderState
    fates: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Accountant:
    """Compares one mailbox, over a connection that only looks, with its ledger."""

    mailbox: Mailbox
    books: Books
    since: date  # the day from which mail is read
    fresh: datetime  # mail that arrived later may still be on its way into the ledger

    def account(self, folder: str, take_in: TakesIn | None = None) -> FolderAccount:
        """The folder as it is now; with `take_in` what is missing is kept at once. Raises MailboxError.

        The mailbox is asked before the ledger is, so that mail which comes in meanwhile is not taken for missing.
        """
        try:
            state = self.mailbox.examine(folder)
        except ServerSaidNoError:
            if self.mailbox.folder_exists(folder):
                raise
            return FolderAccount(folder, exists=False)
        if self.books.position(folder) is None:
            take_in = None
        count = _Count(folder, state)
        for low, high in uid_spans(state):
            self._compare(count, low, high, take_in)
        return FolderAccount(
            folder,
            never_read=self.books.position(folder) is None,
            there=count.sums["there"],
            fates=dict(count.fates),
            before_start=count.sums["before_start"],
            waiting=count.sums["waiting"],
            missing=count.sums["missing"],
            gone=count.sums["gone"],
            gone_unread=self.books.gone_unread(folder, state.uidvalidity),
            taken_in=count.sums["taken_in"],
        )

    def _compare(self, count: _Count, low: int, high: int, take_in: TakesIn | None) -> None:
        """One span of UIDs, added to the count."""
        folder, state, sums = count.folder, count.state, count.sums
        there = set(self.mailbox.uids_between(low, high))
        position = self.books.position(folder)
        known = self.books.fates(folder, state.uidvalidity, low, high)
        unknown = there - known.keys()
        new = sorted(unknown & set(self.mailbox.uids_between(low, high, self.since))) if unknown else []
        waiting = self._waiting(new, position, state)
        missing = self._still_there([uid for uid in new if uid not in waiting])
        count.fates.update(fate for uid, fate in known.items() if uid in there)
        sums["there"] += len(there) - (len(new) - len(waiting) - len(missing))
        sums["before_start"] += len(unknown) - len(new)
        sums["waiting"] += len(waiting)
        sums["gone"] += len(known.keys() - there)
        sums["missing"] += len(missing)
        if take_in is not None and missing:
            sums["taken_in"] += take_in(folder, state, missing)

    def _waiting(self, new: Sequence[int], position: FolderPosition | None, state: FolderState) -> set[int]:
        """Those beyond the mark that arrived a moment ago. In a folder that was never read none is on its way."""
        if position is None:
            return set()
        mark = position.high_water if position.uidvalidity == state.uidvalidity else 0
        beyond = [uid for uid in new if uid > mark]
        arrived = (self.mailbox.listed(some) for some in _portions(beyond))
        return {uid for listed in arrived for uid, seen in listed.items() if seen.received_at >= self.fresh}

    def _still_there(self, uids: Sequence[int]) -> list[int]:
        """Asked once more: mail that was deleted while we counted is not missing."""
        return [uid for some in _portions(uids) for uid in self.mailbox.uids_among(some)]


def uid_spans(state: FolderState) -> Iterator[tuple[int, int]]:
    """UIDs from 1 to the last, in spans that hold few mails each: never the whole folder in one answer."""
    last = state.uid_next - 1
    step = max(_SPAN, -(-last // _LOOKS))
    return ((low, min(low + step - 1, last)) for low in range(1, last + 1, step))


def _portions(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + _AT_ONCE] for start in range(0, len(uids), _AT_ONCE))

"""Collecting what is new in the folders of one mailbox: each mail once, each UID accounted for, nothing changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import structlog

from bot.mail.errors import (
    MailboxError,
    MailboxFolderError,
    MailNotKeptError,
    ServerBusyError,
    ServerSaidNoError,
)
from bot.mail.fetching import FetchedMail, Fetcher, Suspects
from bot.mail.mailbox import FolderState, Mailbox
from bot.mail.pacing import THROTTLED_SECONDS
from bot.mail.positions import FolderPosition, Gap, GapReason, Ledger, gaps_among
from bot.settings import SettingsError, WatchSettings

_log = structlog.get_logger(__name__)

T = TypeVar("T")


def examined(mailbox: Mailbox, folder: str, table: str) -> FolderState | None:
    """The folder, opened; None where the mailbox has no such folder. `table` is that of the settings."""
    try:
        return mailbox.examine(folder)
    except ServerSaidNoError as refusal:
        if mailbox.folder_exists(folder):
            raise ServerSaidNoError(
                f"{mailbox.host} does not open the folder {folder}: check {table}.folders and who may read it"
            ) from refusal
        return None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Mail in the examined folder that we have not read, and where the mark stands when it is."""

    position: FolderPosition
    uids: list[int]
    end: int  # the mark after all of it
    reason: GapReason = GapReason.GONE  # why other UIDs up to there have no mail


class Collector:
    """Knows how far each folder was read, and at which mail a connection ended. One thread at a time uses it."""

    def __init__(self, settings: WatchSettings, ledger: Ledger, max_bytes: int) -> None:
        """Raises SettingsError."""
        self._settings = settings
        self._since = _start_day(settings)
        self._ledger = ledger
        self._max_bytes = max_bytes
        self._missing: set[str] = set()
        self._tails: dict[str, _Tail] = {}
        self.suspects = Suspects()
        self.kept = 0  # mails, since the start of this process

    def sync(self, mailbox: Mailbox, tell: Callable[[], None]) -> MailboxError | None:
        """All folders once. The trouble with one of them is returned: it does not keep us from the others."""
        there, trouble = 0, None
        for folder in self._settings.folders:
            try:
                state = self._opened(mailbox, folder)
                if state is None:
                    trouble = trouble or self._lost_folder(mailbox, folder)
                else:
                    there += 1
                    self._sync_folder(mailbox, folder, state, tell)
            except (ServerSaidNoError, ServerBusyError) as refusal:
                if refusal.wait_seconds >= THROTTLED_SECONDS:
                    raise
                trouble = trouble or refusal
        if not there and trouble is None:
            raise MailboxFolderError(
                f"{mailbox.host} has none of the folders in {self._settings.table}.folders: correct that list"
            )
        return trouble

    def _lost_folder(self, mailbox: Mailbox, folder: str) -> MailboxError | None:
        """The trouble with a folder that is not there: none if it never was."""
        position = self._asked(lambda: self._ledger.position(folder))
        if position is None:
            return None
        if not position.missing:
            self._keep(folder, [], replace(position, missing=True))
        return MailboxFolderError(
            f"{mailbox.host} has no folder {folder} any more, which was read until now: bring it back, or take it out "
            f"of {self._settings.table}.folders"
        )

    def _opened(self, mailbox: Mailbox, folder: str) -> FolderState | None:
        """The folder, opened; None where the mailbox has no such folder, which is said once."""
        state = examined(mailbox, folder, self._settings.table)
        if state is not None:
            self._missing.discard(folder)
        elif folder not in self._missing:
            self._missing.add(folder)
            _log.warning(
                "the mailbox has no such folder; see its setting folders", folder=folder, mailbox=self._settings.label
            )
        return state

    def _sync_folder(self, mailbox: Mailbox, folder: str, state: FolderState, tell: Callable[[], None]) -> None:
        waiting = self._waiting(mailbox, folder, state)
        position = waiting.position
        fetcher = Fetcher(mailbox, (folder, state.uidvalidity), self.suspects, self._settings.batch, self._max_bytes)
        for uids, mails in fetcher.batches(waiting.uids):
            gaps = [*_gaps(position.high_water + 1, uids, mails, waiting.reason)]
            position = replace(position, high_water=uids[-1])
            self._keep(folder, mails, position, gaps)
            if mails:
                self.kept += len(mails)
                tell()
        if waiting.end > position.high_water:
            rest = [*gaps_among((), position.high_water + 1, waiting.end, waiting.reason)]
            self._keep(folder, [], replace(position, high_water=waiting.end), rest)

    def _waiting(self, mailbox: Mailbox, folder: str, state: FolderState) -> _Waiting:
        position = self._asked(lambda: self._ledger.position(folder))
        if position is None or position.uidvalidity != state.uidvalidity or state.went_back_before(position.high_water):
            return self._first_look(mailbox, folder, state, renewed=position is not None)
        if position.missing:
            position = replace(position, missing=False)
            self._keep(folder, [], position)
        if state.uid_next <= position.high_water + 1:
            return _Waiting(position, [], position.high_water)
        return _Waiting(position, mailbox.uids_above(position.high_water, state), self._end(folder, position, state))

    def _end(self, folder: str, position: FolderPosition, state: FolderState) -> int:
        """The mark beyond UIDs that were given out a poll ago and are still not listed: that mail is gone.

        Not at the first look, because some servers give out a UID before they show the mail.
        """
        now = time.monotonic()
        tail = self._tails.get(folder)
        if tail is None or tail.uidvalidity != state.uidvalidity:
            self._tails[folder] = _Tail(state.uidvalidity, state.uid_next, now)
            return position.high_water
        if now - tail.seen_at < self._settings.poll_seconds:
            return position.high_water
        self._tails[folder] = _Tail(state.uidvalidity, state.uid_next, now)
        return max(position.high_water, min(tail.uid_next, state.uid_next) - 1)

    def _first_look(self, mailbox: Mailbox, folder: str, state: FolderState, *, renewed: bool) -> _Waiting:
        """A folder never seen, or whose UIDs mean nothing any more: everything since the configured day.

        Old mail that somebody moved here lately has a high UID, so the start is the lowest UID that is new enough,
        not the highest that is too old; old mail in between is left out by its date.
        """
        uids = mailbox.uids_since(self._since, state)
        before = uids[0] - 1 if uids else state.uid_next - 1
        position = FolderPosition(state.uidvalidity, high_water=before, before_start=before)
        _log.info(
            "a mailbox folder is read from the start",
            mailbox=self._settings.label,
            folder=folder,
            count=len(uids),
            renewed=renewed,
        )
        self._asked(lambda: self._ledger.start(folder, position, state.uid_next))
        return _Waiting(position, uids, max(before, state.uid_next - 1), GapReason.OLD)

    def _keep(
        self, folder: str, mails: Sequence[FetchedMail], position: FolderPosition, gaps: Sequence[Gap] = ()
    ) -> None:
        self._asked(lambda: self._ledger.keep(folder, mails, position, gaps))

    def _asked(self, question: Callable[[], T]) -> T:
        """Whatever the ledger raises becomes one error that leaves the mark where it was."""
        try:
            return question()
        except Exception as fault:
            raise MailNotKeptError(
                f"mail could not be stored ({type(fault).__name__}); it stays in the mailbox and is tried again: "
                f"check the database and the free disk space"
            ) from fault


@dataclass(frozen=True, slots=True)
class _Tail:
    """The UID that a folder would give out next, and when (monotonic seconds) it said so."""

    uidvalidity: int
    uid_next: int
    seen_at: float


def _gaps(low: int, uids: Sequence[int], mails: Sequence[FetchedMail], reason: GapReason) -> Iterator[Gap]:
    """What stays without mail up to the last of `uids`: those that were not listed, and those gone since."""
    yield from gaps_among(uids, low, uids[-1], reason)
    kept = {mail.uid for mail in mails}
    yield from (Gap(uid, uid, GapReason.GONE) for uid in uids if uid not in kept)


def _start_day(settings: WatchSettings) -> date:
    if not settings.folders:
        raise SettingsError(f"{settings.table}.folders is empty: name the folders to read, INBOX first")
    if settings.since is None:
        raise SettingsError(
            f"{settings.table}.since is not set: give the date from which mail is read, such as 35 days ago"
        )
    return settings.since

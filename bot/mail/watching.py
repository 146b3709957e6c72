"""Watching the mailbox: what is new in it is kept once, and nothing in it is changed.

Two connections in two threads. The listener only waits in IDLE on the first folder and rings; the collector only
syncs, when the bell rings and every `poll_seconds` anyway: no source of events is trusted alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

import structlog

from bot.mail.errors import (
    MailboxError,
    MailboxFolderError,
    MailboxLostError,
    MailNotKeptError,
    ServerBusyError,
    ServerSaidNoError,
)
from bot.mail.fetching import FetchedMail, Fetcher, Suspects
from bot.mail.mailbox import FolderState, Mailbox, Secret, checked
from bot.mail.pacing import THROTTLED_SECONDS, Pace, Tries
from bot.mail.positions import FolderPosition, Gap, GapReason, Ledger, gaps_among
from bot.settings import SettingsError, WatchSettings

__all__ = ["FetchedMail", "Watcher"]

_log = structlog.get_logger(__name__)

T = TypeVar("T")
_Work = Callable[[Callable[[], None]], None]  # runs in a thread, and is given what tells the event loop of new mail


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Mail in the examined folder that we have not read, and where the mark stands when it is."""

    position: FolderPosition
    uids: list[int]
    end: int  # the mark after all of it
    reason: GapReason = GapReason.GONE  # why other UIDs up to there have no mail


class Watcher:
    """Watches one mailbox. `last_success_at` and `trouble` tell how it fares; trouble is one line for people."""

    def __init__(
        self,
        settings: WatchSettings,
        secret: Secret,
        ledger: Ledger,
        *,
        max_bytes: int,
        on_news: Callable[[], None] | None = None,
    ) -> None:
        """`on_news` is called in the event loop, after mail has been kept. Raises SettingsError."""
        self._settings = checked(settings)
        self._since = _start_day(settings)
        self._secret = secret
        self._ledger = ledger
        self._max_bytes = max_bytes
        self._on_news = on_news
        self._missing: set[str] = set()
        self._tails: dict[str, _Tail] = {}
        self._suspects = Suspects()
        self._pace = Pace(settings.backoff_max_seconds)
        self._kept = 0
        self._deaf: str | None = None  # why the listener does not listen
        self._behind: str | None = None  # why the collector does not collect
        self.last_success_at: datetime | None = None  # real time of the last complete sync

    @property
    def label(self) -> str:
        return self._settings.label

    @property
    def trouble(self) -> str | None:
        return self._behind or self._deaf

    async def sync_once(self) -> int:
        """Read what is new in all folders over one connection; how many mails that were. Raises MailboxError."""
        bell = _Bell()
        line = _Line(bell)
        before = self._kept

        def stop() -> None:
            bell.stop()
            line.hang_up()

        await self._in_threads([lambda tell: self._sync_patiently(line, bell, tell)], stop)
        return self._kept - before

    async def run(self) -> None:
        """Watch until cancelled. Faults of the server or of our store are logged, shown and tried again."""
        bell = _Bell()
        listener, collector = _Line(bell), _Line(bell)

        def stop() -> None:
            bell.stop()
            listener.hang_up()
            collector.hang_up()

        await self._in_threads(
            [lambda _: self._listen(listener, bell), lambda tell: self._collect(collector, bell, tell)], stop
        )

    async def _in_threads(self, works: Sequence[_Work], stop: Callable[[], None]) -> None:
        """Run each work in a thread of its own. When one fails or we are cancelled, stop all and wait for their end."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            if self._on_news is not None:
                loop.call_soon_threadsafe(self._on_news)

        pool = ThreadPoolExecutor(max_workers=len(works), thread_name_prefix="imap")
        threads = [loop.run_in_executor(pool, work, tell) for work in works]
        try:
            # Shielded, because cancelling such a future lets go of a thread that still runs.
            await asyncio.gather(*map(asyncio.shield, threads))
        finally:
            stop()
            pool.shutdown(wait=False)
            await asyncio.wait(threads)
            pool.shutdown()
            for thread in threads:
                thread.exception()  # looked at: the first was raised above, others only say that we stopped

    def _listen(self, line: _Line, bell: _Bell) -> None:
        """The listener's thread: IDLE first, then ring, so that mail from before IDLE is collected too."""
        tries = Tries()

        def entered() -> None:
            self._deaf = None
            bell.ring()

        while not bell.stopped:
            try:
                with line.connected(self._settings, self._secret) as mailbox:
                    tries.made()
                    self._examine_first(mailbox)
                    if not mailbox.has_idle():
                        _log.warning("the mail server has no IDLE, so the mailbox is polled", mailbox=self.label)
                        return
                    while not bell.stopped:
                        mailbox.idle(self._settings.idle_seconds, entered, heard=bell.ring)
            except MailboxError as trouble:
                if bell.stopped:
                    return
                self._deaf = str(trouble)
                pause = self._pace.pause(tries.ended(), trouble)
                _log.warning(
                    "listening to the mailbox was interrupted",
                    mailbox=self.label,
                    trouble=str(trouble),
                    seconds=round(pause, 1),
                )
                bell.wait_for_stop(max(pause, self._pace.rest()))

    def _examine_first(self, mailbox: Mailbox) -> None:
        first = self._settings.folders[0]
        if self._examined(mailbox, first) is None:
            raise MailboxFolderError(
                f"{mailbox.host} has no folder {first}, the first in {self._settings.table}.folders and the one that "
                f"is listened to"
            )

    def _collect(self, line: _Line, bell: _Bell, tell: Callable[[], None]) -> None:
        """The collector's thread: sync, then wait for the bell or the poll."""
        tries = Tries()
        while not bell.stopped:
            try:
                with line.connected(self._settings, self._secret) as mailbox:
                    tries.made()
                    while not bell.stopped:
                        bell.hush()
                        trouble = self._sync(mailbox, tell)
                        if trouble is not None:
                            bell.wait_for_stop(trouble.wait_seconds)
                        bell.wait(self._settings.poll_seconds)
            except MailboxError as trouble:
                if bell.stopped:
                    return
                self._behind = str(trouble)
                pause = self._pace.pause(tries.ended(), trouble)
                _log.error(
                    "the mailbox cannot be read",
                    mailbox=self.label,
                    trouble=str(trouble),
                    permanent=trouble.permanent,
                    seconds=round(pause, 1),
                )
                bell.wait_for_stop(max(pause, self._pace.rest()))

    def _sync_patiently(self, line: _Line, bell: _Bell, tell: Callable[[], None]) -> None:
        """Sync once; again as long as the server breaks off in the middle of mail and we learn at which one."""
        while True:
            faults = self._suspects.faults
            try:
                with line.connected(self._settings, self._secret) as mailbox:
                    trouble = self._sync(mailbox, tell)
                    if trouble is not None:
                        raise trouble
                    return
            except MailboxLostError:
                if bell.stopped or self._suspects.faults == faults:
                    raise

    def _sync(self, mailbox: Mailbox, tell: Callable[[], None]) -> MailboxError | None:
        """All folders once. The trouble with one of them is returned: it does not keep us from the others."""
        there, trouble = 0, None
        for folder in self._settings.folders:
            try:
                state = self._examined(mailbox, folder)
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
        self._tell_of(trouble)
        return trouble

    def _tell_of(self, trouble: MailboxError | None) -> None:
        if trouble is None:
            self._behind = None
            self.last_success_at = datetime.now(UTC)
        elif self._behind != str(trouble):
            self._behind = str(trouble)
            _log.error(
                "a mailbox folder cannot be read", mailbox=self.label, trouble=str(trouble), permanent=trouble.permanent
            )

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

    def _examined(self, mailbox: Mailbox, folder: str) -> FolderState | None:
        """The folder, opened; None where the mailbox has no such folder, which is said once."""
        try:
            state = mailbox.examine(folder)
        except ServerSaidNoError as refusal:
            if mailbox.folder_exists(folder):
                raise ServerSaidNoError(
                    f"{mailbox.host} does not open the folder {folder}: check {self._settings.table}.folders and who "
                    f"may read it"
                ) from refusal
            if folder not in self._missing:
                self._missing.add(folder)
                _log.warning(
                    "the mailbox has no such folder; see its setting folders", folder=folder, mailbox=self.label
                )
            return None
        self._missing.discard(folder)
        return state

    def _sync_folder(self, mailbox: Mailbox, folder: str, state: FolderState, tell: Callable[[], None]) -> None:
        waiting = self._waiting(mailbox, folder, state)
        position = waiting.position
        fetcher = Fetcher(mailbox, (folder, state.uidvalidity), self._suspects, self._settings.batch, self._max_bytes)
        for uids, mails in fetcher.batches(waiting.uids):
            gaps = [*_gaps(position.high_water + 1, uids, mails, waiting.reason)]
            position = replace(position, high_water=uids[-1])
            self._keep(folder, mails, position, gaps)
            if mails:
                self._kept += len(mails)
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
            mailbox=self.label,
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


class _Bell:
    """How the listener and the one who stops us wake the collector."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def ring(self) -> None:
        self._rung.set()

    def hush(self) -> None:
        self._rung.clear()

    def stop(self) -> None:
        self._stopped.set()
        self._rung.set()

    def wait(self, seconds: float) -> None:
        if not self.stopped:
            self._rung.wait(seconds)

    def wait_for_stop(self, seconds: float) -> None:
        self._stopped.wait(seconds)


class _Line:
    """One thread's connection at a time, so that another thread can cut it."""

    def __init__(self, bell: _Bell) -> None:
        self._bell = bell
        self._mailbox: Mailbox | None = None

    @contextlib.contextmanager
    def connected(self, settings: WatchSettings, secret: Secret) -> Iterator[Mailbox]:
        mailbox = self._mailbox = Mailbox(settings, secret)
        if self._bell.stopped:
            mailbox.hang_up()
        with mailbox:
            yield mailbox

    def hang_up(self) -> None:
        if self._mailbox is not None:
            self._mailbox.hang_up()


def _start_day(settings: WatchSettings) -> date:
    if not settings.folders:
        raise SettingsError(f"{settings.table}.folders is empty: name the folders to read, INBOX first")
    if settings.since is None:
        raise SettingsError(
            f"{settings.table}.since is not set: give the date from which mail is read, such as 35 days ago"
        )
    return settings.since

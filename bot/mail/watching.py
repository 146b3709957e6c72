"""Watching the mailbox: what is new in it is kept once, and nothing in it is changed.

Two connections in two threads. The listener only waits in IDLE on the first folder and rings; the collector only
syncs, when the bell rings and every `poll_seconds` anyway: no source of events is trusted alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from bot.mail.collecting import Collector, examined
from bot.mail.errors import MailboxError, MailboxFolderError, MailboxLostError
from bot.mail.fetching import FetchedMail
from bot.mail.lines import Bell, Line
from bot.mail.login import Secret
from bot.mail.mailbox import Mailbox, checked
from bot.mail.pacing import Pace, Tries
from bot.mail.positions import Ledger
from bot.settings import WatchSettings

__all__ = ["FetchedMail", "Watcher"]

_log = structlog.get_logger(__name__)

_Work = Callable[[Callable[[], None]], None]  # runs in a thread, and is given what tells the event loop of new mail


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
        self._secret = secret
        self._on_news = on_news
        self._collector = Collector(settings, ledger, max_bytes)
        self._pace = Pace(settings.backoff_max_seconds)
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
        bell = Bell()
        line = Line(bell)
        before = self._collector.kept
        await self._in_threads([lambda tell: self._sync_patiently(line, bell, tell)], line.stop)
        return self._collector.kept - before

    async def run(self) -> None:
        """Watch until cancelled. Faults of the server or of our store are logged, shown and tried again."""
        bell = Bell()
        listener, collector = Line(bell), Line(bell)

        def stop() -> None:
            listener.stop()
            collector.stop()

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

    def _listen(self, line: Line, bell: Bell) -> None:
        """The listener's thread: IDLE first, then ring, so that mail from before IDLE is collected too."""
        tries = Tries()

        def entered() -> None:
            self._deaf = None
            bell.ring()

        while not bell.stopped:
            try:
                with line.connected(Mailbox(self._settings, self._secret)) as mailbox:
                    tries.made()
                    self._examine_first(mailbox)
                    if not mailbox.has_idle():
                        self._deaf = None
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
        if examined(mailbox, first, self._settings.table) is None:
            raise MailboxFolderError(
                f"{mailbox.host} has no folder {first}, the first in {self._settings.table}.folders and the one that "
                f"is listened to"
            )

    def _collect(self, line: Line, bell: Bell, tell: Callable[[], None]) -> None:
        """The collector's thread: sync, then wait for the bell or the poll."""
        tries = Tries()
        while not bell.stopped:
            try:
                with line.connected(Mailbox(self._settings, self._secret)) as mailbox:
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

    def _sync_patiently(self, line: Line, bell: Bell, tell: Callable[[], None]) -> None:
        """Sync once; again as long as the server breaks off in the middle of mail and we learn at which one."""
        while True:
            faults = self._collector.suspects.faults
            try:
                with line.connected(Mailbox(self._settings, self._secret)) as mailbox:
                    trouble = self._sync(mailbox, tell)
                    if trouble is not None:
                        raise trouble
                    return
            except MailboxLostError:
                if bell.stopped or self._collector.suspects.faults == faults:
                    raise

    def _sync(self, mailbox: Mailbox, tell: Callable[[], None]) -> MailboxError | None:
        trouble = self._collector.sync(mailbox, tell)
        if trouble is None:
            self._behind = None
            self.last_success_at = datetime.now(UTC)
        elif self._behind != str(trouble):
            self._behind = str(trouble)
            _log.error(
                "a mailbox folder cannot be read", mailbox=self.label, trouble=str(trouble), permanent=trouble.permanent
            )
        return trouble

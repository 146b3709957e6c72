"""What threads with a connection share: the bell that wakes them, and that another thread can cut their connection."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from bot.mail.mailbox import Mailbox

T = TypeVar("T")


async def in_thread(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """What blocking work returns. Cancelled, it is told to stop and waited for: no thread is left behind."""
    under_way = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait([under_way])
        raise


class Bell:
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


class Line:
    """One thread's connection at a time, so that another thread can cut it."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._mailbox: Mailbox | None = None

    @contextlib.contextmanager
    def connected(self, mailbox: Mailbox) -> Iterator[Mailbox]:
        self._mailbox = mailbox
        if self._bell.stopped:
            mailbox.hang_up()
        with mailbox:
            yield mailbox

    def hang_up(self) -> None:
        if self._mailbox is not None:
            self._mailbox.hang_up()

    def stop(self) -> None:
        """Cut the connection that stands, and any that is made later."""
        self._bell.stop()
        self.hang_up()

"""What the threads of one watcher share: the bell that wakes them, and connections that another thread can cut."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from bot.mail.login import Secret
from bot.mail.mailbox import Mailbox
from bot.settings import WatchSettings


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
    def connected(self, settings: WatchSettings, secret: Secret) -> Iterator[Mailbox]:
        mailbox = self._mailbox = Mailbox(settings, secret)
        if self._bell.stopped:
            mailbox.hang_up()
        with mailbox:
            yield mailbox

    def hang_up(self) -> None:
        if self._mailbox is not None:
            self._mailbox.hang_up()

"""When to try a mail server again: never sooner than it asked, and ever more seldom while it fails."""

from __future__ import annotations

import random
import re
import time

from bot.mail.errors import MailboxError

THROTTLED_SECONDS = 60.0
"""A server that asks for so much is tired of us altogether, and not of one folder or mail."""

_LONGEST_ASKED_SECONDS = 3600.0  # a server that asks for more is asked again after an hour
_FIRST_WAIT_SECONDS = 0.5
_STEADY_SECONDS = 10.0  # a connection that stood so long was no failure when it ended

_EXCHANGE = re.compile(r"suggested backoff time:?\s*(\d{1,12})\s*milli", re.IGNORECASE)
_ASKED: dict[str, float] = {
    # RFC 5530 section 3: passing, and perhaps of one folder only.
    "[UNAVAILABLE]": 15.0,
    "[INUSE]": 15.0,
    "[LIMIT]": 15.0,
    # Exchange Online
    "AUTHENTICATED BUT NOT CONNECTED": THROTTLED_SECONDS,
    "REQUEST IS THROTTLED": THROTTLED_SECONDS,
    "SERVER BUSY": THROTTLED_SECONDS,
    # Gmail
    "TOO MANY SIMULTANEOUS CONNECTIONS": THROTTLED_SECONDS,
    "[THROTTLED]": THROTTLED_SECONDS,
    "[OVERQUOTA]": 600.0,
    "BANDWIDTH LIMITS": 600.0,
    # Dovecot: mail_max_userip_connections
    "MAXIMUM NUMBER OF CONNECTIONS": THROTTLED_SECONDS,
}


def asked_wait(answer: str) -> float:
    """Seconds that the words of a server ask us to stay away; 0 when they do not."""
    loud = answer.upper()
    waits = [seconds for words, seconds in _ASKED.items() if words in loud]
    waits += [max(int(found) / 1000, THROTTLED_SECONDS) for found in _EXCHANGE.findall(answer)]
    return min(max(waits, default=0.0), _LONGEST_ASKED_SECONDS)


class Pace:
    """How soon the connections of one mailbox may be made anew. They share it: what one was told holds for both."""

    def __init__(self, longest_seconds: float) -> None:
        """`longest_seconds` bounds our own patience, not what a server asks for."""
        self._longest = longest_seconds
        self._not_before = 0.0  # monotonic seconds

    def rest(self) -> float:
        """Seconds during which no connection may be made."""
        return max(0.0, self._not_before - time.monotonic())

    def pause(self, tries: int, trouble: MailboxError) -> float:
        """Seconds until the next try: doubling, with jitter; what only a person can mend waits longest."""
        wait = self._longest if trouble.permanent else min(self._longest, _FIRST_WAIT_SECONDS * 2 ** min(tries, 20))
        wait *= random.uniform(0.5, 1.0)  # noqa: S311  no secret
        asked = trouble.wait_seconds * random.uniform(1.0, 1.2)  # noqa: S311
        self._not_before = max(self._not_before, time.monotonic() + asked)
        return max(wait, asked)


class Tries:
    """Counts the failures of one connection in a row. One that stood for a while and then ended begins a new row."""

    def __init__(self, steady_seconds: float = _STEADY_SECONDS) -> None:
        self._steady = steady_seconds
        self._failed = 0
        self._made_at = time.monotonic()

    def made(self) -> None:
        self._made_at = time.monotonic()

    def ended(self) -> int:
        """How many failures came before this one."""
        before = 0 if time.monotonic() - self._made_at >= self._steady else self._failed
        self._failed = before + 1
        return before

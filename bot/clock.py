"""The domain clock: what time it is for deadlines, undo, holds, codes and retention.

TLS, provider tokens and network timeouts never ask this clock; they keep real time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def clock_from(moment: datetime) -> Clock:
    """A clock that reads `moment` now and ticks on at normal speed (PRIVACYBOT_NOW)."""
    offset = moment - system_clock()
    return lambda: system_clock() + offset

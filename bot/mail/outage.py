"""When a mailbox that cannot be read is worth an alarm, and when that is over: once each, also if it flaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

_SOON = 12
"""An alarm within so many times the patience after the last one was over: the mailbox comes and goes."""

_STEADY = 4
"""Such an alarm is over when the mailbox was readable for so many times the patience."""


class Turn(StrEnum):
    """What people are told."""

    UNREADABLE = "mailbox_unreadable"
    READABLE = "mailbox_readable"


@dataclass(frozen=True, slots=True)
class Readings:
    """How reading one mailbox went lately. Outlives a restart."""

    began_at: datetime  # when somebody first meant to read it
    read_at: datetime | None = None  # the end of the last complete sync
    readable_since: datetime | None = None  # of an unbroken row of complete syncs; None while it cannot be read
    alarmed_at: datetime | None = None  # an alarm stands since then
    calmed_at: datetime | None = None  # the last alarm was over then
    flaps: bool = False  # the standing alarm came soon after another

    @property
    def last_read(self) -> datetime:
        return self.read_at or self.began_at

    def after_success(self, at: datetime, patience: timedelta) -> Readings:
        unbroken = self.readable_since is not None and at - self.last_read < patience
        return replace(self, read_at=at, readable_since=self.readable_since if unbroken else at)

    def after_failure(self) -> Readings:
        return replace(self, readable_since=None)

    def turn(self, now: datetime, patience: timedelta) -> Turn | None:
        """Whether people must be told something now."""
        if self.alarmed_at is None:
            return Turn.UNREADABLE if now - self.last_read >= patience else None
        if self.readable_since is None or self.last_read <= self.alarmed_at:
            return None
        steady = patience * _STEADY if self.flaps else timedelta(0)
        return Turn.READABLE if now - self.readable_since >= steady else None

    def after(self, turn: Turn, now: datetime, patience: timedelta) -> Readings:
        """People were told."""
        if turn is Turn.READABLE:
            return replace(self, alarmed_at=None, calmed_at=now, flaps=False)
        flaps = self.calmed_at is not None and now - self.calmed_at < patience * _SOON
        return replace(self, alarmed_at=now, flaps=flaps)

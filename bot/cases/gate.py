"""The caps at the outbound gate: which automatic letter may leave now. What a person approved always may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.letters import AUTOMATIC, LetterKind

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

_MOST_A_DAY = 2
"""Letters of one kind to one address: the customer's own challenge is not held up by the one that a stranger caused."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """Nothing stands in its way."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The address had its share of such letters today: this one leaves when the day is over."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """The address had one today, and a second would tell it nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """So many automatic letters left within the hour that something is wrong: a person looks first."""


Passage = Leaves | Waits | Dropped | Held


@dataclass(frozen=True, slots=True)
class Traffic:
    """What left before this letter."""

    same_to_address: tuple[datetime, ...]  # other automatic letters of this kind to this address, within the day
    automatic_in_hour: int


def passage(letter: LetterKind, now: datetime, traffic: Traffic, most_in_hour: int, *, released: bool) -> Passage:
    """Whether this letter may leave now. `released`: staff let it go after the gate had held it."""
    if letter not in AUTOMATIC or released:
        return Leaves()
    lately = sorted(at for at in traffic.same_to_address if at > now - DAY)
    if letter is LetterKind.RECEIPT and lately:
        return Dropped()
    if len(lately) >= _MOST_A_DAY:
        return Waits(lately[-_MOST_A_DAY] + DAY)
    return Held() if traffic.automatic_in_hour >= most_in_hour else Leaves()

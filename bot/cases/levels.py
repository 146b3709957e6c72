"""How sure we must be of who asks before anything is given, changed or erased, and how long to wait after that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.cases.changes import PlannedChange
from bot.cases.model import Level, Request, RequestState
from bot.settings import IdentitySettings
from bot.triage.labels import RequestKind
from bot.triage.verdict import StatedCorrection

HIGH_RISK_FIELDS = frozenset({"email", "phone", "iban", "owner", "kvk", "btw"})
"""Whoever changes these takes an account over or diverts its money: L3."""

_REQUIRED = {
    RequestKind.ACCESS: Level.L2,
    RequestKind.CORRECTION: Level.L2,
    RequestKind.PORTABILITY: Level.L2,
    RequestKind.ERASURE: Level.L3,
    RequestKind.COMPLAINT: Level.L0,
    RequestKind.RESTRICTION: Level.L2,
    RequestKind.OBJECTION: Level.L2,
    RequestKind.CONSENT_WITHDRAWAL: Level.L0,
}


def required_level(
    kind: RequestKind, corrections: Sequence[StatedCorrection], *, marketing_only: bool = False
) -> Level:
    """What must be proved as long as there is no plan. Marketing may be objected to without proof (Art. 21(2)-(3))."""
    if kind is RequestKind.OBJECTION and marketing_only:
        return Level.L0
    if kind is RequestKind.CORRECTION and any(change.field in HIGH_RISK_FIELDS for change in corrections):
        return Level.L3
    return _REQUIRED[kind]


def required_by_plan(kind: RequestKind, changes: Iterable[PlannedChange], *, marketing_only: bool = False) -> Level:
    """What must be proved now that the plan is known: L3 only where a line of it is high risk.

    A plan without a line that acts proves nothing about an erasure, so that stays at L3.
    """
    changes = tuple(changes)
    if any(change.high_risk for change in changes):
        return max(Level.L3, _REQUIRED[kind])
    if kind is RequestKind.ERASURE and any(change.acts for change in changes):
        return Level.L2
    return required_level(kind, (), marketing_only=marketing_only)


def hold_until(
    kind: RequestKind,
    level: Level,
    changes: Iterable[PlannedChange],
    reached_at: datetime,
    settings: IdentitySettings,
    *,
    second_factor: bool,
) -> datetime | None:
    """Until when an act must wait, counted from when the required `level` was reached; None where nothing waits.

    `second_factor` says that a factor fixed before the case was used; without one, L3 rests on a written decision and
    waits `hold_days`. The longest wait wins.
    """
    wait = max(_waits(kind, level, tuple(changes), settings, second_factor), default=timedelta(0))
    return reached_at + wait if wait else None


def _waits(
    kind: RequestKind,
    level: Level,
    changes: tuple[PlannedChange, ...],
    settings: IdentitySettings,
    second_factor: bool,
) -> Iterable[timedelta]:
    risky = any(change.high_risk for change in changes)
    if level < Level.L3 and not risky:
        return
    if not second_factor:
        yield timedelta(days=settings.hold_days)
    if kind is RequestKind.ERASURE:
        yield timedelta(days=settings.hold_days)
    if kind is RequestKind.CORRECTION:
        yield timedelta(hours=settings.contact_hold_hours)


def unproved(request: Request) -> bool:
    """Asked who he is, and no answer yet that proves it."""
    return request.state is RequestState.AWAITING_IDENTITY and request.reached < Level.L2

"""How sure we must be of who asks before anything is given, changed or erased, and how long to wait after that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.changes import PlannedChange
from bot.cases.draft import Draft
from bot.cases.model import Level, Request, RequestState
from bot.settings import IdentitySettings, LevelSettings
from bot.triage.labels import RequestKind
from bot.triage.verdict import StatedCorrection

HIGH_RISK_FIELDS = frozenset({"email", "phone", "iban", "owner", "kvk", "btw"})
"""Whoever changes these takes an account over or diverts its money: L3."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What each kind of request needs, as [identity.levels] says."""

    of_kind: Mapping[RequestKind, Level]
    marketing: Level
    high_risk: Level

    @classmethod
    def configured(cls, settings: LevelSettings) -> Levels:
        given = {name: Level[value] for name, value in settings.model_dump().items()}
        return cls({kind: given[kind] for kind in RequestKind}, given["marketing"], given["high_risk"])

    def required(
        self, kind: RequestKind, corrections: Sequence[StatedCorrection] = (), *, marketing_only: bool = False
    ) -> Level:
        """What must be proved as long as there is no plan.

        Marketing may be objected to without proof (Art. 21(2)-(3)). An erasure counts as one of high risk.
        """
        if kind is RequestKind.OBJECTION and marketing_only:
            return self.marketing
        takes_over = kind is RequestKind.CORRECTION and any(one.field in HIGH_RISK_FIELDS for one in corrections)
        if takes_over or kind is RequestKind.ERASURE:
            return max(self.high_risk, self.of_kind[kind])
        return self.of_kind[kind]

    def by_plan(self, kind: RequestKind, changes: Iterable[PlannedChange], *, marketing_only: bool = False) -> Level:
        """What must be proved now that the plan is known: high risk only where a line of it is.

        A plan without a line that acts proves nothing about an erasure, so that stays high risk.
        """
        changes = tuple(changes)
        if any(change.high_risk for change in changes):
            return max(self.high_risk, self.of_kind[kind])
        if kind is RequestKind.ERASURE and any(change.acts for change in changes):
            return self.of_kind[kind]
        return self.required(kind, marketing_only=marketing_only)

    def in_force(self, request: Request) -> Level:
        """What this request needs today: what was found when it came, or more if the configuration now asks more."""
        return max(request.required, self.marketing if request.absolute else self.of_kind[request.kind])

    def of_draft(self, request: Request, draft: Draft) -> Level:
        """The plan has the last word: what it calls high risk needs that level, whatever the mail was taken for."""
        required = self.in_force(request)
        acting = [change for change in draft.changes if change.acts]
        if draft.files or acting:
            required = max(required, Level.L2)  # whatever it was thought to need: data never move below this
        if request.kind in _CHANGING and any(change.high_risk for change in acting):
            required = max(required, self.high_risk)
        return required


ENDS_USE = frozenset({RequestKind.ERASURE, RequestKind.RESTRICTION})
"""Of a shared account these touch whoever uses it too."""

_CHANGING = frozenset({RequestKind.CORRECTION, RequestKind.ERASURE})


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


def short_of_proof(request: Request) -> bool:
    """Asked who he is, and not proved as far as it must be, whether or not something was proved."""
    return request.state is RequestState.AWAITING_IDENTITY and request.reached < request.required


def unproved(request: Request) -> bool:
    """Asked who he is, and no answer yet that proves it."""
    return request.state is RequestState.AWAITING_IDENTITY and request.reached < Level.L2

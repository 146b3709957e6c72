"""Which requests of a case are answered together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cases.levels import Levels
from bot.cases.model import Case, Level, Request, RequestState
from bot.triage.labels import RequestKind

EXPORTED = frozenset({RequestKind.ACCESS, RequestKind.PORTABILITY})
_APART = (RequestKind.ERASURE, RequestKind.COMPLAINT)
"""Kinds with a letter of their own: an erasure never shares one with an export, a complaint is the officer's."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Requests that are ready together and share one letter."""

    requests: tuple[Request, ...]

    @property
    def kinds(self) -> frozenset[RequestKind]:
        return frozenset(request.kind for request in self.requests)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(request.id for request in self.requests)

    @property
    def hold_until(self) -> datetime | None:
        return max((request.hold_until for request in self.requests if request.hold_until), default=None)

    @property
    def risky_identity(self) -> bool:
        return any(request.required >= Level.L3 for request in self.requests)


def ready_batches(case: Case, levels: Levels) -> tuple[Batch, ...]:
    """What can be drafted now. An erasure waits until every export of the case was answered (Art. 15 before 17).

    Where no record was found there is one answer for everything but the complaint.
    """
    collecting = [request for request in case.requests if _may_be_collected(case, request, levels)]
    apart = _APART if case.data_subject is not None else (RequestKind.COMPLAINT,)
    alone = [request for request in collecting if request.kind in apart or _takes_over(case, request)]
    groups = [[request for request in collecting if request not in alone], *([request] for request in alone)]
    if case.data_subject is not None and _export_under_way(case):
        groups = [group for group in groups if not any(request.kind is RequestKind.ERASURE for request in group)]
    return tuple(Batch(tuple(group)) for group in groups if group)


def _may_be_collected(case: Case, request: Request, levels: Levels) -> bool:
    """Nothing is collected below the level; where nobody was found there is nothing to collect."""
    proved = request.reached >= levels.in_force(request) or case.data_subject is None
    return request.state is RequestState.COLLECTING and proved


def _takes_over(case: Case, request: Request) -> bool:
    """A change of contact or payment data never shares a letter, nor its wait, with another right."""
    return case.data_subject is not None and request.kind is RequestKind.CORRECTION and request.required >= Level.L3


def fell_short(case: Case, levels: Levels) -> tuple[Request, ...]:
    """Requests on their way to a draft whose proof is not enough any more."""
    collecting = [request for request in case.requests if request.state is RequestState.COLLECTING]
    return tuple(request for request in collecting if not _may_be_collected(case, request, levels))


def _export_under_way(case: Case) -> bool:
    answered = {RequestState.ANSWERED, RequestState.CLOSED}
    return any(request.kind in EXPORTED and request.open and request.state not in answered for request in case.requests)

"""Which case a mail belongs to: decided from values, never from the subject line alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.model import Case, RequestState
from bot.triage.labels import RequestKind


@dataclass(frozen=True, slots=True)
class Joined:
    """The mail belongs to this case; `new_kinds` become further requests with the mail's own receipt date."""

    case_id: int
    new_kinds: frozenset[RequestKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Separate:
    """The mail belongs to no case we know: what it asks opens a new one."""


Match = Joined | Separate


def matched(
    case: Case | None,
    open_cases_of_sender: Sequence[Case],
    kinds: frozenset[RequestKind],
    *,
    replies_to_case: bool,
    same_person: bool = True,
    follows_up: bool = False,
) -> Match:
    """Where a mail belongs.

    `case` was found by our own Message-ID or case address. `same_person`: the mail comes from the case's own sender or
    from the address of record; a stranger who quotes a Message-ID adds no request to somebody's case. `follows_up`: the
    mail reminds, withdraws, answers a challenge or says "not me" without asking anything new.
    `open_cases_of_sender` are those of the same strict sender address.
    """
    if case is not None and replies_to_case:
        return _of_thread(case, kinds, same_person=same_person)
    return _of_sender(open_cases_of_sender, kinds, follows_up=follows_up)


def _of_thread(case: Case, kinds: frozenset[RequestKind], *, same_person: bool) -> Match:
    if not kinds:
        return Joined(case.id)
    if not same_person:
        return Separate()
    running = bool(case.open_requests) or not case.requests
    if running or kinds & _parked(case):
        return Joined(case.id, kinds - _unanswered(case))
    return Separate()


def _of_sender(cases: Sequence[Case], kinds: frozenset[RequestKind], *, follows_up: bool) -> Match:
    """A repeat joins the open case about the same right; a follow-up only where there is one case it can mean."""
    repeated = [case for case in cases if kinds & _open_kinds(case)]
    if repeated:
        best = max(repeated, key=lambda case: (len(kinds & _open_kinds(case)), case.id))
        return Joined(best.id, kinds - _unanswered(best))
    if follows_up and not kinds and len(cases) == 1:
        return Joined(cases[0].id)
    return Separate()


def _open_kinds(case: Case) -> frozenset[RequestKind]:
    return frozenset(request.kind for request in case.open_requests if request.state is not RequestState.ANSWERED)


def _parked(case: Case) -> frozenset[RequestKind]:
    return frozenset(request.kind for request in case.requests if request.state is RequestState.PARKED)


def _unanswered(case: Case) -> frozenset[RequestKind]:
    """Rights still to be answered: asking for them again is a reminder, asking for any other is a new request."""
    return _open_kinds(case) | _parked(case)

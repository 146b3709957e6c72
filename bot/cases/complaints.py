"""Complaints: which lane a case is in, and who is free to answer for what somebody else did (Art. 77)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.cases.draft import Draft, DraftState
from bot.cases.letters import LetterKind
from bot.cases.model import Case, Request, RequestState
from bot.cases.people import Act, User, may
from bot.triage.labels import RequestKind


class Lane(StrEnum):
    """Cases that the privacy officer looks after, apart from the rest."""

    COMPLAINT = "complaint"
    AP = "ap"


LANES = {Lane.COMPLAINT: "klacht", Lane.AP: "AP"}


class Deed(Protocol):
    """An event of a case."""

    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def values(self) -> Mapping[str, str | int | float | bool | None]: ...


_NO_HANDLING = frozenset(
    {
        *("draft_shown", "note", "assigned", "finding_written", "dossier_made", "words_forgotten", "values_forgotten"),
        *("escalated_to_officer", "escalated_to_authority", "escalated", "hold_lifted", "draft_forgotten"),
    }
)
"""To look, to hand on and to put away is not to handle."""


def lane_of(case: Case) -> Lane | None:
    """AP as long as the matter is there, else complaint for a case that holds one."""
    if case.legal_hold or any(request.state is RequestState.ESCALATED for request in case.requests):
        return Lane.AP
    return Lane.COMPLAINT if complaints_of(case) else None


def complaints_of(case: Case) -> tuple[Request, ...]:
    return tuple(request for request in case.requests if request.kind is RequestKind.COMPLAINT)


def right_used(case: Case) -> bool:
    """Something beside a complaint was asked: six weeks for the court follow from the answer to that (UAVG Art. 35).

    Withdrawal of consent counts, as what it leaves without a ground must be erased (Art. 17(1)(b)). Beside a complaint
    that is still open only what nobody answered yet counts: for an answer that left, the six weeks run from that one.
    """
    used = [request for request in case.requests if request.kind is not RequestKind.COMPLAINT]
    if any(request.open and not _answered(request) for request in complaints_of(case)):
        return any(request.open and not _answered(request) for request in used)
    return bool(used)


def answered_before(case: Case) -> tuple[Request, ...]:
    """Beside a complaint: what was asked and got its answer, from which the six weeks for the court run."""
    return tuple(each for each in case.requests if each.kind is not RequestKind.COMPLAINT and _answered(each))


def _answered(request: Request) -> bool:
    return request.answered_at is not None and request.state is not RequestState.UNDELIVERED


def answers_complaint(draft: Draft, case: Case) -> bool:
    """The answer itself, a refusal of it included; a side letter is none."""
    asked = {request.id for request in complaints_of(case)}
    return draft.letter is LetterKind.COMPLAINT or bool(asked & set(draft.request_ids))


def unfounded(draft: Draft, case: Case) -> str | None:
    """Why this answer to a complaint lacks what staff must find out; None if it lacks nothing."""
    if draft.letter is not LetterKind.COMPLAINT:
        return None
    answered = [request for request in complaints_of(case) if request.id in draft.request_ids]
    if all(request.finding is not None and request.finding.whole for request in answered):
        return None
    return f"write down what was found and what is done first: privacybot finding {case.ref}"


def handled_elsewhere(deeds: Iterable[Deed], staff: Collection[str]) -> frozenset[str]:
    """Who of the staff handled another case: whatever they did in it counts."""
    return frozenset(deed.actor for deed in deeds if deed.actor in staff and deed.kind not in _NO_HANDLING)


def handled_here(
    case: Case, deeds: Iterable[Deed], drafts: Collection[Draft], staff: Collection[str]
) -> frozenset[str]:
    """Who of the staff handled, in this case, what the complaint is about; or answered that complaint before.

    What somebody did before it came counts, and later what he did to another request or draft, and every answer to the
    complaint that left already: who answered it does not review his own answer.
    """
    asked = {request.id for request in complaints_of(case)}
    came_at = min((request.received_at for request in complaints_of(case)), default=None)
    current = {draft.id for draft in drafts if _on_its_way(draft, asked) or not draft.request_ids}

    def counts(deed: Deed) -> bool:
        if (draft := deed.values.get("draft")) is not None:
            return draft not in current
        if (request := deed.values.get("request")) is not None:
            return request not in asked
        return came_at is None or deed.at < came_at

    return frozenset(
        deed.actor for deed in deeds if deed.actor in staff and deed.kind not in _NO_HANDLING and counts(deed)
    )


def _on_its_way(draft: Draft, asked: Collection[int]) -> bool:
    return draft.state is not DraftState.SENT and bool(set(draft.request_ids) & set(asked))


def owner_among(users: Iterable[User], handled: Collection[str], now_with: str | None) -> str | None:
    """The officer who looks after a complaint: one who did not handle what it is about, where there is one."""
    officers = [user.name for user in users if may(user, Act.DECIDE_RISK)]
    free = [name for name in officers if name not in handled] or officers
    if now_with in free:
        return now_with
    return free[0] if free else None

"""Who may approve which draft, and whether one pair of eyes is enough. Every path to sending asks here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.cases.complaints import answers_complaint, unfounded
from bot.cases.draft import Draft, DraftState, content_hash
from bot.cases.letters import LetterKind
from bot.cases.levels import ENDS_USE, Levels
from bot.cases.model import Case, Request
from bot.cases.people import Act, User, may
from bot.settings import ApprovalSettings
from bot.triage.labels import Writer


class Given(Protocol):
    """An approval as it was stored."""

    @property
    def user(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def content_hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Approved:
    """The draft may leave. `alone`: one person approved twice, and event, desk and dossier must say so."""

    alone: bool = False


@dataclass(frozen=True, slots=True)
class NeedsSecond:
    """This approval counts, but another must follow; the reason says whose and when."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """This approval does not count; the reason names the mend."""

    reason: str


Approval = Approved | NeedsSecond | Refused

TELLS_NOTHING = frozenset(
    {
        LetterKind.COMPLAINT,
        LetterKind.OTHER_PRIVACY,
        LetterKind.NOTHING_FOUND,
        LetterKind.NOT_IDENTIFIED,
        LetterKind.REFUSAL,
        LetterKind.EXTENSION,
        LetterKind.FORWARDED,
        LetterKind.QUESTION,
        LetterKind.AP_REFERENCE,
        LetterKind.MANDATE_REQUEST,
        LetterKind.GUARDIAN_REQUEST,
        LetterKind.DECEASED,
        LetterKind.NO_DATA_SUBJECT,
        LetterKind.FORWARD_TO_CUSTOMER,
        LetterKind.MASKED_COPY,
        LetterKind.OPENING_HELP,
        LetterKind.WRONG_RECIPIENT,
        LetterKind.FEE_NOTICE,
    }
)
"""Letters that hold nothing from our systems and change nothing there: they need no proof of identity."""

OFFICERS_LETTERS = frozenset({LetterKind.COMPLAINT, LetterKind.AP_REFERENCE})
TWO_READERS = frozenset(
    {
        *(LetterKind.REFUSAL, LetterKind.DECEASED, LetterKind.NO_DATA_SUBJECT),
        *(LetterKind.MASKED_COPY, LetterKind.FEE_NOTICE),
    }
)
"""Whoever gets one of these is told no, or is asked for what we never ask for."""


def approval_needed(
    draft: Draft,
    case: Case,
    approvals: Sequence[Given],
    approver: User,
    users: Iterable[User],
    settings: ApprovalSettings,
    levels: Levels,
    now: datetime,
    *,
    handled: frozenset[str],
    seen_hash: str | None = None,
    typed_reference: str | None = None,
    reason: str | None = None,
) -> Approval:
    """What this approval by this person is worth, given the approvals before it.

    `handled` are those who handled what a complaint is about; of any other draft it says nothing.
    `seen_hash` is the hash of what the approver read (None where the caller loaded the draft for him just now).
    `typed_reference` and `reason` matter only when one person stands in for two.
    """
    refusal = _wrong_person(draft, case, approver) or _stale(draft, seen_hash) or below_level(draft, case, levels)
    refusal = refusal or unfounded(draft, case)
    if refusal:
        return Refused(refusal)
    users = tuple(users)
    partial = answers_complaint(draft, case) and approver.name in handled
    if partial and (free := _free_officers(users, handled)):
        return Refused(f"you handled what this complaint is about; somebody else answers it: {', '.join(free)}")
    if not (partial or _risky(draft) or draft.letter in TWO_READERS):
        return Approved()
    able = {user.name for user in users if _able(user, draft)} | {approver.name}
    before = [given for given in approvals if given.content_hash == content_hash(draft) and given.user in able]
    if able == {approver.name}:
        return _alone(case, before, settings, now, typed_reference, reason)
    return _together(draft, before, approver, users)


def _wrong_person(draft: Draft, case: Case, approver: User) -> str | None:
    record = case.data_subject.address_of_record if case.data_subject else None
    own = {address.lower() for address in (case.sender, record) if address}
    if approver.address and approver.address.lower() in own:
        return f"{case.ref} is about you; somebody else decides on it"
    if not may(approver, Act.APPROVE):
        return f"user '{approver.name}' is {approver.role} or disabled and may not approve"
    if draft.letter in OFFICERS_LETTERS and not may(approver, Act.DECIDE_RISK):
        return "a complaint is decided by a functionaris"
    return None


def _free_officers(users: Iterable[User], handled: frozenset[str]) -> list[str]:
    return [user.name for user in users if may(user, Act.DECIDE_RISK) and user.name not in handled]


def _able(user: User, draft: Draft) -> bool:
    """Whether this user can be one of two who approve it."""
    return may(user, Act.APPROVE) and (draft.letter not in OFFICERS_LETTERS or may(user, Act.DECIDE_RISK))


def _risky(draft: Draft) -> bool:
    return draft.high_risk or any(change.high_risk and change.acts for change in draft.changes)


def _stale(draft: Draft, seen_hash: str | None) -> str | None:
    if draft.state is not DraftState.OPEN:
        return f"draft {draft.version} is {draft.state}; read the newest one"
    if seen_hash is not None and seen_hash != content_hash(draft):
        return "the draft changed since it was read; read the new one"
    return None


def below_level(draft: Draft, case: Case, levels: Levels) -> str | None:
    """Why this letter may not be approved, carried out or sent: somebody is not proved far enough; None if it may.

    Asked again on every step, because a level can be lost, and the configuration can ask for more than it did.
    """
    return _unproved(draft, case, levels) or _leaks_below_level(draft) or _nobody_to_tell(draft, case)


def _unproved(draft: Draft, case: Case, levels: Levels) -> str | None:
    """Why identity is not proved far enough, on every request that the letter answers."""
    answered = {request.id: request for request in case.requests if request.id in draft.request_ids}
    if set(draft.request_ids) - set(answered):
        return "the draft answers a request that is not in this case"
    if draft.letter in TELLS_NOTHING:
        return None
    if draft.letter is LetterKind.ACCOUNT_NOTICE:
        answered = {request.id: request for request in case.open_requests if request.kind in ENDS_USE}
        if not answered:
            return "nothing that is asked in this case ends or freezes an account any more"
    return next((short for request in answered.values() if (short := _short_of(request, draft, levels))), None)


def _short_of(request: Request, draft: Draft, levels: Levels) -> str | None:
    required = levels.of_draft(request, draft)
    if request.reached >= required:
        return None
    return f"identity is proved to L{request.reached:d}, and {request.kind} needs L{required:d}; see: verify"


def _nobody_to_tell(draft: Draft, case: Case) -> str | None:
    """The rights of somebody who has died pass to nobody (rec. 27), and an authority never hears from us by mail."""
    if case.writer is Writer.HEIR and draft.letter not in TELLS_NOTHING:
        return "this case is about somebody who has died: no data by e-mail; see: represents --who"
    if case.writer is Writer.AUTHORITY and draft.to == case.sender:
        return "nothing goes to an authority by mail: call back on the number that you looked up yourself"
    return None


def _leaks_below_level(draft: Draft) -> str | None:
    """A letter that needs no proof carries no file and announces no change."""
    if draft.letter in TELLS_NOTHING and (draft.files or any(change.acts for change in draft.changes)):
        return f"a letter '{draft.letter}' may carry no export and no change"
    return None


def _together(draft: Draft, before: Sequence[Given], approver: User, users: Iterable[User]) -> Approval:
    """Two people: whoever wrote the draft last counts as one of them, and does not approve it himself."""
    if draft.editor == approver.name:
        return Refused("you were the last to edit this draft; somebody else must approve it")
    readers = {given.user for given in before} | ({draft.editor} if draft.editor else set()) | {approver.name}
    if len(readers) < 2:
        return NeedsSecond("a second person must approve this draft")
    if draft.letter in TWO_READERS and not _officer_among(readers, users, approver):
        return NeedsSecond("a functionaris must read this letter too")
    return Approved()


def _officer_among(readers: set[str], users: Iterable[User], approver: User) -> bool:
    return any(user.name in readers and may(user, Act.DECIDE_RISK) for user in (*users, approver))


def _alone(
    case: Case,
    before: Sequence[Given],
    settings: ApprovalSettings,
    now: datetime,
    typed_reference: str | None,
    reason: str | None,
) -> Approval:
    """Only one person can approve: he may do so twice, a night apart, on purpose."""
    if settings.second_person == "required":
        return NeedsSecond("a second person must approve this draft; add one with: privacybot user add")
    wait = timedelta(hours=settings.fallback_hours)
    if not before:
        return NeedsSecond(f"nobody else can approve: approve again after {wait}, with reference and reason")
    again_from = min(given.at for given in before) + wait
    if now < again_from:
        return NeedsSecond(f"nobody else can approve: approve again from {again_from:%Y-%m-%d %H:%M %Z}")
    if typed_reference != case.ref or not (reason or "").strip():
        return NeedsSecond(f"nobody else can approve: type the reference {case.ref} and a reason")
    return Approved(alone=True)

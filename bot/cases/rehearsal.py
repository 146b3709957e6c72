"""What would have come of mail of the past: each decision as the service takes it, about cases that nobody opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.cases.filing import AddToCase, Decision, LeaveAlone, OpenCase, Surroundings, decided
from bot.cases.machines import Circumstances
from bot.cases.model import Case, CaseRef, Channel, Level, Request, RequestState
from bot.mail.message import ParsedMail
from bot.triage.labels import RequestKind
from bot.triage.verdict import Verdict

_ANSWERED_AFTER = timedelta(days=31)
"""How long a case counts as open: the month of Art. 12(3) GDPR, in which the past will have answered it."""
_DAY = timedelta(days=1)


class Lane(StrEnum):
    """What comes of one mail. The values stand in what `rehearse --json` prints: add, never rename."""

    CASE = "case"
    PERSON = "person"  # a case at which a person looks before anything else happens
    FOLLOW_UP = "follow_up"  # belongs to a case of an earlier mail
    ORDINARY = "ordinary"
    AUTOMATIC = "automatic"
    OWN = "own"  # sent by ourselves
    DUPLICATE = "duplicate"  # the very mail came before


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mail's lane, the verdict that counted, what was decided, and the number of the case, the first being 1."""

    lane: Lane
    verdict: Verdict
    decision: Decision | None = None
    number: int | None = None


class Rehearsal:
    """Mails, given in the order in which they came, find the cases of earlier ones as they would in the archive.

    The letters that we would have sent do not exist here: what the past answered counts as our side of the thread.
    """

    def __init__(self, own_address: str, cases_per_sender: int) -> None:
        self._own_address = own_address.lower()
        self._cases_per_sender = cases_per_sender
        self._cases: dict[int, Case] = {}
        self._of_sender: defaultdict[str, list[int]] = defaultdict(list)
        self._of_message: dict[str, int] = {}
        self._seen: set[str] = set()

    def take(self, mail: ParsedMail, verdict: Verdict, as_reply: Verdict | None, at: datetime) -> Outcome:
        """What comes of the next mail, which came at that moment."""
        if mail.identity in self._seen:
            return Outcome(Lane.DUPLICATE, verdict)
        self._seen.add(mail.identity)
        thread = next((self._of_message[one] for one in mail.references if one in self._of_message), None)
        around = self._around(mail, thread, at)
        verdict = as_reply if around.case is not None and as_reply is not None else verdict
        outcome = self._outcome(mail, verdict, around, at)
        number = thread if outcome.lane is Lane.OWN else outcome.number
        if mail.message_id is not None and number is not None:
            self._of_message.setdefault(mail.message_id, number)
        return outcome

    def _around(self, mail: ParsedMail, thread: int | None, at: datetime) -> Surroundings:
        address = mail.sender.address
        mine = [] if address is None else self._of_sender.get(address, [])
        recent = [number for number in mine if at - self._cases[number].received_at <= _ANSWERED_AFTER]
        today = sum(1 for number in recent if at - self._cases[number].received_at <= _DAY)
        return Surroundings(
            case=None if thread is None else _as_of(self._cases[thread], at),
            open_cases=tuple(_as_of(self._cases[number], at) for number in recent),
            own_mail=address == self._own_address,
            circumstances=Circumstances(too_many=today >= self._cases_per_sender),
        )

    def _outcome(self, mail: ParsedMail, verdict: Verdict, around: Surroundings, at: datetime) -> Outcome:
        decision = decided(mail, verdict, around)
        match decision:
            case OpenCase(needs=needs):
                number = self._open(mail, verdict, decision.kinds, at)
                return Outcome(Lane.PERSON if needs else Lane.CASE, verdict, decision, number)
            case AddToCase(case_id=number, new_kinds=new_kinds):
                self._cases[number] = _with(self._cases[number], new_kinds, at)
                return Outcome(Lane.FOLLOW_UP, verdict, decision, number)
            case LeaveAlone() if around.own_mail:
                return Outcome(Lane.OWN, verdict, decision)
            case LeaveAlone(automatic=automatic):
                return Outcome(Lane.AUTOMATIC if automatic else Lane.ORDINARY, verdict, decision)
            case _:  # reports on letters of ours: there are none here
                return Outcome(Lane.AUTOMATIC, verdict, decision)

    def _open(self, mail: ParsedMail, verdict: Verdict, kinds: Iterable[RequestKind], at: datetime) -> int:
        number = len(self._cases) + 1
        case = Case(
            id=number,
            ref=CaseRef(str(number)),
            role=verdict.role,
            writer=verdict.writer,
            language=verdict.language,
            channel=Channel.FILE,
            received_at=at,
            requests=(),
            sender=mail.sender.address,
            subject_line="",
        )
        self._cases[number] = _with(case, kinds, at)
        if mail.sender.address is not None:
            self._of_sender[mail.sender.address].append(number)
        return number


def _with(case: Case, kinds: Iterable[RequestKind], at: datetime) -> Case:
    """The case with these rights as further requests."""
    more = (Request(0, kind, RequestState.RECEIVED, at, Level.L0) for kind in sorted(kinds))
    return replace(case, requests=(*case.requests, *more))


def _as_of(case: Case, at: datetime) -> Case:
    """The case as it would stand by then."""
    return replace(case, requests=tuple(_settled(request, at) for request in case.requests))


def _settled(request: Request, at: datetime) -> Request:
    old = at - request.received_at > _ANSWERED_AFTER
    return replace(request, state=RequestState.CLOSED) if old else request

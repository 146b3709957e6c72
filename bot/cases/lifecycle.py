"""The life cycle of a request: one table of moves. Nobody else writes a state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from bot.cases.errors import IllegalMoveError
from bot.cases.model import FINAL_STATES, Case, Request, RequestState


class Move(StrEnum):
    """What happens to a request. Stored in the event log: add, never rename."""

    IDENTITY_ASKED = "identity_asked"
    IDENTITY_NOT_NEEDED = "identity_not_needed"
    IDENTITY_CONFIRMED = "identity_confirmed"
    PERSON_NEEDED = "person_needed"
    LABELLED = "labelled"  # a person said what it is: it goes on from the start
    DRAFT_READY = "draft_ready"
    DRAFT_VOIDED = "draft_voided"  # sent back by staff, or overtaken by something new
    APPROVED = "approved"
    UNDONE = "undone"  # within the undo window
    EXECUTION_STARTED = "execution_started"
    EXECUTED = "executed"
    EXECUTION_DIFFERED = "execution_differed"  # nothing is sent, a new draft tells what really happened
    SENT = "sent"  # accepted by the mail server
    SENDING_FAILED = "sending_failed"
    SENT_AGAIN = "sent_again"  # staff found that a letter did not arrive: the same bytes leave once more
    BOUNCED = "bounced"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUSAL_SENT = "refusal_sent"
    NOT_IDENTIFIED_SENT = "not_identified_sent"
    FORWARDED = "forwarded"
    ESCALATED = "escalated"
    REVIVED = "revived"
    REOPENED = "reopened"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    FOUND_ORDINARY = "found_ordinary"


S, M = RequestState, Move

_FROM_ANYWHERE_OPEN = {
    M.PERSON_NEEDED: S.NEEDS_PERSON,
    M.WITHDRAWN: S.WITHDRAWN,
    M.ESCALATED: S.ESCALATED,
    M.ANSWERED_ELSEWHERE: S.CLOSED,
    M.FOUND_ORDINARY: S.CLOSED,
}
"""Staff exits of every state in which nothing has left yet."""

_BEFORE_ANYTHING_LEFT = (
    S.RECEIVED,
    S.AWAITING_IDENTITY,
    S.COLLECTING,
    S.AWAITING_APPROVAL,
    S.NEEDS_PERSON,
    S.ESCALATED,
)

_MOVES: dict[tuple[RequestState, Move], RequestState] = {
    (S.RECEIVED, M.IDENTITY_ASKED): S.AWAITING_IDENTITY,
    (S.RECEIVED, M.IDENTITY_NOT_NEEDED): S.COLLECTING,
    (S.RECEIVED, M.LABELLED): S.RECEIVED,
    (S.AWAITING_IDENTITY, M.IDENTITY_CONFIRMED): S.COLLECTING,
    (S.AWAITING_IDENTITY, M.IDENTITY_NOT_NEEDED): S.COLLECTING,
    (
        S.AWAITING_IDENTITY,
        M.DRAFT_READY,
    ): S.AWAITING_APPROVAL,  # not identified, refusal, a question to the person
    (S.AWAITING_IDENTITY, M.LABELLED): S.RECEIVED,
    (S.COLLECTING, M.DRAFT_READY): S.AWAITING_APPROVAL,
    (S.COLLECTING, M.IDENTITY_ASKED): S.AWAITING_IDENTITY,  # a draft that needed no proof was sent back
    (S.AWAITING_APPROVAL, M.DRAFT_READY): S.AWAITING_APPROVAL,  # a newer version of the draft
    (S.AWAITING_APPROVAL, M.DRAFT_VOIDED): S.COLLECTING,
    (S.AWAITING_APPROVAL, M.APPROVED): S.APPROVED,
    (S.APPROVED, M.UNDONE): S.AWAITING_APPROVAL,
    (S.APPROVED, M.DRAFT_VOIDED): S.COLLECTING,
    (S.APPROVED, M.EXECUTION_STARTED): S.EXECUTING,
    (S.EXECUTING, M.EXECUTED): S.SENDING,
    (S.EXECUTING, M.EXECUTION_DIFFERED): S.COLLECTING,
    (S.EXECUTING, M.PERSON_NEEDED): S.NEEDS_PERSON,
    (S.SENDING, M.SENT): S.ANSWERED,
    (S.SENDING, M.REFUSAL_SENT): S.REFUSED,
    (S.SENDING, M.NOT_IDENTIFIED_SENT): S.PARKED,
    (S.SENDING, M.FORWARDED): S.FORWARDED,
    (S.SENDING, M.SENDING_FAILED): S.UNDELIVERED,
    (S.ANSWERED, M.CLOSED): S.CLOSED,
    (S.ANSWERED, M.BOUNCED): S.UNDELIVERED,
    (S.ANSWERED, M.REOPENED): S.NEEDS_PERSON,
    (S.CLOSED, M.BOUNCED): S.NEEDS_PERSON,
    (S.CLOSED, M.REOPENED): S.NEEDS_PERSON,
    (S.REFUSED, M.REOPENED): S.NEEDS_PERSON,
    (S.REFUSED, M.BOUNCED): S.UNDELIVERED,
    (S.WITHDRAWN, M.REOPENED): S.NEEDS_PERSON,
    (S.FORWARDED, M.REOPENED): S.NEEDS_PERSON,
    (S.FORWARDED, M.BOUNCED): S.UNDELIVERED,
    (S.PARKED, M.REVIVED): S.AWAITING_IDENTITY,
    (S.PARKED, M.REOPENED): S.NEEDS_PERSON,
    (S.PARKED, M.BOUNCED): S.UNDELIVERED,
    (S.NEEDS_PERSON, M.LABELLED): S.RECEIVED,
    (S.NEEDS_PERSON, M.DRAFT_READY): S.AWAITING_APPROVAL,
    # A letter that was approved and handed over and came back, or whose outcome only a person can find out.
    (S.UNDELIVERED, M.SENT_AGAIN): S.SENDING,
    (S.UNDELIVERED, M.SENT): S.ANSWERED,
    (S.UNDELIVERED, M.REFUSAL_SENT): S.REFUSED,
    (S.UNDELIVERED, M.NOT_IDENTIFIED_SENT): S.PARKED,
    (S.UNDELIVERED, M.FORWARDED): S.FORWARDED,
    (S.UNDELIVERED, M.DRAFT_READY): S.AWAITING_APPROVAL,
    (S.UNDELIVERED, M.LABELLED): S.RECEIVED,
    (S.UNDELIVERED, M.WITHDRAWN): S.WITHDRAWN,
    (S.UNDELIVERED, M.ESCALATED): S.ESCALATED,
    (S.UNDELIVERED, M.ANSWERED_ELSEWHERE): S.CLOSED,
    (S.ESCALATED, M.DRAFT_READY): S.AWAITING_APPROVAL,
    (S.ESCALATED, M.LABELLED): S.RECEIVED,
} | {(state, move): target for state in _BEFORE_ANYTHING_LEFT for move, target in _FROM_ANYWHERE_OPEN.items()}


def advanced(request: Request, move: Move) -> Request:
    """The request as it stands after the move. Raises IllegalMoveError."""
    try:
        return replace(request, state=_MOVES[request.state, move])
    except KeyError:
        raise IllegalMoveError(request.state, move) from None


def allows(request: Request, move: Move) -> bool:
    return (request.state, move) in _MOVES


def moves() -> dict[tuple[RequestState, Move], RequestState]:
    """A copy of the whole table, for tests and diagrams."""
    return dict(_MOVES)


_ADVANCE = (
    S.NEEDS_PERSON,
    S.UNDELIVERED,
    S.ESCALATED,
    S.RECEIVED,
    S.AWAITING_IDENTITY,
    S.COLLECTING,
    S.AWAITING_APPROVAL,
    S.APPROVED,
    S.EXECUTING,
    S.SENDING,
    S.ANSWERED,
    S.PARKED,
    S.FORWARDED,
    S.REFUSED,
    S.WITHDRAWN,
    S.CLOSED,
)
"""From least to most advanced; what waits for a person comes first."""


def case_state(case: Case) -> RequestState:
    """The least advanced open request; a case without open requests shows its most advanced one."""
    if not case.requests:
        return S.CLOSED if case.settled else S.NEEDS_PERSON
    if case.open_requests:
        return _least_advanced(case.open_requests)
    return max((request.state for request in case.requests), key=_ADVANCE.index)


def _least_advanced(requests: Iterable[Request]) -> RequestState:
    return min((request.state for request in requests), key=_ADVANCE.index)


def diagram() -> str:
    """The table as a mermaid state diagram, for docs/lifecycle.md."""
    lines = ["stateDiagram-v2", f"    [*] --> {S.RECEIVED}"]
    for (state, target), names in _arrows().items():
        lines.append(f"    {state} --> {target}: {', '.join(names)}")
    lines += [f"    {state} --> [*]" for state in RequestState if state in FINAL_STATES]
    return "\n".join(lines) + "\n"


def _arrows() -> dict[tuple[RequestState, RequestState], list[Move]]:
    arrows: dict[tuple[RequestState, RequestState], list[Move]] = {}
    for (state, move), target in _MOVES.items():
        arrows.setdefault((state, target), []).append(move)
    return arrows

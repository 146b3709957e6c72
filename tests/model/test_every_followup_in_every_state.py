"""Each thing that people write in a running case, in each state of their request: a table of what comes of it.

Whatever it is, the clock does not move, nothing leaves but the automatic list, nothing changes in the company's books,
and what the bot does not act on itself is read by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from past import Past
from servers.followups import ALL, HOLDS, IDLE

from bot.cases.deadlines import term
from bot.cases.followups import EFFECTS
from bot.cases.letters import LetterKind
from bot.store.archive import Transaction
from bot.store.records import Direction
from bot.triage.labels import Intent, RequestKind

STATES = (
    *("awaiting_identity", "collecting", "awaiting_approval", "approved"),
    *("needs_person", "parked", "answered"),
)
BY_MACHINES = {
    Intent.OUT_OF_OFFICE: "Ik ben afwezig en lees mijn mail pas op 4 januari weer.",
    Intent.BOUNCE: "Your message could not be delivered to the following recipient.",
}
WORDS: Mapping[Intent, str] = {**ALL, **BY_MACHINES, Intent.CHALLENGE_ANSWER: ""}  # the code differs every time
ANEW = {Intent.NEW_REQUEST: RequestKind.ERASURE, Intent.COMPLAINT_AP: RequestKind.COMPLAINT}
UNREAD = frozenset({*BY_MACHINES, Intent.THANKS})


@dataclass(frozen=True)
class Sight:
    """What can be seen of all cases at one moment."""

    state: str
    dates: tuple[date, ...]
    kinds: frozenset[str]
    tasks: frozenset[tuple[int, str]]
    mails: int
    reached: int


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    lived = Past()
    yield lived
    lived.end()


def seen(past: Past) -> Sight:
    def looked(tx: Transaction) -> tuple[frozenset[tuple[int, str]], int]:
        refs = [case.id for case in tx.cases.listed()]
        tasks = frozenset((task.id, task.text) for task in tx.tasks.open())
        messages = [message for case_id in refs for message in tx.messages.of_case(case_id)]
        return tasks, sum(message.direction is Direction.IN for message in messages)

    tasks, mails = past.house.look(looked)
    access = past.access()
    dates = term(access, past.house.rooms.calendar)
    kinds = frozenset(str(request.kind) for case in past.house.cases() for request in case.requests)
    clock = (dates.received_on, dates.legal_due, dates.safe_target, dates.due, dates.target)
    return Sight(str(access.state), clock, kinds, tasks, mails, int(access.reached))


def told(past: Past, state: str, intent: Intent) -> None:
    """Sanne writes it, in the thread of the letter that she got last."""
    past.back(state)
    if intent is Intent.CHALLENGE_ANSWER:
        past.prove()
        return
    automatic = {"Auto_Submitted": "auto-replied"} if intent in BY_MACHINES else {}
    house = past.house
    last = house.postman.sent[-1]
    house.write(house.people.sanne.address, WORDS[intent], answers=last, subject="Re: Mijn gegevens", **automatic)


def state_after(state: str, intent: Intent) -> str:
    """What the life cycle wants: a stop has a person look, a right that is asked anew voids what was approved."""
    if intent in HOLDS:
        return "needs_person"
    if intent is Intent.CHALLENGE_ANSWER and state in {"awaiting_identity", "parked"}:
        return "awaiting_approval"
    return "awaiting_approval" if intent in ANEW and state == "approved" else state


def test_no_intent_is_forgotten() -> None:
    assert set(WORDS) == set(Intent)


@pytest.mark.requirement("INT-05", "INT-06", "AUT-02")
@pytest.mark.parametrize("state", STATES)
def test_whatever_is_written_does_what_the_life_cycle_says_and_moves_no_clock_and_sends_nothing_else(
    past: Past, state: str
) -> None:
    past.back(state)
    before, found = seen(past), {}
    for intent in Intent:
        told(past, state, intent)
        after = seen(past)
        _the_clock_and_the_proof_stand(before, after, intent)
        _only_the_automatic_list_leaves(past, state, intent)
        _nothing_is_lost(before, after, intent)
        found[intent] = after.state

    assert found == {intent: state_after(state, intent) for intent in Intent}


def _the_clock_and_the_proof_stand(before: Sight, after: Sight, intent: Intent) -> None:
    assert after.dates == before.dates, intent
    assert after.reached <= before.reached or intent is Intent.CHALLENGE_ANSWER, intent
    assert after.kinds == before.kinds | ({str(ANEW[intent])} if intent in ANEW else set()), intent


def _only_the_automatic_list_leaves(past: Past, state: str, intent: Intent) -> None:
    new = past.house.postman.sent[len(past.moments[state].sent) :]
    kinds = {letter.letter for letter, _ in map(past.house.letter, new) if letter is not None}
    assert kinds <= ({LetterKind.RECEIPT, LetterKind.CHALLENGE} if intent in ANEW else set()), intent
    assert not [sent for sent in new if sent.digests]


def _nothing_is_lost(before: Sight, after: Sight, intent: Intent) -> None:
    """It stands in a case, and either the bot acted on it or a new task has a person read it."""
    assert after.mails == before.mails + 1, f"{intent} is lost"
    asked = " | ".join(text for _, text in after.tasks - before.tasks)
    acted = intent in ANEW or after.state != before.state
    assert asked or acted or intent in UNREAD, f"nobody reads {intent}"
    assert (EFFECTS[intent].stops or "") in asked, intent
    assert intent not in IDLE or (EFFECTS[intent].advice or "") in asked, intent


@pytest.mark.parametrize("intent", [*HOLDS, *ANEW])
def test_what_was_approved_does_not_leave_in_its_undo_time_once_this_is_written(past: Past, intent: Intent) -> None:
    told(past, "approved", intent)
    sent = len(past.house.postman.sent)

    past.house.work(hours=2)

    assert not [mail for mail in past.house.postman.sent[sent:] if mail.digests]
    assert past.house.books() == past.house.before


def test_what_was_approved_leaves_after_its_undo_time_where_nothing_speaks_against_it(past: Past) -> None:
    told(past, "approved", Intent.THANKS)

    past.house.work(hours=2)

    assert past.access().state == "answered"
    assert past.house.postman.sent[-1].digests

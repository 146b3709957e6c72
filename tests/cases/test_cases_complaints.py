"""Whose complaint it is: who had a hand in what it is about, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from cases_builders import AHMED, FATIMA, NOW, make_case, make_draft, make_request

from bot.cases.complaints import Lane, handled_elsewhere, handled_here, lane_of, owner_among, right_used
from bot.cases.deadlines import Calendar
from bot.cases.draft import DraftState
from bot.cases.letters import LetterKind
from bot.cases.model import RequestState
from bot.cases.people import StaffRole, User
from bot.replies.casefacts import facts_of
from bot.triage.labels import RequestKind

STAFF = frozenset({"fatima", "ahmed", "femke"})
ACCESS = make_request()
COMPLAINT = make_request(id=2, kind=RequestKind.COMPLAINT, received_at=NOW + timedelta(days=30))
CASE = make_case(ACCESS, COMPLAINT)
ANSWER = make_draft(id=8, letter=LetterKind.COMPLAINT, request_ids=(2,))
OVERVIEW = make_draft(id=7)
AFTER = NOW + timedelta(days=31)


@dataclass(frozen=True)
class Deed:
    kind: str
    actor: str
    at: datetime = NOW
    values: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


def here(*deeds: Deed, answer: DraftState = DraftState.OPEN) -> frozenset[str]:
    return handled_here(CASE, deeds, (OVERVIEW, replace(ANSWER, state=answer)), STAFF)


@pytest.mark.requirement("KLA-02")
def test_whoever_edited_approved_or_verified_before_the_complaint_had_a_hand_in_it() -> None:
    deeds = (Deed("approved", "fatima", NOW, {"draft": 7}), Deed("verified", "ahmed"), Deed("opened", "bot"))

    assert here(*deeds) == {"fatima", "ahmed"}


def test_work_on_the_complaint_itself_is_no_hand_in_what_it_is_about() -> None:
    on_it = (
        Deed("draft_edited", "femke", AFTER, {"draft": 8}),
        Deed("labelled", "femke", AFTER),
        Deed("draft_ready", "femke", AFTER, {"request": 2}),
        Deed("finding_written", "femke", NOW, {"request": 2}),
    )

    assert here(*on_it) == frozenset()
    assert here(Deed("draft_edited", "femke", AFTER, {"draft": 7})) == {"femke"}
    assert here(Deed("withdrawn", "femke", AFTER, {"request": 1})) == {"femke"}


def test_a_complaint_alone_uses_no_right() -> None:
    assert right_used(CASE)
    assert not right_used(make_case(COMPLAINT))
    assert right_used(make_case(COMPLAINT, make_request(kind=RequestKind.CONSENT_WITHDRAWAL)))


def test_beside_a_complaint_what_was_answered_before_starts_no_new_term_for_the_court() -> None:
    answered = make_request(state=RequestState.ANSWERED, answered_at=AFTER)
    returned = make_request(state=RequestState.UNDELIVERED, answered_at=AFTER)

    assert not right_used(make_case(COMPLAINT, answered))
    assert right_used(make_case(COMPLAINT, returned))
    assert right_used(make_case(COMPLAINT, answered, make_request(kind=RequestKind.ERASURE)))
    assert right_used(make_case(answered))


@pytest.mark.parametrize(("days", "term_runs"), [(20, True), (50, False)])
def test_the_letter_about_a_complaint_names_the_day_of_an_earlier_answer_that_was_in_time(
    days: int, term_runs: bool
) -> None:
    answered_at = NOW + timedelta(days=days)
    answered = make_request(state=RequestState.CLOSED, answered_at=answered_at)

    facts = facts_of(make_case(answered, COMPLAINT), AFTER, Calendar())

    assert not facts.right_used
    assert facts.earlier_answer_on == (answered_at.date() if term_runs else None)


@pytest.mark.requirement("KLA-07")
def test_who_answered_a_complaint_does_not_review_his_own_answer() -> None:
    approved = Deed("approved", "femke", AFTER, {"draft": 8})

    assert here(approved) == frozenset()
    assert here(approved, answer=DraftState.SENT) == {"femke"}


def test_in_another_case_of_the_person_every_deed_counts_but_not_a_look() -> None:
    deeds = (Deed("draft_shown", "femke"), Deed("assigned", "femke"), Deed("labelled", "fatima"))

    assert handled_elsewhere(deeds, STAFF) == {"fatima"}


@pytest.mark.requirement("KLA-02")
def test_a_complaint_goes_to_an_officer_who_had_no_hand_in_it_if_there_is_one() -> None:
    femke = User(5, "femke", StaffRole.FUNCTIONARIS, enabled=True)
    gone = replace(femke, enabled=False)

    assert owner_among((FATIMA, AHMED, femke), {"fatima"}, None) == "femke"
    assert owner_among((FATIMA, AHMED, gone), {"fatima"}, None) == "fatima"
    assert owner_among((FATIMA, AHMED, femke), frozenset(), "femke") == "femke"
    assert owner_among((AHMED,), frozenset(), None) is None


def test_a_matter_before_the_authority_has_a_lane_of_its_own() -> None:
    assert lane_of(make_case(ACCESS)) is None
    assert lane_of(CASE) is Lane.COMPLAINT
    assert lane_of(replace(CASE, legal_hold=True)) is Lane.AP
    assert lane_of(make_case(replace(ACCESS, state=RequestState.ESCALATED))) is Lane.AP

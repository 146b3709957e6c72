"""Whose complaint it is: who had a hand in what it is about, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from cases_builders import AHMED, FATIMA, NOW, make_case, make_draft, make_request

from bot.cases.complaints import Lane, handled_elsewhere, handled_here, lane_of, owner_among, right_used
from bot.cases.draft import DraftState
from bot.cases.letters import LetterKind
from bot.cases.model import RequestState
from bot.cases.people import StaffRole, User
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

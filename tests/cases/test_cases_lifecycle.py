"""What the table of moves can and cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases_builders import make_case, make_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.errors import IllegalMoveError
from bot.cases.lifecycle import Move, advanced, allows, case_state, diagram, moves
from bot.cases.model import FINAL_STATES, RequestState

TABLE = moves()
STAFF = {
    Move.LABELLED,
    Move.PERSON_NEEDED,
    Move.WITHDRAWN,
    Move.ESCALATED,
    Move.ANSWERED_ELSEWHERE,
    Move.FOUND_ORDINARY,
    Move.DRAFT_VOIDED,
    Move.UNDONE,
    Move.REOPENED,
    Move.SENT,
    Move.SENDING_FAILED,
}
"""What a person can bring about on the command line."""

walks = st.lists(st.sampled_from(Move), max_size=60)


@pytest.mark.parametrize("state", [state for state in RequestState if state not in FINAL_STATES])
def test_every_open_state_has_a_staff_exit(state: RequestState) -> None:
    assert any(source == state and move in STAFF and target != state for (source, move), target in TABLE.items())


def test_every_state_can_be_reached() -> None:
    assert set(TABLE.values()) == set(RequestState)


@pytest.mark.parametrize(("source", "move"), [key for key in TABLE if key[0] in FINAL_STATES])
def test_what_is_final_only_comes_back_by_an_answer_a_person_or_a_bounce(source: RequestState, move: Move) -> None:
    assert move in {Move.REVIVED, Move.REOPENED, Move.BOUNCED}


LEFT = {RequestState.EXECUTING, RequestState.SENDING, RequestState.UNDELIVERED, RequestState.ANSWERED}
"""States in which something was done or sent, or may have been."""


@given(walks)
def test_nothing_is_done_or_sent_without_an_approval_since_the_last_draft(walk: list[Move]) -> None:
    request, approved = make_request(), False

    for move in walk:
        if not allows(request, move):
            continue
        request = advanced(request, move)
        if move in {Move.APPROVED, Move.DRAFT_READY, Move.DRAFT_VOIDED, Move.UNDONE, Move.LABELLED}:
            approved = move is Move.APPROVED
        assert approved or request.state not in LEFT


def test_no_way_into_what_was_sent_leads_around_an_approval() -> None:
    unapproved = {RequestState.RECEIVED}
    while True:
        found = {to for (source, move), to in TABLE.items() if source in unapproved and move is not Move.APPROVED}
        if found <= unapproved:
            break
        unapproved |= found

    assert not unapproved & (LEFT | {RequestState.APPROVED, RequestState.REFUSED, RequestState.FORWARDED})


RETURNED = {RequestState.ANSWERED, RequestState.REFUSED, RequestState.PARKED, RequestState.FORWARDED}
"""An approved letter left, and may come back."""


def test_only_an_approved_request_is_executed() -> None:
    into = {target: {source for (source, _), to in TABLE.items() if to == target} for target in RequestState}

    assert into[RequestState.SENDING] == {RequestState.EXECUTING, RequestState.UNDELIVERED}
    assert into[RequestState.UNDELIVERED] == {RequestState.SENDING, *RETURNED}
    assert into[RequestState.EXECUTING] == {RequestState.APPROVED}
    assert {move for (_, move), target in TABLE.items() if target == RequestState.APPROVED} == {Move.APPROVED}


@given(walks)
def test_a_move_is_allowed_exactly_where_it_does_not_raise(walk: list[Move]) -> None:
    request = make_request()

    for move in walk:
        if allows(request, move):
            request = advanced(request, move)
        else:
            with pytest.raises(IllegalMoveError, match=move):
                advanced(request, move)


def test_a_move_changes_the_state_and_nothing_else() -> None:
    before = make_request()

    after = advanced(before, Move.IDENTITY_ASKED)

    assert after == make_request(state=RequestState.AWAITING_IDENTITY)


def test_a_case_shows_its_least_advanced_open_request() -> None:
    case = make_case(
        make_request(state=RequestState.CLOSED),
        make_request(id=2, state=RequestState.ANSWERED),
        make_request(id=3, state=RequestState.COLLECTING),
    )

    assert case_state(case) == RequestState.COLLECTING


def test_a_case_with_nothing_open_shows_how_far_it_came() -> None:
    case = make_case(make_request(state=RequestState.WITHDRAWN), make_request(id=2, state=RequestState.CLOSED))

    assert case_state(case) == RequestState.CLOSED


@given(st.lists(st.sampled_from(RequestState), min_size=1, max_size=4))
def test_a_case_is_final_exactly_when_all_its_requests_are(states: list[RequestState]) -> None:
    case = make_case(*(make_request(id=number, state=state) for number, state in enumerate(states)))

    assert (case_state(case) in FINAL_STATES) == all(state in FINAL_STATES for state in states)


def test_the_diagram_in_the_documentation_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "lifecycle.md"

    assert f"```mermaid\n{diagram()}```" in page.read_text(encoding="utf-8")

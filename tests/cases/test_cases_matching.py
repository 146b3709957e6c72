"""Which case a mail joins."""

from __future__ import annotations

import pytest
from cases_builders import make_case, make_request

from bot.cases.matching import Joined, Separate, matched
from bot.cases.model import RequestState
from bot.triage.labels import RequestKind as Kind

NOTHING = frozenset[Kind]()
ACCESS = frozenset({Kind.ACCESS})
ERASURE = frozenset({Kind.ERASURE})
RUNNING = make_case(make_request(kind=Kind.ACCESS, state=RequestState.AWAITING_IDENTITY), id=7)
CLOSED = make_case(make_request(kind=Kind.ACCESS, state=RequestState.CLOSED), id=8)


def test_a_reply_joins_its_running_case_whatever_it_says() -> None:
    assert matched(RUNNING, (), NOTHING, replies_to_case=True) == Joined(7)


def test_a_repeat_in_the_thread_is_no_new_request_and_another_right_is() -> None:
    answer = matched(RUNNING, (RUNNING,), ACCESS | ERASURE, replies_to_case=True)

    assert answer == Joined(7, ERASURE)


def test_a_case_found_by_anything_but_its_thread_is_not_joined() -> None:
    assert matched(RUNNING, (), ACCESS, replies_to_case=False) == Separate()


def test_a_stranger_who_quotes_a_message_id_adds_no_request_to_the_case() -> None:
    assert matched(RUNNING, (), ERASURE, replies_to_case=True, same_person=False) == Separate()
    assert matched(RUNNING, (), NOTHING, replies_to_case=True, same_person=False) == Joined(7)


def test_the_same_right_from_the_same_sender_joins_without_a_thread() -> None:
    assert matched(None, (RUNNING,), ACCESS, replies_to_case=False) == Joined(7)


def test_another_right_from_the_same_sender_without_a_thread_is_a_new_case() -> None:
    assert matched(None, (RUNNING,), ERASURE, replies_to_case=False) == Separate()


def test_a_repeat_with_one_right_more_joins_and_adds_that_right() -> None:
    assert matched(None, (RUNNING,), ACCESS | ERASURE, replies_to_case=False) == Joined(7, ERASURE)


def test_of_several_cases_the_one_with_most_in_common_is_joined() -> None:
    both = make_case(make_request(kind=Kind.ACCESS), make_request(id=2, kind=Kind.ERASURE), id=6)

    assert matched(None, (both, RUNNING), ACCESS | ERASURE, replies_to_case=False) == Joined(6)


def test_thanks_for_a_closed_case_join_it_and_a_new_request_in_its_thread_does_not() -> None:
    assert matched(CLOSED, (), NOTHING, replies_to_case=True) == Joined(8)
    assert matched(CLOSED, (), ACCESS, replies_to_case=True) == Separate()


def test_a_request_already_answered_is_asked_anew() -> None:
    answered = make_case(make_request(kind=Kind.ACCESS, state=RequestState.ANSWERED), id=9)

    assert matched(answered, (), ACCESS, replies_to_case=True) == Joined(9, ACCESS)
    assert matched(None, (answered,), ACCESS, replies_to_case=False) == Separate()


def test_whoever_was_never_identified_revives_his_parked_case() -> None:
    parked = make_case(make_request(kind=Kind.ACCESS, state=RequestState.PARKED), id=5)

    assert matched(parked, (), ACCESS, replies_to_case=True) == Joined(5)
    assert matched(parked, (), ERASURE, replies_to_case=True) == Separate()


def test_a_privacy_question_without_requests_can_be_followed_up_in_its_thread() -> None:
    question = make_case(id=4, other_privacy=True)

    assert matched(question, (), ACCESS, replies_to_case=True) == Joined(4, ACCESS)


@pytest.mark.parametrize(
    ("cases", "expected"), [((RUNNING,), Joined(7)), ((RUNNING, CLOSED), Separate()), ((), Separate())]
)
def test_a_reminder_without_a_thread_joins_only_where_it_can_mean_one_case(
    cases: tuple[object, ...], expected: object
) -> None:
    assert matched(None, cases, NOTHING, replies_to_case=False, follows_up=True) == expected  # type: ignore[arg-type]

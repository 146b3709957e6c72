"""The values of a case: what they promise, and what they never show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases_builders import AHMED, FATIMA, LOTTE, NOW, make_case, make_change, make_draft, make_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.changes import ChangeAction
from bot.cases.draft import Block, DraftState, content_hash
from bot.cases.errors import NotAllowedError
from bot.cases.model import RequestState
from bot.cases.people import Act, StaffRole, User, may, require
from bot.cases.subject import DataSubject
from bot.cases.work import next_release
from bot.triage.labels import RequestKind
from bot.triage.verdict import StatedCorrection

SANNE = DataSubject(
    "boekhouding", "1042", "1042", "sanne@klant.example", name="Sanne de Vries", phone_of_record="050-3091234"
)


def test_no_value_of_a_case_shows_personal_data_when_it_is_printed() -> None:
    correction = StatedCorrection("iban", "NL91ABNA0417164300", "NL20INGB0001234567")
    case = make_case(
        make_request(corrections=(correction,)),
        data_subject=SANNE,
        subject_line="Sanne wil inzage",
        identifiers=(("kvk", "53991907"),),
    )
    draft = make_draft(
        blocks=(Block("ACC-0", "Beste Sanne"),),
        changes=(make_change(old="NL91ABNA0417164300", new="x", key=(("id", "1042"),)),),
        subject="Sanne",
    )

    printed = f"{case!r}{draft!r}{SANNE!r}{make_change(old='NL91ABNA0417164300')!r}"

    assert not any(word in printed for word in ("Sanne", "sanne@", "NL91", "050-309", "53991907"))


def test_the_newest_open_request_of_a_kind_stands_for_it() -> None:
    closed = make_request(id=3, state=RequestState.CLOSED)
    older, newer = make_request(id=1), make_request(id=2)

    assert make_case(closed, older, newer).request(RequestKind.ACCESS) is newer
    assert make_case(closed).request(RequestKind.ACCESS) is closed
    assert make_case(closed).request(RequestKind.ERASURE) is None


@pytest.mark.parametrize(
    "change", [{"id": 9}, {"version": 2}, {"state": DraftState.APPROVED}, {"editor": "ahmed"}, {"boundary": "c"}]
)
def test_what_the_customer_does_not_read_does_not_change_the_hash(change: dict[str, object]) -> None:
    assert content_hash(replace(make_draft(), **change)) == content_hash(make_draft())  # type: ignore[arg-type]


def test_moving_text_from_one_block_to_the_next_changes_the_hash() -> None:
    one = make_draft(blocks=(Block("A", "ab"), Block("B", "c")))
    other = make_draft(blocks=(Block("A", "a"), Block("B", "bc")))

    assert content_hash(one) != content_hash(other)


def test_a_letter_is_its_blocks_with_a_white_line_between_them() -> None:
    assert (
        make_draft(blocks=(Block("A", "\nBeste\n"), Block("B", "  \n"), Block("C", "Groet"))).text == "Beste\n\nGroet\n"
    )


@pytest.mark.parametrize("action", list(ChangeAction))
def test_only_what_touches_a_system_acts(action: ChangeAction) -> None:
    acting = {ChangeAction.CORRECT, ChangeAction.ERASE, ChangeAction.PSEUDONYMISE}

    assert make_change(action=action).acts == (action in acting)


@pytest.mark.parametrize(
    ("user", "acts"),
    [
        (LOTTE, {Act.READ}),
        (AHMED, {Act.READ, Act.HANDLE, Act.APPROVE}),
        (FATIMA, {Act.READ, Act.HANDLE, Act.APPROVE, Act.DECIDE_RISK}),
        (User(9, "root", StaffRole.BEHEERDER, enabled=True), {Act.READ, Act.MANAGE_USERS}),
        (replace(FATIMA, enabled=False), set()),
    ],
    ids=lambda value: value.name if isinstance(value, User) else "",
)
def test_each_role_may_do_its_own_acts_and_a_disabled_user_none(user: User, acts: set[Act]) -> None:
    assert {act for act in Act if may(user, act)} == acts
    for act in set(Act) - acts:
        with pytest.raises(NotAllowedError, match=user.name):
            require(user, act, user.name)


def test_an_unknown_user_is_refused_with_the_command_that_makes_one() -> None:
    with pytest.raises(NotAllowedError, match="user add joris"):
        require(None, Act.READ, "joris")


@given(st.integers(1, 86_400), st.timedeltas(timedelta(0), timedelta(days=2)))
def test_automatic_letters_leave_on_a_beat_that_says_nothing_of_when_they_were_made(
    every: int, after: timedelta
) -> None:
    now = NOW + after

    beat = next_release(now, every)

    assert now < beat <= now + timedelta(seconds=every, milliseconds=1)
    assert round(beat.timestamp() * 1000) % (every * 1000) == pytest.approx(0, abs=1)


def test_without_a_beat_a_letter_leaves_at_once() -> None:
    assert next_release(NOW, 0) == NOW

"""Which requests share a letter, and which wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cases_builders import NOW, make_case
from cases_builders import make_request as any_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.batches import EXPORTED, ready_batches
from bot.cases.levels import Levels
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.subject import DataSubject
from bot.settings import LevelSettings
from bot.triage.labels import RequestKind as Kind

SHIPPED = Levels.configured(LevelSettings())
SANNE = DataSubject("boekhouding", "1042", "1042", "sanne@klant.example")


def make_request(**changes: Any) -> Request:
    """A request whose identity is proved as far as it must be, unless a test says otherwise."""
    required = changes.get("required", Level.L2)
    return any_request(**{"required": required, "reached": required} | changes)


def ready(*kinds: Kind, state: RequestState = RequestState.COLLECTING) -> tuple[Request, ...]:
    return tuple(make_request(id=number, kind=kind, state=state) for number, kind in enumerate(kinds, start=1))


def kinds_of(case: Case) -> list[set[Kind]]:
    return [set(batch.kinds) for batch in ready_batches(case, SHIPPED)]


def test_requests_that_are_ready_together_share_a_letter() -> None:
    case = make_case(*ready(Kind.ACCESS, Kind.PORTABILITY, Kind.CORRECTION), data_subject=SANNE)

    assert kinds_of(case) == [{Kind.ACCESS, Kind.PORTABILITY, Kind.CORRECTION}]


def test_a_complaint_has_a_letter_of_its_own() -> None:
    assert kinds_of(make_case(*ready(Kind.ACCESS, Kind.COMPLAINT), data_subject=SANNE)) == [
        {Kind.ACCESS},
        {Kind.COMPLAINT},
    ]


@pytest.mark.parametrize("state", [state for state in RequestState if state not in {RequestState.COLLECTING}])
@pytest.mark.parametrize("kind", sorted(EXPORTED))
def test_an_erasure_waits_until_the_export_was_answered(kind: Kind, state: RequestState) -> None:
    export = make_request(kind=kind, state=state)
    erasure = make_request(id=2, kind=Kind.ERASURE, state=RequestState.COLLECTING)

    waits = export.open and state is not RequestState.ANSWERED

    assert kinds_of(make_case(export, erasure, data_subject=SANNE)) == ([] if waits else [{Kind.ERASURE}])


def test_nobody_found_is_one_answer_to_everything_but_the_complaint() -> None:
    assert kinds_of(make_case(*ready(Kind.ACCESS, Kind.ERASURE, Kind.COMPLAINT))) == [
        {Kind.ACCESS, Kind.ERASURE},
        {Kind.COMPLAINT},
    ]


def test_a_change_of_contact_or_payment_data_shares_no_letter_with_another_right() -> None:
    access = make_request(state=RequestState.COLLECTING)
    iban = make_request(id=2, kind=Kind.CORRECTION, state=RequestState.COLLECTING, required=Level.L3)

    assert kinds_of(make_case(access, iban, data_subject=SANNE)) == [{Kind.ACCESS}, {Kind.CORRECTION}]


def test_a_letter_waits_for_the_longest_hold_and_is_as_risky_as_its_riskiest_request() -> None:
    long = NOW + timedelta(days=7)
    case = make_case(
        make_request(state=RequestState.COLLECTING, hold_until=NOW),
        make_request(id=2, kind=Kind.PORTABILITY, state=RequestState.COLLECTING, hold_until=long, required=Level.L3),
        data_subject=SANNE,
    )

    batch = ready_batches(case, SHIPPED)[0]

    assert batch.hold_until == long
    assert batch.risky_identity


requests = st.lists(st.tuples(st.sampled_from(Kind), st.sampled_from(RequestState)), max_size=5).map(
    lambda pairs: tuple(
        make_request(id=number, kind=kind, state=state) for number, (kind, state) in enumerate(pairs, start=1)
    )
)


@given(requests)
def test_an_erasure_never_shares_a_letter_with_an_export_of_a_known_person(held: tuple[Request, ...]) -> None:
    batches = ready_batches(make_case(*held, data_subject=SANNE), SHIPPED)

    assert not any(Kind.ERASURE in batch.kinds and batch.kinds & EXPORTED for batch in batches)


@given(requests, st.sampled_from([None, SANNE]))
def test_only_what_was_collected_is_drafted_and_only_once(
    held: tuple[Request, ...], subject: DataSubject | None
) -> None:
    drafted = [
        request
        for batch in ready_batches(make_case(*held, data_subject=subject), SHIPPED)
        for request in batch.requests
    ]

    assert all(request.state is RequestState.COLLECTING for request in drafted)
    assert len({request.id for request in drafted}) == len(drafted)


def test_nothing_is_collected_below_the_level() -> None:
    unproved = make_request(state=RequestState.COLLECTING, reached=Level.L1)

    assert kinds_of(make_case(unproved, data_subject=SANNE)) == []

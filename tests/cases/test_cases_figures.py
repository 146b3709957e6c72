"""Counting how requests were answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cases_builders import make_request

from bot.cases.deadlines import Calendar
from bot.cases.figures import Extensions, figures
from bot.cases.model import RequestState
from bot.triage.labels import RequestKind

RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)  # due on Thursday 2 April, extended at most to 2 June
ANSWERED = RequestState.ANSWERED


def test_answers_are_counted_by_month_by_days_and_by_what_became_of_them() -> None:
    requests = [
        make_request(id=1, received_at=RECEIVED, state=ANSWERED, answered_at=datetime(2026, 3, 12, 9, tzinfo=UTC)),
        make_request(id=2, received_at=RECEIVED, state=ANSWERED, answered_at=datetime(2026, 4, 2, 21, tzinfo=UTC)),
        make_request(
            id=3,
            received_at=RECEIVED,
            state=RequestState.CLOSED,
            answered_at=datetime(2026, 6, 2, 9, tzinfo=UTC),
            extended_reason="volume",
        ),
        make_request(id=4, received_at=RECEIVED, state=ANSWERED, answered_at=datetime(2026, 6, 4, 9, tzinfo=UTC)),
        make_request(id=5, received_at=RECEIVED),
        make_request(id=6, received_at=RECEIVED, state=RequestState.WITHDRAWN),
        make_request(id=7, kind=RequestKind.COMPLAINT, received_at=datetime(2026, 6, 1, tzinfo=UTC)),
    ]

    found = figures(requests, Calendar(), datetime(2026, 6, 5, tzinfo=UTC))

    access = found[RequestKind.ACCESS]
    assert (access.received, access.answered, access.open, access.ended_otherwise) == (6, 4, 1, 1)
    assert (access.within_one_month, access.within_three_months, access.late) == (2, 3, 2)
    assert (access.median_days, access.extended_share) == (61.5, 1 / 6)
    assert (found[RequestKind.COMPLAINT].open, found[RequestKind.COMPLAINT].late) == (1, 0)


@pytest.mark.requirement("EXT-03")
@pytest.mark.parametrize(
    ("opened", "extended", "over_used"),
    [(9, 9, False), (10, 1, False), (10, 2, True), (100, 10, False), (100, 11, True)],
)
def test_more_than_one_extension_in_ten_cases_is_too_many(opened: int, extended: int, *, over_used: bool) -> None:
    assert Extensions(opened, extended).over_used is over_used

"""The sentence of an alarm says what is asked and how long there is, on whatever day it is heard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cases_builders import make_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.alarming import alarm_day, alarm_sentence, hold_sentence, newest
from bot.cases.deadlines import Alarm, AlarmKind, Calendar, alarms, term
from bot.triage.labels import RequestKind

CALENDAR = Calendar()
DATES = term(make_request(), CALENDAR)
TARGET, DUE = DATES.target, DATES.due


def _at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def heard(today: date, kind: AlarmKind = AlarmKind.TARGET_IN_7) -> str:
    return alarm_sentence(Alarm(kind, today), make_request(), DATES, today, CALENDAR)


def test_before_the_target_it_counts_working_days() -> None:
    request = make_request(received_at=_at(2026, 11, 26))
    dates = term(request, CALENDAR)

    said = alarm_sentence(
        Alarm(AlarmKind.TARGET_IN_7, date(2026, 12, 15)), request, dates, date(2026, 12, 15), CALENDAR
    )

    assert said == "inzage: de streefdatum 24 december is over 7 werkdagen, uiterlijk 28 december"


def test_the_sentence_follows_the_day_and_not_the_name_of_the_alarm() -> None:
    assert "is vandaag" in heard(TARGET)
    assert "eindigt vandaag" in heard(DUE)
    assert heard(DUE + timedelta(days=1)).endswith("verstreken, 1 dag geleden")
    assert heard(DUE + timedelta(days=3)).endswith("verstreken, 3 dagen geleden")


def test_another_year_is_named() -> None:
    request = make_request(received_at=_at(2026, 12, 15))
    dates = term(request, CALENDAR)

    said = alarm_sentence(
        Alarm(AlarmKind.TARGET_IN_7, date(2026, 12, 30)), request, dates, date(2026, 12, 30), CALENDAR
    )

    assert "januari 2027" in said


@pytest.mark.parametrize("kind", list(AlarmKind))
@pytest.mark.parametrize("right", list(RequestKind))
def test_every_alarm_of_every_right_is_a_sentence_without_codes_of_ours(kind: AlarmKind, right: RequestKind) -> None:
    request = make_request(kind=right)

    said = alarm_sentence(Alarm(kind, TARGET), request, DATES, TARGET, CALENDAR)

    assert "_" not in said
    assert "{" not in said
    assert kind not in said


def test_a_case_that_nobody_classified_is_not_called_a_complaint() -> None:
    request = make_request(id=0, kind=RequestKind.COMPLAINT)

    assert alarm_sentence(Alarm(AlarmKind.OVERDUE, DUE), request, DATES, DUE, CALENDAR).startswith(
        "nog niet ingedeeld:"
    )


def test_a_hold_that_ends_too_late_names_both_days() -> None:
    request = make_request(kind=RequestKind.ERASURE)

    said = hold_sentence(request, date(2027, 1, 3), term(make_request(), CALENDAR), date(2026, 12, 20))

    assert said.startswith("wissen: de wachttijd loopt tot 3 januari 2027, na de streefdatum ")


@given(st.integers(min_value=0, max_value=60))
def test_after_a_standstill_the_latest_alarm_speaks_for_all(days: int) -> None:
    today = DATES.received_on + timedelta(days=days)
    ringing = alarms(DATES, today)
    if not ringing:
        return

    spokesman = newest(ringing)

    assert spokesman.rings_on == max(alarm.rings_on for alarm in ringing)
    assert alarm_day(spokesman, DATES, today) in {DATES.target, DATES.due, spokesman.rings_on}

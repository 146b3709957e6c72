"""Every worked deadline, and what must hold for all of them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.deadlines import (
    AlarmKind,
    Calendar,
    FiscalCategory,
    UnknownYearError,
    alarms,
    breach_due,
    court_term_end,
    fiscal_keep_until,
    minus_working_days,
    next_working_day,
    plus_working_days,
    received_on,
    term,
    working_days_between,
)
from bot.cases.model import Level, Request, RequestState, Suspension
from bot.triage.labels import RequestKind, Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NL = Calendar()
ROWS = list(csv.DictReader((Path(__file__).parent / "deadlines.csv").read_text(encoding="utf-8").splitlines()))


def make_request(received: date | datetime, **changes: object) -> Request:
    at = (
        received
        if isinstance(received, datetime)
        else datetime(received.year, received.month, received.day, 9, tzinfo=AMSTERDAM)
    )
    values: dict[str, object] = {
        "id": 1,
        "kind": RequestKind.ACCESS,
        "state": RequestState.RECEIVED,
        "received_at": at.astimezone(UTC),
        "required": Level.L2,
    }
    return Request(**(values | changes))  # type: ignore[arg-type]


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["received_local"])
def test_every_column_of_the_table_is_what_we_compute(row: dict[str, str]) -> None:
    dates = term(make_request(day(row["received_local"]), extended_reason="volume"), NL)

    assert {
        "received_local": dates.received_on,
        "base_plus_1_month": dates.base_due,
        "legal_due": dates.legal_due,
        "safe_target": dates.safe_target,
        "extension_notice_legal": dates.extension_notice_due,
        "extended_legal_due": dates.extended_due,
        "extended_safe": dates.extended_safe,
    } == {name: day(value) for name, value in row.items() if "_if_" not in name}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["received_local"])
def test_the_safe_target_is_early_enough_whatever_the_uncertain_holidays_are(row: dict[str, str]) -> None:
    dates = term(make_request(day(row["received_local"])), NL)

    assert dates.safe_target <= day(row["legal_due_if_5may_not_holiday"])
    assert dates.safe_target <= day(row["legal_due_if_good_friday_holiday"])


class WithoutLiberationDay(Calendar):
    """What the dates would be if 5 May were denied as a holiday."""

    __slots__ = ()

    def holiday(self, day: date) -> bool:
        return Calendar.holiday(self, day) and (day.month, day.day) != (5, 5)


class WithGoodFriday(Calendar):
    """What the dates would be if Good Friday counted for the European rule."""

    __slots__ = ()

    def working_day(self, day: date) -> bool:
        return NL.open_day(day)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["received_local"])
def test_the_other_reading_of_5_may_is_the_other_column(row: dict[str, str]) -> None:
    other = next_working_day(day(row["base_plus_1_month"]), WithoutLiberationDay())

    assert other == day(row["legal_due_if_5may_not_holiday"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["received_local"])
def test_the_other_reading_of_good_friday_is_the_other_column(row: dict[str, str]) -> None:
    other = next_working_day(day(row["base_plus_1_month"]), WithGoodFriday())

    assert other == day(row["legal_due_if_good_friday_holiday"])


@pytest.mark.parametrize(
    ("received", "legal", "safe"),
    [
        ("2026-03-03", "2026-04-03", "2026-04-02"),  # Good Friday is a working day for the legal date only
        ("2026-04-05", "2026-05-06", "2026-05-04"),  # 5 May is a holiday outside lustrum years too
        ("2027-04-05", "2027-05-07", "2027-05-04"),  # 5 May and Ascension Day in a row
    ],
)
def test_the_chosen_reading_of_uncertain_holidays_is_pinned(received: str, legal: str, safe: str) -> None:
    dates = term(make_request(day(received)), NL)

    assert (dates.legal_due, dates.safe_target) == (day(legal), day(safe))


@pytest.mark.parametrize("year", [2025, 2031, 2036, 2042])
def test_kings_day_moves_to_the_26th_where_the_27th_is_a_sunday(year: int) -> None:
    assert NL.holiday(date(year, 4, 26))
    assert not NL.holiday(date(year, 4, 27))


def test_easter_monday_and_kings_day_follow_each_other_in_2038() -> None:
    assert next_working_day(date(2038, 4, 26), NL) == date(2038, 4, 28)


@pytest.mark.parametrize("year", [2027, 2032])
def test_5_may_and_ascension_day_follow_each_other(year: int) -> None:
    assert next_working_day(date(year, 5, 5), NL) == date(year, 5, 7)


@pytest.mark.parametrize("year", range(2018, 2061))
def test_5_may_is_a_holiday_every_year_and_good_friday_never_is_one(year: int) -> None:
    fridays = [
        date(year, month, number)
        for month in (3, 4)
        for number in range(1, 32 if month == 3 else 31)
        if not NL.open_day(date(year, month, number)) and NL.working_day(date(year, month, number))
    ]

    assert NL.holiday(date(year, 5, 5))
    assert len(fridays) == 1
    assert NL.holiday(fridays[0] + timedelta(days=3))  # Easter Monday


@pytest.mark.parametrize("year", [2017, 2061])
def test_a_year_outside_the_calendar_is_an_error_and_not_a_year_without_holidays(year: int) -> None:
    with pytest.raises(UnknownYearError, match=str(year)):
        NL.working_day(date(year, 6, 1))


def test_a_day_closed_by_royal_decree_moves_the_date() -> None:
    calendar = Calendar(closed=frozenset({date(2026, 9, 30)}))

    dates = term(make_request(date(2026, 8, 31)), calendar)

    assert (dates.legal_due, dates.safe_target) == (date(2026, 10, 1), date(2026, 9, 29))


@pytest.mark.parametrize(
    ("instant", "local", "legal"),
    [
        ("2026-05-31T21:59:00+00:00", "2026-05-31", "2026-06-30"),
        ("2026-05-31T22:30:00+00:00", "2026-06-01", "2026-07-01"),
        ("2026-12-31T23:15:00+00:00", "2027-01-01", "2027-02-01"),
        ("2026-03-28T23:30:00+00:00", "2026-03-29", "2026-04-29"),
    ],
)
def test_the_clock_starts_on_the_local_day(instant: str, local: str, legal: str) -> None:
    dates = term(make_request(datetime.fromisoformat(instant)), NL)

    assert (dates.received_on, dates.legal_due) == (day(local), day(legal))


def test_a_receipt_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        received_on(datetime(2026, 5, 31, 23, 59), "Europe/Amsterdam")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("received", "notice_safe", "notice_legal", "due", "safe"),
    [
        ("2026-01-31", "2026-02-27", "2026-03-02", "2026-04-28", "2026-04-28"),
        ("2026-03-05", "2026-04-02", "2026-04-07", "2026-06-05", "2026-06-05"),
        ("2026-11-30", "2026-12-30", "2026-12-30", "2027-03-01", "2027-02-26"),
        ("2027-11-30", "2027-12-30", "2027-12-30", "2028-02-29", "2028-02-29"),
    ],
)
def test_an_extension_ends_on_the_earlier_of_both_readings(
    received: str, notice_safe: str, notice_legal: str, due: str, safe: str
) -> None:
    dates = term(make_request(day(received), extended_reason="redaction"), NL)

    assert (dates.safe_target, dates.extension_notice_due) == (day(notice_safe), day(notice_legal))
    assert (dates.extended_due, dates.extended_safe) == (day(due), day(safe))
    assert (dates.due, dates.target) == (day(due), day(safe))


def test_a_request_that_was_not_extended_has_no_extended_date() -> None:
    dates = term(make_request(date(2026, 3, 5)), NL)

    assert (dates.extended_due, dates.extended_safe) == (None, None)
    assert (dates.due, dates.target) == (dates.legal_due, dates.safe_target)


@pytest.mark.parametrize(
    ("received", "pauses", "paused", "legal", "safe"),
    [
        ("2026-06-01", [("2026-06-02", "2026-06-10")], "2026-07-09", "2026-07-01", "2026-07-01"),
        ("2026-06-01", [("2026-06-21", "2026-06-28")], None, "2026-07-01", "2026-07-01"),
        ("2026-11-23", [("2026-11-24", "2026-12-01")], "2026-12-30", "2026-12-23", "2026-12-23"),
        ("2026-06-01", [("2026-06-02", None)], None, "2026-07-01", "2026-07-01"),
        (
            "2026-06-01",
            [("2026-06-02", "2026-06-10"), ("2026-06-03", "2026-06-10")],
            "2026-07-09",
            "2026-07-01",
            "2026-07-01",
        ),
        ("2026-06-01", [("2026-06-02", "2026-06-02")], None, "2026-07-01", "2026-07-01"),
    ],
)
def test_a_suspension_stands_beside_the_legal_date_and_moves_nothing(
    received: str, pauses: list[tuple[str, str | None]], paused: str | None, legal: str, safe: str
) -> None:
    suspensions = tuple(Suspension(day(start), day(end) if end else None) for start, end in pauses)

    dates = term(make_request(day(received), suspensions=suspensions), NL)

    assert dates.paused_legal_due == (day(paused) if paused else None)
    assert (dates.legal_due, dates.safe_target) == (day(legal), day(safe))


@pytest.mark.parametrize(
    ("answered", "end"),
    [
        ("2026-03-23", "2026-05-04"),
        ("2026-03-24", "2026-05-06"),
        ("2026-02-20", "2026-04-07"),
        ("2026-04-13", "2026-05-26"),
    ],
)
def test_the_court_term_is_six_weeks_and_moves_over_good_friday(answered: str, end: str) -> None:
    assert court_term_end(day(answered)) == day(end)


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        (datetime(2026, 12, 24, 18, 5, tzinfo=AMSTERDAM), datetime(2026, 12, 27, 18, 5, tzinfo=AMSTERDAM)),
        (datetime(2026, 3, 28, 10, 0, tzinfo=AMSTERDAM), datetime(2026, 3, 31, 11, 0, tzinfo=AMSTERDAM)),
        (datetime(2026, 4, 3, 16, 20, tzinfo=AMSTERDAM), datetime(2026, 4, 6, 16, 20, tzinfo=AMSTERDAM)),
    ],
)
def test_a_breach_is_due_after_72_hours_of_real_time(aware: datetime, due: datetime) -> None:
    assert breach_due(aware) == due.astimezone(UTC)


@pytest.mark.parametrize(
    ("category", "until"),
    [
        (FiscalCategory.GENERAL, "2033-12-31"),
        (FiscalCategory.IMMOVABLE_PROPERTY, "2035-12-31"),
        (FiscalCategory.OSS, "2036-12-31"),
    ],
)
def test_tax_law_keeps_what_lost_its_value_in_2026_until(category: FiscalCategory, until: str) -> None:
    assert fiscal_keep_until(2026, category) == day(until)


def kinds_ringing(request: Request, today: date, **how: object) -> list[AlarmKind]:
    role = how.pop("role", Role.CONTROLLER)
    return [alarm.kind for alarm in alarms(term(request, NL, role=role), today, **how)]  # type: ignore[arg-type]


def test_alarms_count_down_in_working_days_to_the_safe_target() -> None:
    rings = {alarm.kind: alarm.rings_on for alarm in term(make_request(date(2026, 3, 5)), NL).alarms}

    assert rings[AlarmKind.TARGET_IN_14] == date(2026, 3, 13)
    assert rings[AlarmKind.TARGET_IN_7] == date(2026, 3, 24)
    assert rings[AlarmKind.TARGET_IN_3] == date(2026, 3, 30)
    assert rings[AlarmKind.TARGET_IN_1] == date(2026, 4, 1)
    assert rings[AlarmKind.TARGET_TODAY] == date(2026, 4, 2)
    assert rings[AlarmKind.LEGAL_IN_7] == date(2026, 3, 31)
    assert rings[AlarmKind.LEGAL_TODAY] == date(2026, 4, 7)
    assert rings[AlarmKind.OVERDUE] == date(2026, 4, 8)


def test_nothing_rings_on_the_day_of_receipt() -> None:
    assert kinds_ringing(make_request(date(2026, 3, 5)), date(2026, 3, 5)) == []


def test_an_alarm_missed_by_a_standstill_rings_later_and_an_alarm_given_does_not() -> None:
    request = make_request(date(2026, 3, 5))

    ringing = kinds_ringing(request, date(2026, 3, 25), done={AlarmKind.TARGET_IN_14, AlarmKind.CHALLENGE})

    assert ringing == [AlarmKind.TARGET_IN_7]


def test_an_extension_silences_the_first_month_and_rings_for_the_new_date() -> None:
    request = make_request(date(2026, 3, 5), extended_reason="volume", required=Level.L0)

    assert kinds_ringing(request, date(2026, 4, 8)) == []
    assert kinds_ringing(request, date(2026, 6, 6))[-1] == AlarmKind.OVERDUE


@pytest.mark.parametrize(
    ("kind", "required", "role", "alarm", "rings_on"),
    [
        (RequestKind.OBJECTION, Level.L0, Role.CONTROLLER, AlarmKind.MARKETING_OBJECTION, "2026-03-06"),
        (RequestKind.CONSENT_WITHDRAWAL, Level.L0, Role.CONTROLLER, AlarmKind.CONSENT_WITHDRAWAL, "2026-03-06"),
        (RequestKind.COMPLAINT, Level.L0, Role.CONTROLLER, AlarmKind.COMPLAINT_RECEIPT, "2026-03-09"),
        (RequestKind.ACCESS, Level.L2, Role.PROCESSOR, AlarmKind.PROCESSOR_FORWARD, "2026-03-09"),
        (RequestKind.ACCESS, Level.L2, Role.CONTROLLER, AlarmKind.CHALLENGE, "2026-03-09"),
    ],
)
def test_internal_terms_ring_on_their_last_working_day(
    kind: RequestKind, required: Level, role: Role, alarm: AlarmKind, rings_on: str
) -> None:
    request = make_request(date(2026, 3, 5), kind=kind, required=required)

    assert kinds_ringing(request, day(rings_on) - timedelta(days=1), role=role) == []
    assert kinds_ringing(request, day(rings_on), role=role) == [alarm]


def test_an_objection_to_more_than_marketing_has_no_term_of_one_day() -> None:
    rings = {alarm.kind for alarm in term(make_request(date(2026, 3, 5), kind=RequestKind.OBJECTION), NL).alarms}

    assert AlarmKind.MARKETING_OBJECTION not in rings


instants = st.datetimes(datetime(2019, 1, 1), datetime(2059, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
dates_known = st.dates(date(2018, 3, 1), date(2060, 10, 1))


@given(instants, st.sampled_from([None, "volume"]))
def test_the_legal_day_is_a_working_day_and_the_safe_target_comes_no_later(at: datetime, reason: str | None) -> None:
    dates = term(make_request(at, extended_reason=reason), NL)

    assert dates.received_on < dates.safe_target <= dates.base_due <= dates.legal_due
    assert NL.working_day(dates.legal_due)
    assert NL.open_day(dates.safe_target)
    assert dates.legal_due - dates.base_due <= timedelta(days=4)
    if dates.extended_due and dates.extended_safe:
        assert dates.legal_due < dates.extended_safe <= dates.extended_due
        assert NL.working_day(dates.extended_due)


@given(instants, instants)
def test_whoever_asks_later_is_never_answered_sooner(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))

    early = term(make_request(first, extended_reason="volume"), NL)
    late = term(make_request(second, extended_reason="volume"), NL)

    assert early.legal_due <= late.legal_due
    assert early.safe_target <= late.safe_target
    assert early.due <= late.due


@given(instants, st.integers(0, 5), st.integers(0, 60))
def test_a_pause_never_brings_the_date_forward_nor_adds_more_than_it_lasted(
    at: datetime, after: int, lasted: int
) -> None:
    asked = received_on(at, NL.timezone) + timedelta(days=after)
    pause = Suspension(asked, asked + timedelta(days=lasted))

    dates = term(make_request(at, suspensions=(pause,)), NL)

    assert dates.paused_legal_due is None or (
        dates.legal_due <= dates.paused_legal_due <= dates.base_due + timedelta(days=lasted + 4)
    )


@given(dates_known, st.integers(0, 30))
def test_working_days_add_up(start: date, count: int) -> None:
    assert working_days_between(start, plus_working_days(start, count, NL), NL) == count
    assert working_days_between(minus_working_days(start, count, NL), start, NL) in {count - 1, count}
    assert working_days_between(plus_working_days(start, count, NL), start, NL) == -count


@given(instants)
def test_every_day_of_an_open_request_past_its_date_rings(at: datetime) -> None:
    request = make_request(at)
    dates = term(request, NL)

    ringing = [alarm.kind for alarm in alarms(dates, dates.due + timedelta(days=1))]

    assert AlarmKind.OVERDUE in ringing
    assert len(ringing) == len(dates.alarms)

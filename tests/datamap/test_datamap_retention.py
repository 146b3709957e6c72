"""Until when rows are kept."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.datamap.retention import EndDate


@pytest.mark.parametrize(
    ("rule", "newest", "until"),
    [
        ({"fiscal": 7}, date(2026, 1, 1), date(2033, 12, 31)),  # AWR 52(4)
        ({"fiscal": 7}, date(2026, 12, 31), date(2033, 12, 31)),
        ({"fiscal": 9}, date(2026, 5, 5), date(2035, 12, 31)),  # immovable property, OB 34a
        ({"fiscal": 10}, date(2026, 5, 5), date(2036, 12, 31)),  # one-stop shop
        ({"months": 1}, date(2026, 1, 31), date(2026, 2, 28)),
        ({"months": 1}, date(2028, 1, 31), date(2028, 2, 29)),
        ({"months": 24}, date(2024, 2, 29), date(2026, 2, 28)),
        ({"months": 13}, date(2025, 12, 15), date(2027, 1, 15)),
    ],
)
def test_the_last_day_of_keeping(rule: dict[str, int], newest: date, until: date) -> None:
    assert EndDate(date_column="paid_at", **rule).keep_until(newest) == until


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 30))
def test_a_fiscal_term_is_never_shorter_than_its_years_and_ends_with_a_year(newest: date, years: int) -> None:
    until = EndDate(date_column="paid_at", fiscal=years).keep_until(newest)

    assert (until.month, until.day) == (12, 31)
    assert until.year - newest.year == years


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 360))
def test_a_term_in_months_ends_in_the_right_month_and_never_on_a_later_day(newest: date, months: int) -> None:
    until = EndDate(date_column="at", months=months).keep_until(newest)

    assert (until.year * 12 + until.month) - (newest.year * 12 + newest.month) == months
    assert until.day <= newest.day


@pytest.mark.parametrize("rule", [{}, {"fiscal": 7, "months": 3}, {"fiscal": 0}, {"months": -1}])
def test_a_rule_counts_in_one_way(rule: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        EndDate(date_column="paid_at", **rule)

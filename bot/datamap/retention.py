"""Until when a row must be kept: the end-date rules of the map, worked out. Pure."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from bot.settings import Piece


class EndDate(Piece):
    """`fiscal: 7` keeps until the end of the seventh year after the year of the date (AWR 52(4); OB 34a needs 9).

    `months: 24` counts from the date itself. The newest row decides; a row without a date counts as of today.
    `table` names another table of the same system whose rows of this person carry the date; where he has none there,
    nothing asks for keeping.
    """

    date_column: str
    table: str | None = None
    fiscal: int | None = Field(default=None, ge=1, le=30)
    months: int | None = Field(default=None, ge=1, le=360)

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.fiscal is None) == (self.months is None):
            raise ValueError("give either 'fiscal' (years) or 'months'")
        return self

    def keep_until(self, newest: date) -> date:
        """The last day on which the rows are kept."""
        if self.fiscal is not None:
            return date(newest.year + self.fiscal, 12, 31)
        return _months_later(newest, self.months or 0)


def _months_later(day: date, months: int) -> date:
    """The same day number, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))

"""One value in three shapes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports.cells import FORMULA_STARTS, SHOWN_AT_MOST, csv_value, json_value, shown
from bot.triage.labels import Language

cells = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.binary(),
)


@pytest.mark.parametrize(
    ("cell", "in_json", "in_csv", "dutch", "english"),
    [
        (None, None, "", "–", "–"),
        ("Sanne", "Sanne", "Sanne", "Sanne", "Sanne"),
        (True, True, "true", "ja", "yes"),
        (1042, 1042, "1042", "1042", "1042"),
        (Decimal("-1012.10"), "-1012.10", "-1012.10", "-1.012,10", "-1,012.10"),
        (0.5, 0.5, "0.5", "0,5", "0.5"),
        (date(2026, 3, 5), "2026-03-05", "2026-03-05", "05-03-2026", "5 Mar 2026"),
        (
            datetime(2026, 7, 5, 22, 30, tzinfo=UTC),
            "2026-07-05T22:30:00+00:00",
            "2026-07-05T22:30:00+00:00",
            "06-07-2026 00:30",
            "6 Jul 2026 00:30",
        ),
        (
            datetime(2026, 7, 5, 22, 30),  # noqa: DTZ001 - a database without zones
            "2026-07-05T22:30:00",
            "2026-07-05T22:30:00",
            "05-07-2026 22:30",
            "5 Jul 2026 22:30",
        ),
        (datetime.max.replace(tzinfo=UTC, microsecond=0),)
        + ("9999-12-31T23:59:59+00:00",) * 2
        + ("31-12-9999 23:59", "31 Dec 9999 23:59"),
        ("2022-11-02", "2022-11-02", "2022-11-02", "02-11-2022", "2 Nov 2022"),
        ("2022-11-02 09:48:00.000000",) * 3 + ("02-11-2022 09:48", "2 Nov 2022 09:48"),
        ("2022-13-45",) * 5,
        ("2022-11-02/7",) * 5,
        (b"\x00\xff", "AP8=", "AP8=", "(2 bytes)", "(2 bytes)"),
        (float("nan"), "nan", "nan", "nan", "nan"),
    ],
    ids=repr,
)
def test_each_value_has_its_true_its_spreadsheet_and_its_readable_form(
    cell: object, in_json: object, in_csv: str, dutch: str, english: str
) -> None:
    assert json_value(cell) == in_json  # type: ignore[arg-type]
    assert csv_value(cell) == in_csv  # type: ignore[arg-type]
    assert shown(cell, Language.DUTCH, "Europe/Amsterdam") == dutch  # type: ignore[arg-type]
    in_english = shown(cell, Language.ENGLISH, "Europe/Amsterdam")  # type: ignore[arg-type]
    assert in_english.replace("\u00a0", " ") == english


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+31503091234", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_guarded_in_csv_and_true_in_json(text: str) -> None:
    assert csv_value(text) == "'" + text
    assert json_value(text) == text


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    assert not csv_value(text).startswith(FORMULA_STARTS)


@given(cells)
def test_every_value_can_be_written_as_json_and_as_one_csv_cell(cell: object) -> None:
    value = json_value(cell)  # type: ignore[arg-type]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerow([csv_value(cell), "x"])  # type: ignore[arg-type]

    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert len(next(csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=";"))) == 2


@given(cells)
def test_what_is_shown_is_bounded_and_holds_nothing_invisible(cell: object) -> None:
    text = shown(cell, Language.DUTCH, "Europe/Amsterdam")  # type: ignore[arg-type]

    assert len(text) <= SHOWN_AT_MOST * 2
    assert not any(ord(character) < 32 and character not in "\t\n" for character in text)
    text.encode("utf-8")


def test_a_text_that_turns_around_on_screen_is_shown_in_its_own_order() -> None:
    assert shown("factuur\u202efdp.exe", Language.DUTCH, "Europe/Amsterdam") == "factuurfdp.exe"

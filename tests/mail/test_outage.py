"""Once when a mailbox cannot be read, once when it can again, and no flood when it comes and goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.mail.outage import Readings, Turn

START = datetime(2026, 11, 26, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENCE = 30 * MINUTE


def told(pattern: str) -> list[tuple[int, Turn]]:
    """What people are told, with the minute: one sync a minute, + went well, - failed, a space was none at all."""
    readings, news = Readings(START), []
    for minute, mark in enumerate(pattern):
        now = START + minute * MINUTE
        if mark == "+":
            readings = readings.after_success(now, PATIENCE)
        elif mark == "-":
            readings = readings.after_failure()
        if (turn := readings.turn(now, PATIENCE)) is not None:
            news.append((minute, turn))
            readings = readings.after(turn, now, PATIENCE)
    return news


def test_an_outage_is_told_when_patience_ends_and_once_more_when_it_is_over() -> None:
    assert told("+" + "-" * 100 + "+" * 50) == [(30, Turn.UNREADABLE), (101, Turn.READABLE)]


def test_a_watcher_that_died_without_a_word_is_told_as_well() -> None:
    assert told("+" + " " * 100 + "+" * 5) == [(30, Turn.UNREADABLE), (101, Turn.READABLE)]


def test_a_mailbox_that_never_could_be_read_is_told() -> None:
    assert told("-" * 200) == [(30, Turn.UNREADABLE)]


def test_short_faults_are_told_to_nobody() -> None:
    assert told(("-" * 29 + "+") * 20) == []


def test_a_second_outage_soon_after_the_first_is_over_only_when_the_mailbox_stays_readable() -> None:
    flapping = "+" + "-" * 40 + "+" * 10 + ("-" * 40 + "+" * 10) * 6

    news = told(flapping + "+" * 400)

    first, last = [(30, Turn.UNREADABLE), (41, Turn.READABLE)], len(flapping) - 10 + 120
    assert news == [*first, (80, Turn.UNREADABLE), (last, Turn.READABLE)]


def test_an_outage_long_after_another_is_a_new_one() -> None:
    outage = "-" * 40 + "+" * 400

    assert [turn for _, turn in told("+" + outage * 3)] == [Turn.UNREADABLE, Turn.READABLE] * 3


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), max_size=30))
def test_alarm_and_all_clear_take_turns_and_never_flood(spells: list[tuple[int, int]]) -> None:
    pattern = "".join("-" * down + "+" * up for down, up in spells)

    news = told(pattern)

    assert [turn for _, turn in news] == [(Turn.UNREADABLE, Turn.READABLE)[n % 2] for n in range(len(news))]
    assert len(news) <= 4 + 4 * len(pattern) // 150

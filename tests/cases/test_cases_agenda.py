"""The feed of terms is what RFC 5545 asks, and says nothing about anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.agenda import AgendaDay, DayKind, agenda, escaped, folded

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
DAY = AgendaDay("KB-2026-0042", 7, "inzage", DayKind.LEGAL, date(2026, 12, 31))

EXPECTED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//privacybot//termijnen//NL
CALSCALE:GREGORIAN
X-WR-CALNAME:Privacyverzoeken Kleinboek\\, BV
REFRESH-INTERVAL;VALUE=DURATION:PT1H
BEGIN:VEVENT
UID:kb-2026-0042-7-legal@privacybot
DTSTAMP:20261127T093000Z
SEQUENCE:0
DTSTART;VALUE=DATE:20261231
DTEND;VALUE=DATE:20270101
SUMMARY:Wettelijke dag KB-2026-0042 (inzage)
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Wettelijke dag KB-2026-0042 (inzage)
TRIGGER:-P7D
END:VALARM
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Wettelijke dag KB-2026-0042 (inzage)
TRIGGER:-PT15H
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_a_feed_is_whole() -> None:
    assert agenda([DAY], "Kleinboek, BV", NOW).decode() == EXPECTED.replace("\n", "\r\n")


def test_an_event_that_moves_keeps_its_uid_and_grows_its_sequence() -> None:
    moved = AgendaDay("KB-2026-0042", 7, "inzage", DayKind.LEGAL, date(2027, 2, 28), revision=1)

    before, after = (agenda([day], "Kleinboek", NOW).decode().splitlines() for day in (DAY, moved))

    assert before[7] == after[7]
    assert (before[9], after[9]) == ("SEQUENCE:0", "SEQUENCE:1")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        agenda([], "Kleinboek", datetime(2026, 11, 27))  # noqa: DTZ001


def test_what_would_end_a_line_or_a_value_is_escaped() -> None:
    assert escaped("a;b,c\\d\r\nBEGIN:VEVENT\x07") == "a\\;b\\,c\\\\d\\nBEGIN:VEVENT"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_a_folded_line_is_short_and_unfolds_to_itself(line: str) -> None:
    raw = folded(line)

    assert all(len(piece) <= 75 for piece in raw.removesuffix(b"\r\n").split(b"\r\n"))
    assert raw.removesuffix(b"\r\n").replace(b"\r\n ", b"").decode() == line
    assert [piece.decode() for piece in raw.split(b"\r\n ")]

"""Which automatic letter may leave now."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bot
from bot.cases.gate import DAY, Dropped, Held, Leaves, Passage, Traffic, Waits, passage
from bot.cases.letters import AUTOMATIC, LetterKind

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)


def at_gate(letter: LetterKind, *same: datetime, in_hour: int = 0, released: bool = False) -> Passage:
    return passage(letter, NOW, Traffic(same, in_hour), 60, released=released)


@pytest.mark.requirement("INT-10")
def test_a_second_receipt_to_one_address_in_a_day_is_dropped() -> None:
    assert at_gate(LetterKind.RECEIPT, EARLIER) == Dropped()
    assert at_gate(LetterKind.RECEIPT, NOW - DAY) == Leaves()


def test_a_third_challenge_to_one_address_in_a_day_waits_until_the_day_of_the_first_is_over() -> None:
    assert at_gate(LetterKind.CHALLENGE, EARLIER) == Leaves()
    assert at_gate(LetterKind.CHALLENGE, EARLIER, EARLIER + timedelta(hours=1)) == Waits(EARLIER + DAY)


def test_the_hourly_cap_holds_every_automatic_letter_and_no_other() -> None:
    held = {letter for letter in LetterKind if at_gate(letter, in_hour=60) == Held()}

    assert held == AUTOMATIC


def test_what_staff_released_leaves_above_every_cap() -> None:
    assert at_gate(LetterKind.RECEIPT, EARLIER, in_hour=999, released=True) == Leaves()


def test_nobody_but_the_gate_hands_a_letter_to_the_postman() -> None:
    home = Path(bot.__file__).parent
    users = {
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "send" and "postman" in ast.unparse(node.value).lower()
    }

    assert users == {"dispatch.py"}

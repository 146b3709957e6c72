"""Case numbers that people copy from paper."""

from __future__ import annotations

import pytest

from bot.cases.numbers import numbers_named


@pytest.mark.parametrize(
    "typed",
    ["KB-2026-0042", "kb-2026-0042", "KB 2026 0042", "KB2026-0042.", "(KB\u20132026\u20130042)", "KB/2026/0042"],
)
def test_a_case_number_may_be_typed_in_any_usual_way(typed: str) -> None:
    assert numbers_named("", f"het gaat om {typed} graag") == ("KB-2026-0042",)
    assert numbers_named(f"Uw code voor {typed}", "") == ("KB-2026-0042",)


@pytest.mark.parametrize(
    "other", ["2026-0042", "KB-2026-42", "op 27 november 2026", "FACTUUR-2026-0042", "XKB-1999-0042"]
)
def test_what_is_no_case_number_names_none(other: str) -> None:
    assert numbers_named(other, other) == ()


def test_a_mail_full_of_numbers_names_ten_at_most() -> None:
    assert len(numbers_named("", " ".join(f"KB-2026-{number:04d}" for number in range(50)))) == 10

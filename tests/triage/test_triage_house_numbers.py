"""A correction of nothing but the house number."""

from __future__ import annotations

import pytest

from bot.triage.house_numbers import number_alone, on_the_street_of


@pytest.mark.parametrize(
    ("on_file", "stated", "whole"),
    [
        ("Hoofdweg 9", "9-17", "Hoofdweg 9-17"),
        ("Van der Hoopstraat 18 a", "18 b", "Van der Hoopstraat 18 b"),
        ("1e Wilhelminastraat 4", "nr 40", "1e Wilhelminastraat 40"),
        ("Plein 1944 7 bis", "8", "Plein 1944 8"),
        ("Kadijk 18 - 2", "18 - 3", "Kadijk 18 - 3"),
        ("Lindelaan 12", "Kadijk 3", "Kadijk 3"),
        ("Lindelaan 12", "De Wende, app. 212", "De Wende, app. 212"),
        ("Lindelaan 12", "12 januari", "12 januari"),
    ],
)
def test_a_number_alone_stands_behind_the_street_on_file(on_file: str, stated: str, whole: str) -> None:
    assert on_the_street_of(on_file, stated) == whole


@pytest.mark.parametrize("on_file", [None, "", "Postbus", "12", "Lindelaan"])
def test_without_a_street_and_number_on_file_a_person_decides(on_file: str | None) -> None:
    assert on_the_street_of(on_file, "14") is None


@pytest.mark.parametrize("value", ["Lindelaan 12", "links", "", "1234567", "06-12345678", "2 dozen", "9000 AB 3"])
def test_what_is_more_than_a_number_is_no_house_number(value: str) -> None:
    assert number_alone(value) is None

"""The plainest words for an erasure: always read, never heard in a question, a condition or a no."""

from __future__ import annotations

import pytest

from bot.triage.plain_words import asks_plainly_to_erase


@pytest.mark.parametrize(
    "sentence",
    [
        "Verwijder mijn account.",
        "Wilt u al mijn gegevens wissen?",
        "Ik wil dat u mijn gegevens verwijdert.",
        "Graag mijn account en gegevens verwijderen.",
        "verwijder aub mijn account met alles erin",
        "Ik wil graag dat mijn persoonsgegevens worden verwijderd",
    ],
)
def test_a_plain_demand_is_heard(sentence: str) -> None:
    assert asks_plainly_to_erase(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hoe verwijder ik mijn account?",
        "Verwijder mijn account niet.",
        "Als u mijn gegevens wilt wissen, hoor ik het graag.",
        "Op het scherm staat 'Verwijder mijn account'.",
        "Verwijder de dubbele boeking.",
        "Mijn klant wil dat zijn gegevens worden verwijderd.",
        "Verwijder mijn account " + "nu " * 80,
        "",
    ],
)
def test_anything_else_is_not(sentence: str) -> None:
    assert not asks_plainly_to_erase(sentence)

"""The plainest words for an erasure or a change: always read, never heard in a question, a condition or a no."""

from __future__ import annotations

import pytest

from bot.triage.classify import classify
from bot.triage.intents import keeps_consent
from bot.triage.labels import RequestKind
from bot.triage.model import load_model
from bot.triage.plain_words import asks_plainly_to_erase, complains_plainly, tells_a_change_plainly

MODEL = load_model()


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


def test_a_change_in_plain_words_is_heard_and_a_question_is_not() -> None:
    assert tells_a_change_plainly("Mijn adres is gewijzigd: Brink 12, 9471 AE Zuidlaren.")
    assert tells_a_change_plainly("Ons rekeningnummer wordt voortaan NL91ABNA0417164300")
    assert tells_a_change_plainly("Ik ben verhuisd, mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde.")
    assert tells_a_change_plainly("Ons nieuwe rekeningnummer is NL91ABNA0417164300.")
    assert not tells_a_change_plainly("Het nieuwe adres van mijn klant is Brink 12.")
    assert not tells_a_change_plainly("Mijn adres is gewijzigd, klopt dat?")
    assert not tells_a_change_plainly("Mijn adres is niet gewijzigd.")
    assert not tells_a_change_plainly("Mijn klant heeft een ander adres.")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ik trek mijn toestemming niet in, ik wil alleen een kopie van wat u van mij heeft.", True),
        ("Ik trek mijn toestemming voor de nieuwsbrief in.", False),
        ("U belde mij, terwijl ik niet wil. Ik trek mijn toestemming in.", False),
    ],
)
def test_a_consent_that_is_kept_is_no_withdrawal(text: str, kept: bool) -> None:
    found = classify(MODEL, "", text)

    assert keeps_consent(text) is kept
    assert (RequestKind.CONSENT_WITHDRAWAL not in found.kinds) is kept
    assert found.needs_person or not kept


@pytest.mark.parametrize(
    "sentence",
    [
        "Ik heb een klacht over hoe u met mijn gegevens omgaat.",
        "Hierbij dien ik een klacht in over het gebruik van mijn persoonsgegevens.",
        "Op mijn verzoek is nog niet gereageerd.",
    ],
)
def test_a_complaint_in_plain_words_is_one(sentence: str) -> None:
    verdict = classify(MODEL, "", f"De knop voor de btw doet het niet. {sentence}")

    assert complains_plainly(sentence)
    assert verdict.kinds or verdict.needs_person


@pytest.mark.parametrize(
    "sentence",
    [
        "Ik heb een klacht van een klant over zijn gegevens.",
        "Ik heb geen klacht over mijn gegevens.",
        "Ik heb een klacht over de telefonische wachttijd.",
    ],
)
def test_another_complaint_is_none(sentence: str) -> None:
    assert not complains_plainly(sentence)


def test_a_change_in_plain_words_behind_a_question_about_the_program_is_seen() -> None:
    move = "Ik ben verhuisd, mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde. Wilt u dit aanpassen?"

    assert not classify(MODEL, "", "Hoe zet ik een offerte om in een factuur? " + move).ordinary

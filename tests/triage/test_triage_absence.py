"""Absence notes and acknowledgements known by their body: what they ask counts all the same."""

from __future__ import annotations

import pytest

from bot.triage.classify import classify
from bot.triage.labels import Intent
from bot.triage.model import load_model

MODEL = load_model()
NOTE = "Bedankt voor uw bericht. Ik ben tot en met 14 mei afwezig. Voor spoed kunt u bellen met de receptie."


def test_a_note_without_headers_or_subject_is_automatic_and_no_request() -> None:
    verdict = classify(MODEL, "Re: Bevestig uw verzoek", NOTE)

    assert verdict.automatic
    assert verdict.ordinary


def test_a_note_in_a_case_says_that_somebody_is_away() -> None:
    verdict = classify(MODEL, "Re: Bevestig uw verzoek", NOTE, in_case=True)

    assert verdict.intents == {Intent.OUT_OF_OFFICE}


@pytest.mark.parametrize(
    "text",
    [
        "Ons kantoor is tot 2 september gesloten. Alle gegevens over mij mogen intussen weg.",
        "Ik ben afwezig tot en met 14 mei. Intussen al het bekende over Sanne Vermeer wissen aub, AVG artikel 17.",
    ],
)
def test_a_request_among_the_words_of_a_machine_is_looked_at_by_a_person(text: str) -> None:
    verdict = classify(MODEL, "", text)

    assert verdict.automatic
    assert verdict.kinds
    assert verdict.needs_person


def test_a_right_named_among_the_words_of_a_machine_is_looked_at_by_a_person() -> None:
    asks = "Inzage in de persoonsgegevens van Sanne Vermeer volgens artikel 15 AVG."

    verdict = classify(MODEL, "", f"Bedankt voor uw bericht. Wij reageren binnen 2 werkdagen. {asks}")

    assert verdict.automatic
    assert verdict.needs_person
    assert ("access", asks) in [(reason.label, reason.text) for reason in verdict.reasons]


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben op vakantie tot 3 september, maar ik wil daarvoor nog weten welke gegevens u van mij heeft.",
        "Wij zijn vanaf maandag gesloten voor de bouwvak. Verwijder voor die tijd alles wat u over ons heeft.",
        "Ik ben met zwangerschapsverlof, mijn collega Wouter neemt waar. Stop met het mailen van reclame aan mij.",
        "I'm away from 3 June. Could you send me a copy of everything you hold about me?",
        "Ich bin bis zum 12. April nicht im Büro. Bitte löschen Sie alle meine persönlichen Daten.",
    ],
)
def test_who_tells_of_his_holiday_and_asks_is_a_person_who_asks(text: str) -> None:
    verdict = classify(MODEL, "", text)

    assert verdict.kinds
    assert not verdict.automatic
    assert not verdict.needs_person


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ik ben afwezig tot 3 mei, maar dit heb ik nooit gevraagd. Niet ik!", Intent.NOT_ME),
        ("Ik ben afwezig tot 3 mei. Ik trek het verzoek in.", Intent.WITHDRAWAL),
        ("Ik ben op vakantie, hier is de code: 7KDA-X9MT", Intent.CHALLENGE_ANSWER),
    ],
)
def test_what_a_person_on_holiday_says_of_his_case_counts(text: str, intent: Intent) -> None:
    verdict = classify(MODEL, "Re: Bevestig uw verzoek", text, in_case=True)

    assert intent in verdict.intents
    assert not verdict.automatic


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Afwezig", "Nee, niet wissen: er loopt nog een rechtszaak over die cijfers."),
        (
            "Out of office",
            "Door jullie brief weet mijn buurvrouw nu wat ik verdien. Ongehoord, hier doe ik aangifte van.",
        ),
        ("Automatisch antwoord: uw verzoek", "Ik heb jullie nog nooit van mijn leven een mail gestuurd."),
    ],
)
def test_who_answers_below_the_subject_of_an_absence_note_is_heard(subject: str, text: str) -> None:
    verdict = classify(MODEL, subject, text, in_case=True)

    assert Intent.OUT_OF_OFFICE not in verdict.intents


def test_a_note_below_its_subject_stays_one_however_it_is_worded() -> None:
    verdict = classify(MODEL, "Afwezig", "Wij zijn een weekje naar zee, tot de 14e.", in_case=True)

    assert verdict.intents == {Intent.OUT_OF_OFFICE}

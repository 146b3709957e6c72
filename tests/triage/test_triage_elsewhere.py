"""Mail for somebody else, what still waits, and a yes in other words: a person sees them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.answers import welcomed_offers
from bot.triage.classify import classify
from bot.triage.labels import Intent, RequestKind
from bot.triage.model import load_model
from bot.triage.other_firms import greets_another
from bot.triage.plain_words import still_waits
from bot.triage.reply_words import PLAIN
from bot.triage.writers import went_to_the_authority

MODEL = load_model()


@pytest.mark.parametrize(
    "text",
    [
        "Hallo Marktplaats, mijn account is gehackt. Verwijder mijn account en al mijn gegevens. Mvg Rik",
        "Geachte klantenservice van Coolblue, wilt u mijn account en gegevens verwijderen?",
        "Geachte heer De Boer van Univé, uw bedrijf heeft mijn oude adres nog. Het is nu Wilgenlaan 2, Roden.",
        "Aan de ANWB: haal mij uit het ledenbestand en wis mijn gegevens. Jan Loman",
        "Beste ING, mijn nieuwe telefoonnummer is 06-23456789, graag aanpassen.",
        "Dear Booking.com, please stop using my data for marketing.",
        "Beste gemeente Tynaarlo, graag een kopie van mijn gegevens.",
    ],
)
def test_a_letter_that_greets_another_organisation_is_read_by_a_person(text: str) -> None:
    verdict = classify(MODEL, "", text)

    assert greets_another(text, MODEL.brand)
    assert not verdict.kinds or verdict.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Beste Fatima, wilt u mijn account verwijderen?",
        "Geachte heer Visser, mag ik weten wat u van mij bewaart?",
        "Beste GravyTrain, verwijder al mijn gegevens.",
        "Beste Kleinboek, jullie hebben mijn gegevens van KPN gekregen. Wis ze.",
        "Beste Bol, dit is voor Kleinboek: wis mijn gegevens.",
        "Dag Ben, haal mij uit het bestand.",
        "Ik betaalde met ING. Wilt u mijn rekeningnummer wissen?",
    ],
)
def test_a_name_that_may_be_one_of_us_is_no_other_organisation(text: str) -> None:
    assert not greets_another(text, "Kleinboek")


def test_who_reads_is_no_other_organisation() -> None:
    text = "Beste Coolblue, wat weten jullie allemaal van mij? Stuur me een kopie van al mijn gegevens."
    ours = classify(replace(MODEL, brand="Coolblue"), "", text)

    assert not greets_another(text, "Coolblue")
    assert ours.kinds
    assert not ours.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Nog steeds de oude bankrekening op de incasso, terwijl ik de nieuwe in juli heb doorgegeven.",
        "Jullie schrijven nog steeds af van mijn oude rekening. Die nieuwe had ik al lang doorgegeven.",
        "Ik kreeg de factuur weer op het oude adres, ondanks mijn mail van augustus.",
        "Still getting your letters addressed to my maiden name. I told you about it in spring.",
        "Had ik in april niet gezegd dat alles weg moest? En nu een mail dat mijn proefperiode afloopt...",
    ],
)
def test_what_was_asked_before_and_not_done_is_seen(text: str) -> None:
    verdict = classify(MODEL, "", text)

    assert verdict.kinds or verdict.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Mijn klant krijgt de factuur nog steeds op het oude adres, terwijl ik het nieuwe heb ingevoerd.",
        "Had ik niet gezegd dat die boeking weg moest?",
        "De oude prijs staat er nog steeds, terwijl ik de nieuwe had doorgegeven.",
    ],
)
def test_what_waits_in_the_writers_own_books_is_no_request(text: str) -> None:
    assert not still_waits(text)


OFFER = "Uw abonnement is beëindigd. Wilt u dat wij uw persoonsgegevens verwijderen?"


@pytest.mark.parametrize(
    "text",
    ["lijkt me een goed plan", "klinkt goed", "sounds good", "is prima zo", "dat lijkt me het beste ja"],
)
def test_a_yes_in_other_words_to_an_offer_of_ours_is_seen(text: str) -> None:
    verdict = classify(MODEL, "Re: Uw abonnement", text, OFFER)

    assert verdict.kinds or verdict.needs_person


@pytest.mark.parametrize("text", ["Nee dank je, niet nodig.", "Hoe laat zijn jullie bereikbaar?", "Dank u wel."])
def test_thanks_questions_and_refusals_welcome_nothing(text: str) -> None:
    assert not welcomed_offers(text, OFFER)


@pytest.mark.parametrize(
    "text",
    [
        "Abusievelijk heb ik uw bericht ontvangen, ik heb het verwijderd.",
        "Guten Tag, ich glaube diese Mail war nicht für mich bestimmt. Ich habe sie gelöscht.",
        "Ich habe Ihre Mail irrtümlich erhalten und gelöscht.",
        "Je crois que ce message ne m'était pas destiné.",
        "I received your email in error and have deleted it.",
        "J'ai reçu votre message par erreur.",
    ],
)
def test_who_got_what_was_for_somebody_else_is_heard(text: str) -> None:
    assert Intent.WRONG_RECIPIENT in classify(MODEL, "Re: Uw gegevens", text, in_case=True).intents


@pytest.mark.parametrize("text", ["Ik heb per abuis twee keer betaald.", "I received your email, thanks."])
def test_another_mistake_is_no_wrong_recipient(text: str) -> None:
    assert not PLAIN[Intent.WRONG_RECIPIENT].search(text)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("", "Hallo Kwekerij Jansen,\n\nHaal mij uit jullie bestand."),
        ("", "Hee Salon Knipoog, haal mijn nummer maar uit jullie systeem"),
        ("", "Aan: Autobedrijf Van der Schoot\n\nVerwijder mijn kenteken."),
        ("", "DHL, jullie hebben mijn nummer aan de buurman gegeven!"),
        ("Vraag aan tandartspraktijk Tandrijk", "dag mevrouw, ik heb een nieuw nummer"),
        ("Aan bol", "ik wil mijn bol-account laten verwijderen, inclusief bestelgeschiedenis"),
        ("t.a.v. Zilveren Kruis", "stuur mij mijn dossier"),
    ],
)
def test_a_firm_is_known_by_its_trade_by_whom_is_spoken_to_and_by_the_subject(subject: str, text: str) -> None:
    assert greets_another(text, "Kleinboek", subject)
    assert not greets_another(f"{text} Ik gebruik Kleinboek.", "Kleinboek", subject)


@pytest.mark.parametrize(
    "text",
    [
        "Beste praktijk,\n\nwis mijn gegevens",
        "Hallo mensen van de Bedrijfsadministratie,",
        "Ik heb een kwekerij, Jansen heet hij.",
        "De verhuur van Jansen gaat goed, wis mijn account.",
        "ING is mijn bank, jullie zijn mijn boekhouding.",
    ],
)
def test_a_trade_that_is_only_spoken_of_is_nobody_greeted(text: str) -> None:
    assert not greets_another(text, "Kleinboek")


def test_who_went_to_the_authority_is_answered_by_a_person() -> None:
    text = (
        "Ik heb vandaag een klacht over jullie ingediend bij de Autoriteit Persoonsgegevens omdat mijn bankafschriften"
        " bij een vreemde in de mailbox zaten. T. Vaartjes"
    )
    verdict = classify(MODEL, "", text)

    assert went_to_the_authority(text)
    assert RequestKind.COMPLAINT in verdict.kinds
    assert verdict.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Anders dien ik een klacht in bij de Autoriteit Persoonsgegevens.",
        "Ik heb nog geen klacht ingediend bij de AP.",
        "Ik heb een klacht ingediend bij jullie helpdesk. De AP hoeft dit niet te weten.",
        "Als dit niet stopt wordt een klacht bij de AP ingediend.",
    ],
)
def test_who_only_may_go_to_the_authority_has_not_gone(text: str) -> None:
    assert not went_to_the_authority(text)

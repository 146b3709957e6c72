"""Changes that a person looks at, however plain they sound."""

from __future__ import annotations

import pytest

from bot.triage.unsettled import erases_a_value, unsettled


@pytest.mark.parametrize(
    "text",
    [
        "Wij openen een tweede vestiging: Stationsplein 3. Kan die erbij?",
        "Zet u mijn mobiel erbij, 06-12345678?",
        "0570-612345 blijft het hoofdnummer, het nieuwe is voor de winkel.",
        "Bij nader inzien toch niet wijzigen naar NL45, laat maar staan op NL03.",
        "Voorlopig niet aanpassen, ik bel nog.",
        "Vergeet mijn verzoek om NL35KNAB0853205358 te wijzigen in NL95RABO0034599603.",
        "Het blijft NL35KNAB0853205358.",
        "Please ignore my earlier email about the new address.",
        "Geachte relatie, ons bedrijf verhuist naar Kade 4.",
        "Dear customer, our bank account has changed.",
        "Mijn nieuwe postcode is 5611 AB maar het kan ook 5611 AC zijn.",
        "Mijn huisnummer is 12 of 14, dat weet ik nog niet.",
    ],
)
def test_an_addition_a_withdrawal_and_a_circular_are_for_a_person(text: str) -> None:
    assert unsettled(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wij zijn verhuisd naar Kade 4. Graag aanpassen.",
        "Mijn nummer is niet 41 maar 14.",
        "Vergeet niet mijn nummer aan te passen. Het blijft een gedoe.",
        "Beste Kleinboek, mijn rekening wordt NL45.",
        "Kunt u dat wijzigen? Groet, mijn klant wacht.",
    ],
)
def test_a_plain_change_is_not(text: str) -> None:
    assert not unsettled(text)


def test_an_old_number_that_may_go_is_no_erasure_of_everything() -> None:
    assert erases_a_value(["het nummer 06-11223344 mag weg uit jullie bestand."])
    assert erases_a_value(["Mijn werkmail p.bos@werk.example mag uit jullie bestand"])
    assert not erases_a_value(["Wis al mijn gegevens, ook 06-11223344."])
    assert not erases_a_value(["het nummer 06-11223344 mag weg", "Verwijder mijn account."])
    assert not erases_a_value([])

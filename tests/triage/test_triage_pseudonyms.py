"""What is kept to learn from has the wording of a mail, and none of its people."""

from __future__ import annotations

import re
import time

import pytest

from bot.triage.pseudonyms import pseudonymised

LETTER = """Beste Fatima,

Mijn naam is Sanne van den Berg, ik woon in de Lange Voorhoutstraat 12a, 2514 EA Den Haag.
Kunnen jullie mijn gegevens verwijderen? Mijn BSN is 111222333 en mijn klantnummer K-48213.
Betaald van NL91 ABNA 0417 1643 00; bel 06-12345678 of +31 20 123 45 67. Geboren op 3-4-1981.
Zie https://sanne.klant.example/x?y=1 en sanne.berg@klant.example. Mijn man Joris weet ervan, BERG staat op de bel.
Volgens artikel 17 AVG van 2018 moet Kleinboek dat binnen 30 dagen doen, anders de Autoriteit Persoonsgegevens.

Met vriendelijke groet,
Sanne van den Berg
Bakkerij De Korenaar
"""
PERSONAL = re.findall(
    r"\S+", "fatima sanne berg joris voorhout 12a 2514 haag 111222333 48213 abna 0417 12345678 123 1981 korenaar"
)


def test_no_name_address_or_number_of_a_person_is_left() -> None:
    kept = pseudonymised(LETTER).lower()

    assert [word for word in PERSONAL if word in kept] == []


def test_what_the_mail_asks_can_still_be_read() -> None:
    kept = pseudonymised(LETTER)

    assert "Kunnen jullie mijn gegevens verwijderen?" in kept
    assert "Volgens artikel 17 AVG van 2018 moet Kleinboek dat binnen 30 dagen doen" in kept
    assert "Autoriteit Persoonsgegevens" in kept


def test_each_thing_becomes_another_of_its_kind() -> None:
    kept = pseudonymised(LETTER)

    assert all(word in kept for word in ("0000 AA Dorpstad", "NL00BANK0000000000", "iemand@klant.example", "Robin"))


def test_a_name_that_only_the_case_file_knows_is_taken_out() -> None:
    assert pseudonymised("dit is van s. jansma, groetjes", ["S. Jansma"]) == "dit is van s. Robin, groetjes"


def test_an_address_that_is_spelled_out_is_taken_out_too() -> None:
    kept = pseudonymised("wis mij: s.jansma (at) haarhuis . example, of sjoerd punt jansma at huis punt example")

    assert kept == "wis mij: iemand@klant.example, of iemand@klant.example"


def test_german_nouns_stay_what_they_are() -> None:
    asked = "Bitte löschen Sie meine Daten und mein Konto."

    assert pseudonymised(asked, nouns_are_capital=True) == asked


@pytest.mark.parametrize(
    "unit", ["A", "Aa ", "1 ", "a@", "Aa straat 1 ", "Beste ", "a at b punt ", "9999 AA Aa ", "NL91 "]
)
def test_long_text_costs_little(unit: str) -> None:
    begin = time.process_time()
    pseudonymised(unit * (400_000 // len(unit)), [unit * 20])

    assert time.process_time() - begin < 2

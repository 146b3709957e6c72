"""Words that are kept for good name nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cases_builders import make_case

from bot.cases.errors import RefusedActError
from bot.cases.mandates import Ground, Mandate
from bot.cases.nameless import Nameless
from bot.cases.subject import DataSubject

SANNE = DataSubject("crm", "1", "1", "sanne@klant.example", "Sanne van der Velden", "K-10017")
MANDATE = Mandate(
    ground=Ground.MANDATE,
    principal="Fatima Aydin",
    agent="Kantoor Bakker en Zonen",
    scope=frozenset(),
    signed_on=date(2026, 11, 1),
    from_on=date(2026, 11, 1),
    to_on=date(2027, 11, 1),
    covers_receipt=False,
    note="",
)
CASE = replace(make_case(), data_subject=SANNE)


@pytest.mark.parametrize(
    ("words", "sort"),
    [
        ("gebeld met piet@elders.example", "an e-mail address"),
        ("rekening NL91 ABNA 0417 1643 00 stond erin", "a bank account number"),
        ("gebeld op 06-12345678", "a phone number"),
        ("klantnummer 10234 kreeg het", "a customer number"),
        ("het ging om k-10017", "the customer number of the person"),
        ("mevrouw Velden belde", "the name of the person"),
        ("SANNE belde", "the name of the person"),
        ("mevr. van der velden belde", "the name of the person"),
        ("gebeld met sanne van der velden", "the name of the person"),
    ],
)
def test_what_names_somebody_is_refused_by_its_sort_alone(words: str, sort: str) -> None:
    with pytest.raises(RefusedActError) as refused:
        Nameless(CASE).require(words)

    assert str(refused.value).endswith(f"leave out {sort}")
    assert Nameless(CASE).named_in(Nameless(CASE).masked(words)) == ()


@pytest.mark.parametrize(
    "words",
    [
        "klanten: 150, in twaalf betalingen",
        "ontdekt op 01-12-2026 14:05, gestopt op 2026-12-01 om 09:00",
        "naam, adres, rekeningnummer en 1.200 regels van de boekhouding",
        "de brief over KB-2026-0042 ging van de verkeerde map uit",
    ],
)
def test_numbers_and_days_that_a_notification_needs_are_kept(words: str) -> None:
    assert Nameless(CASE).require(words) == words


WIL = replace(CASE, data_subject=replace(SANNE, name="Wil de Wit", customer_number="2024"))


@pytest.mark.parametrize(
    "words",
    ["de klant wil een nieuw wachtwoord", "het stond op een wit vel", "brieven van na 2024, van 2024 klanten"],
)
def test_an_ordinary_word_or_a_year_that_is_also_a_name_or_number_is_kept(words: str) -> None:
    assert Nameless(WIL).require(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "Wil belde",
        "DE WIT kreeg het",
        "mevrouw de wit",
        "wil de wit belde",
        "klant 2024",
        "klantnummer: 2024",
        "nr. 2024",
    ],
)
def test_such_a_name_or_number_is_still_refused_where_it_names_somebody(words: str) -> None:
    assert Nameless(WIL).named_in(words)
    assert Nameless(WIL).named_in(Nameless(WIL).masked(words)) == ()


def test_where_there_is_no_case_what_is_somebodys_in_itself_is_still_refused() -> None:
    assert Nameless(None).named_in("sanne@klant.example") == ("an e-mail address",)
    assert Nameless(None).named_in("Sanne van der Velden") == ()


@pytest.mark.parametrize(
    ("words", "sort"),
    [
        ("het overzicht van Fatima ging mee", "the name of the person"),
        ("Joris Bakker kreeg het bestand", "the name of the person"),
        ("kantoor  bakker en zonen kreeg het bestand", "the name of who writes for the person"),
    ],
)
def test_who_writes_and_for_whom_is_not_named_either_where_the_case_knows_it(words: str, sort: str) -> None:
    case = replace(CASE, identifiers=(("name", "Joris Bakker"),))

    assert sort in Nameless(case, MANDATE).named_in(words)
    assert Nameless(case, MANDATE).named_in(Nameless(case, MANDATE).masked(words)) == ()


def test_an_ordinary_word_in_the_name_of_an_office_stays() -> None:
    words = "Zonen en dochters: het kantoor belde terug"

    assert Nameless(CASE, MANDATE).require(words) == words

"""Addresses and invoices as people write them: spelled out, behind a word of their own."""

from __future__ import annotations

import pytest

from bot.triage.identifiers import identifiers_in, of_the_record
from bot.triage.particulars import plain


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ik sta bij u als info at zeezicht punt example, wis mij.", "info@zeezicht.example"),
        ("Haal pieter(at)draaierij-ploeg.example van de lijst.", "pieter@draaierij-ploeg.example"),
        ("Mijn login: roelievos @ klompen . example", "roelievos@klompen.example"),
        ("u kent mij als mirela_AT_cutcurl_DOT_example", "mirela@cutcurl.example"),
        ("mijn eigen mail is loes.hartman (apenstaartje) ziggo punt nl", "loes.hartman@ziggo.nl"),
        ("aukje [at] stoffenkraam [punt] example is van mij", "aukje@stoffenkraam.example"),
        ("mijn mail is jan underscore bakker at visser dot com", "jan_bakker@visser.com"),
        ("Dicteer ik: hanneke punt smit apenstaartje keramiek punt example.", "hanneke.smit@keramiek.example"),
    ],
)
def test_an_address_that_is_spelled_out_finds_the_record(text: str, address: str) -> None:
    assert identifiers_in(text)["email"] == address
    assert plain("email", address) == address


@pytest.mark.parametrize(
    "text",
    [
        "Ik kocht 3 @ 5 euro . nu betaald.",
        "We meet at the office dot, see you.",
        "Stuur het naar @eldemaasduinen.example, wij zaten bij @kantoor. Groet",
        "Kijk op de site . kom langs @ Kantoor. Groet",
        "Sanne at haar boterham. punt",
        "U kent mij: jan de vries at bakker punt nl",
        "jan punt bakker 3 at bakker punt nl",
        "van mijn buurman: piet (at) bakker punt nl",
        "mijn ex gebruikt piet (at) bakker punt nl",
        "Volgens artikel 6 (a) avg.nl mag dat.",
        "I looked at google dot com",
    ],
)
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert "email" not in identifiers_in(text)


def test_a_plain_address_goes_before_one_that_is_spelled_out() -> None:
    assert identifiers_in("jan@bakker.example, dus jan (at) bakkerij.example niet.")["email"] == "jan@bakker.example"


def test_a_new_address_that_is_spelled_out_is_not_what_the_record_is_found_by() -> None:
    found = identifiers_in("Mijn mail wordt lisa.m(at)haarhuis.test")

    changed = [("email", "lisa(at)haarhuis.test", "lisa.m(at)haarhuis.test")]
    assert of_the_record(found, changed) == {"email": "lisa@haarhuis.test"}


def test_of_an_old_and_a_new_address_that_are_spelled_out_the_old_one_counts() -> None:
    text = "Mijn adres wordt jan (at) nieuw punt nl, het was jan (at) oud punt nl."

    assert identifiers_in(text)["email"] == "jan@oud.nl"


def test_our_own_address_hides_no_address_that_is_spelled_out() -> None:
    text = "Mijn mail aan privacy@kleinboek.nl kwam terug. Mijn adres is jan (at) bakker punt nl"

    assert identifiers_in(text)["email"] == "jan@bakker.nl"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ik lees op mijn abonnementsfactuur F26-10077 een fout.", "F26-10077"),
        ("De nota met kenmerk N-26/0912 is betaald.", "N-26/0912"),
        ("Wis mij. Naomi Ferrier, F2025-1180", "F2025-1180"),
    ],
)
def test_an_invoice_is_known_by_its_number_behind_any_word_for_it(text: str, number: str) -> None:
    assert identifiers_in(text)["invoice_number"] == number


@pytest.mark.parametrize(
    "text",
    [
        "De inkoopfactuur 2024-118 van mijn leverancier",
        "mijn telefoonfactuur 06-12345678",
        "Energiefactuur 2024-11 klopt",
    ],
)
def test_an_invoice_of_somebody_else_is_none_of_ours(text: str) -> None:
    assert "invoice_number" not in identifiers_in(text)

"""What is a relative's or a neighbour's: no value of the writer, and a reason for a person to look."""

from __future__ import annotations

import pytest

from bot.triage.classify import classify
from bot.triage.corrections import corrections_in, touches_another
from bot.triage.identifiers import identifiers_in
from bot.triage.kin import asks_about_kin, names_a_partner
from bot.triage.labels import RequestKind
from bot.triage.model import load_model
from bot.triage.values import Spoken
from bot.triage.verdict import StatedCorrection

MODEL = load_model()
HER_ACCOUNT = "NL44RABO0123456789"


def marked(field: str, words: str, chance: float = 0.95) -> Spoken:
    return Spoken(field, True, words, chance)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (f"Mijn vrouw is overgestapt naar {HER_ACCOUNT}, het mijne blijft zo.", "iban", HER_ACCOUNT),
        ("Nieuw telefoonnummer van mijn zoon is 06-22334455. Dat van mij blijft.", "phone", "06-22334455"),
        ("Mijn ex, Ilse Kamp, blijft op Dorpsstraat 4, 9331 AA Norg.", "street", "Dorpsstraat 4"),
        ("Ik ga weg. Zij gaat naar Kanaal 3, 9401 CD Assen.", "postcode", "9401 CD"),
        ("Mijn moeders telefoon is 06-11223344, niet de mijne.", "phone", "06-11223344"),
    ],
)
def test_a_value_of_somebody_else_changes_no_record_and_calls_a_person(text: str, field: str, value: str) -> None:
    told = [marked(field, value)]

    assert corrections_in(text, told) == ()
    assert touches_another(text, told)


@pytest.mark.parametrize(
    "text",
    [
        "Mijn man en ik wonen nu op Brink 12, 9471 AE Zuidlaren.",
        "Mijn zoon helpt me, maar mijn nieuwe adres is Brink 12 in Zuidlaren.",
        "Als bewindvoerder: mijn moeder woont voortaan op Brink 12, Zuidlaren.",
    ],
)
def test_a_value_of_ones_own_beside_kin_is_read(text: str) -> None:
    told = [marked("street", "Brink 12")]

    assert corrections_in(text, told)[0] == StatedCorrection("street", None, "Brink 12")
    assert not touches_another(text, told)


def test_of_two_addresses_the_writers_own_is_the_new_one() -> None:
    text = "Ik ga naar Esweg 9, 9461 AB Gieten. Zij gaat naar Kanaal 3, 9401 CD Assen."
    told = [marked("postcode", "9401 CD", 0.99), marked("postcode", "9461 AB", 0.8)]

    assert [(one.old, one.new) for one in corrections_in(text, told)] == [(None, "9461 AB")]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Bel mijn zwager op 06-12341234. Zijn klantnummer is 40881, het mijne weet ik niet.", "customer_number"),
        ("Mijn man heeft ook een account (KvK 61234567), dat moet blijven!", "kvk"),
        (f"Mijn dochter heeft een nieuwe rekening {HER_ACCOUNT}.", "iban"),
    ],
)
def test_a_number_of_kin_finds_no_record(text: str, field: str) -> None:
    assert field not in identifiers_in(text)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("stuur mij alle gegevens van mn buurman Ad Kroon", True),
        ("Ik wil weten wat mijn man, Pieter Haan, allemaal bij jullie heeft staan.", True),
        ("Verwijder de gegevens van mij en mijn vrouw.", True),
        ("Ik wil weten wat jullie over mij en mijn man hebben vastgelegd.", True),
        ("Stuur mij mijn gegevens, mijn man leest mee.", False),
        ("Wat weet u van mij?", False),
    ],
)
def test_who_asks_for_the_data_of_kin_is_read_by_a_person(text: str, asks: bool) -> None:
    assert asks_about_kin(text) is asks
    found = classify(MODEL, "", f"{text} Graag een overzicht van alle persoonsgegevens.")
    assert found.needs_person is asks
    assert RequestKind.ACCESS in found.kinds


@pytest.mark.parametrize(
    "text",
    [
        "Vorige week vroeg ik om mijn account te wissen. Dat hoeft bij nader inzien niet meer, ik blijf.",
        "Mijn verzoek van maandag om alles te verwijderen mag de prullenbak in, ik blijf klant.",
    ],
)
def test_an_erasure_called_off_outside_its_case_is_no_request_and_not_left_alone(text: str) -> None:
    found = classify(MODEL, "account", text)

    assert RequestKind.ERASURE not in found.kinds
    assert found.needs_person


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Ik kreeg facturen van klant 33871, dat ben ik niet. Haal mij daaruit.", "customer_number"),
        (
            "Die gaan naar klantnummer 20145 van mijn verhuurder. Wat weten jullie van mij?",
            "customer_number",
        ),
        ("Stuur mij mijn gegevens. Cc aan mijn advocaat p.stam@recht.example.", "email"),
        ("U belt 06-22334455, dat is niet van mij.", "phone"),
    ],
)
def test_what_is_said_to_be_anothers_finds_no_record(text: str, field: str) -> None:
    assert field not in identifiers_in(text)


def test_the_name_of_an_ex_or_a_partner_is_not_the_writers() -> None:
    assert names_a_partner("Mijn ex Ronald Kuipers en ik hadden een vof.", "Ronald Kuipers")
    assert not names_a_partner("Mijn moeder Greet Vos vraagt inzage.", "Greet Vos")
    assert not names_a_partner("Mijn ex Ronald is weg. Ronald Kuipers", "Ronald Kuipers")


@pytest.mark.parametrize(
    "text",
    [
        "Mijn compagnon Stijn (klantnr 3344) blijft klant. Wis mijn account.",
        "Wis alles. Mijn zakenpartner Eva (eva@duo.example) blijft.",
        "Stuur mijn export naar mijn nieuwe boekhouder: Wilma Kost, wilma@kost.example, 038-4445511.",
        "Voor de bezorger: 0612121212 (buurman Ad). Wis mijn gegevens.",
    ],
)
def test_what_a_partner_a_new_bookkeeper_or_a_neighbour_has_finds_no_record(text: str) -> None:
    assert not {"customer_number", "email", "phone"} & identifiers_in(text).keys()


@pytest.mark.parametrize(
    "text",
    [
        "Mijn man is ziek, ons klantnummer is 40718.",
        "Mijn boekhouder kwijt? Ons klantnummer is 40718.",
        "klantnr 40718 (mijn man Jan Bos heeft het aangevraagd)",
    ],
)
def test_ones_own_number_beside_kin_is_read(text: str) -> None:
    assert identifiers_in(text)["customer_number"] == "40718"

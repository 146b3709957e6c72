"""What a writer states: identifiers and corrections. Rather none than a wrong one, and never a BSN."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn

from bot.triage.corrections import corrections_in
from bot.triage.identifiers import FIELDS, identifiers_in, without_bsn
from bot.triage.renames import tidied
from bot.triage.values import Spoken
from bot.triage.verdict import StatedCorrection

BSN = "111222333"  # passes the check; belongs to nobody


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Mijn klantnummer is 204518.", "customer_number", "204518"),
        ("Ik schrijf vanaf sanne@klant.example over mijn account.", "email", "sanne@klant.example"),
        ("KvK 99127745, Assen", "kvk", "99127745"),
        ("ons btw-nummer: NL861234512B01", "btw", "NL861234512B01"),
        ("rekening NL91 ABNA 0417 1643 00 graag", "iban", "NL91ABNA0417164300"),
        ("bel mij op 06-12345678", "phone", "06-12345678"),
        ("call +31 6 12345678", "phone", "+31 6 12345678"),
        ("Lindelaan 4, 9401ab Assen", "postcode", "9401 AB"),
        ("het gaat om factuur 2024-0087", "invoice_number", "2024-0087"),
        ("Graag antwoord.\n\nMet vriendelijke groet,\nSanne Vermeer", "name", "Sanne Vermeer"),
        ("Mijn naam is Sanne van der Meer en ik ben klant.", "name", "Sanne van der Meer"),
        ("Hoi,\n\nGroet,\nSanne Vermeer\nVermeer Advies", "company", "Vermeer Advies"),
    ],
)
def test_an_identifier_is_read_from_the_words(text: str, field: str, value: str) -> None:
    assert identifiers_in(text)[field] == value


@pytest.mark.parametrize(
    "text",
    [
        "Rekening NL91ABNA0417164301",  # wrong check digits
        "Mijn adres is info@kleinboek.nl",  # our own
        "Bedrag 12345678 euro",
        "In 2024 AD",
    ],
)
def test_what_is_no_identifier_is_left_out(text: str) -> None:
    found = identifiers_in(text)

    assert not {"iban", "email", "kvk", "phone"} & set(found)


@pytest.mark.parametrize(
    "text",
    [
        "Mijn geboortejaar is 1948 en niet 1984.",
        "boekhouding 2021-2024 in XML",
        "Om te laten weten dat 2024 om is. ALLES VAN 1937 EN LATER.",
    ],
)
def test_a_year_before_a_word_of_two_letters_is_no_postcode(text: str) -> None:
    assert "postcode" not in identifiers_in(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Dorpsstraat 4, 3511 la Utrecht", "3511 LA"),
        ("1012en amsterdam", "1012 EN"),
        ("2011AN Haarlem", "2011 AN"),
        ("Geesterduin 1, 1901 LA Castricum", "1901 LA"),
        ("mijn postcode is 1901 en", "1901 EN"),
    ],
)
def test_a_postcode_that_looks_like_a_year_or_a_word_is_one(text: str, value: str) -> None:
    assert identifiers_in(text)["postcode"] == value


@pytest.mark.parametrize(
    "text",
    [
        f"Mijn BSN is {BSN}.",
        f"bsn: {BSN[:3]} {BSN[3:6]} {BSN[6:]}",
        f"burgerservicenummer {BSN}, klantnummer {BSN}",
        f"mijn btw-nummer NL{BSN}B01 staat nog op de factuur",
    ],
)
@pytest.mark.requirement("ID-05")
def test_a_citizen_service_number_is_never_an_identifier(text: str) -> None:
    values = "".join(identifiers_in(text).values())
    changes = "".join(f"{one.old}{one.new}" for one in corrections_in(text))

    assert BSN not in values.replace(" ", "")
    assert BSN not in changes.replace(" ", "")


def test_a_company_vat_number_is_no_citizen_service_number() -> None:
    assert "NL851106183B01" in without_bsn("GravyTrain, BTW NL851106183B01, BSN onbekend")


def _with_check_digit(head: int) -> str:
    """Nine digits of which the last makes the check come out, where one digit can."""
    digits = f"{head:08d}"
    total = sum((9 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return digits + str(total % 10)


@settings(max_examples=50, deadline=None)
@given(number=st.integers(min_value=1_000_000, max_value=99_999_999).map(_with_check_digit).filter(bsn.is_valid))
def test_no_valid_bsn_survives_beside_its_word(number: str) -> None:
    assert number not in without_bsn(f"Mijn BSN is {number} en mijn naam is Sanne.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mijn rekeningnummer is veranderd, het nieuwe IBAN is NL91ABNA0417164300.",
            StatedCorrection("iban", None, "NL91ABNA0417164300"),
        ),
        (
            "Wijzig NL73INGB0004567891 in NL91ABNA0417164300, het oude rekeningnummer NL73INGB0004567891 vervalt.",
            StatedCorrection("iban", None, "NL91ABNA0417164300"),
        ),
        (
            "Oude mail: sanne@oud.example. Nieuwe mail: sanne@klant.example.",
            StatedCorrection("email", "sanne@oud.example", "sanne@klant.example"),
        ),
        ("tel is fout. 050-1234576, niet 050-1234567", StatedCorrection("phone", "050-1234567", "050-1234576")),
        ("Het KvK-nummer moet zijn 99127745.", StatedCorrection("kvk", None, "99127745")),
        ("btw nieuw NL864445566B01", StatedCorrection("btw", None, "NL864445566B01")),
        (
            "Mijn geboortedatum klopt niet: 03-08-1971 moet zijn 08-03-1971.",
            StatedCorrection("birthdate", "03-08-1971", "08-03-1971"),
        ),
        (
            "Ik ben getrouwd. Verander mijn naam van Sanne Vermeer naar Sanne Vermeer-Bakker.",
            StatedCorrection("name", "Sanne Vermeer", "Sanne Vermeer-Bakker"),
        ),
        (
            "Onze handelsnaam is gewijzigd van Vermeer Advies naar Vermeer Bouwadvies. Het nummer blijft.",
            StatedCorrection("company", "Vermeer Advies", "Vermeer Bouwadvies"),
        ),
        ("Nieuw adres: Lindelaan 4, 9401 AB Assen.", StatedCorrection("street", None, "Lindelaan 4")),
        ("Nieuw adres: Lindelaan 4, 9401 AB Assen.", StatedCorrection("postcode", None, "9401 AB")),
        ("Nieuw adres: Lindelaan 4, 9401 AB Assen.", StatedCorrection("city", None, "Assen")),
        (
            "Wij zijn verhuisd van Kerkstraat 12 in Zuidlaren naar Lindelaan 4 in Assen.",
            StatedCorrection("street", "Kerkstraat 12", "Lindelaan 4"),
        ),
    ],
)
def test_a_stated_change_is_read(text: str, expected: StatedCorrection) -> None:
    found = corrections_in(text)

    assert [one for one in found if one.field == expected.field and one.new == expected.new], found
    assert expected.old is None or expected in found


@pytest.mark.parametrize(
    ("text", "field", "new"),
    [
        (
            "Mijn naam is Sane Vermeer, dat moet zijn Sanne Vermeer. Willen jullie dat wijzigen?",
            "name",
            "Sanne Vermeer",
        ),
        ("Mijn naam is verkeerd: dat moet zijn Sanne Vermeer. Willen jullie dat wijzigen?", "name", "Sanne Vermeer"),
        ("Mijn naam is voortaan J.W. de Vries. Kunt u dat wijzigen?", "name", "J.W. de Vries"),
        ("Mijn naam moet J.W. de Vries zijn. Graag wijzigen.", "name", "J.W. de Vries"),
        ("Verander mijn naam in Sanne de Boer. Bedankt!", "name", "Sanne de Boer"),
        ("My name should be Sanne Vermeer. Could you fix that?", "name", "Sanne Vermeer"),
        ("Please change my name from S. Vermeer to Sanne de Boer. Thanks", "name", "Sanne de Boer"),
        ("De nieuwe bedrijfsnaam is Kuiper Ontwerp.", "company", "Kuiper Ontwerp"),
        ("Onze nieuwe handelsnaam wordt Kuiper Ontwerp B.V. Graag aanpassen.", "company", "Kuiper Ontwerp B.V."),
        ("Wij heten anders: onze naam ging van Kuiper Design naar Kuiper B.V. Willen jullie", "company", "Kuiper B.V."),
        ("Wijzig de bedrijfsnaam in Bakkerij Boer & Zn. Bedankt!", "company", "Bakkerij Boer & Zn"),
        ("Ons bedrijf heet voortaan Kuiper Ontwerp. Pas het aan.", "company", "Kuiper Ontwerp"),
        ("Our new company name is Kuiper Design Ltd. Please update it.", "company", "Kuiper Design Ltd"),
        ("The company name should be Kuiper Design. Thanks", "company", "Kuiper Design"),
        ("Nieuw adres: St. Jansstraat 4, 9401 AB Den Haag. Graag aanpassen", "street", "St. Jansstraat 4"),
        ("Nieuw adres: St. Jansstraat 4, 9401 AB Den Haag. Graag aanpassen", "city", "Den Haag"),
        ("Ik woon nu in Assen. Lindelaan 4. Pas mijn adres aan.", "street", "Lindelaan 4"),
        ("Mijn adres is niet Lindelaan 4, het is Lindelaan 14-III. Pas aan.", "street", "Lindelaan 14-III"),
        ("Het adres moet Lindelaan 14-III zijn in plaats van Lindelaan 14.", "street", "Lindelaan 14-III"),
        ("You have my address wrong. It should be Lindelaan 31, Assen. Please fix it.", "street", "Lindelaan 31"),
        ("De woonplaats moet zijn Den Bosch. Willen jullie dat doen?", "city", "Den Bosch"),
        ("The town should be Assen. Please change it.", "city", "Assen"),
    ],
)
def test_a_value_ends_where_its_sentence_ends(text: str, field: str, new: str) -> None:
    assert [one.new for one in corrections_in(text) if one.field == field] == [new]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Sanne Vermeer. Willen", "Sanne Vermeer"),
        ("J.W. de Vries", "J.W. de Vries"),
        ("Vermeer B.V. Graag", "Vermeer B.V."),
        ("B.V. Vermeer", "B.V. Vermeer"),
        ("St. Jansstraat", "St. Jansstraat"),
        ("Zouden", None),
        ("de van", None),
    ],
)
def test_a_name_keeps_its_initials_and_loses_the_next_sentence(value: str, kept: str | None) -> None:
    assert tidied(value) == kept


def test_a_name_in_front_of_another_sentence_identifies_the_writer() -> None:
    assert identifiers_in("Mijn naam is Sanne Vermeer. Willen jullie iets doen?")["name"] == "Sanne Vermeer"


@pytest.mark.parametrize(
    "text",
    [
        "Mijn naam is Sanne Vermeer, kunt u mijn adres aanpassen?",
        "Onze bedrijfsnaam is Kuiper Ontwerp.",
        "De nieuwe bedrijfsnaam is Bakkerij de Gouden korst.",
        "Versie 8 en artikel 15: kunt u het adres aanpassen?",
        "Mijn naam klopt niet. Het moet zijn Esweg 31.",
        "Adreswijziging volgt. Kvk 99127745.",
        "Mijn adres klopt niet, kunt u dat aanpassen?",
        "Mijn naam is Sanne Vermeer en mijn klantnummer is 204518.",
        "Wat staat er bij jullie als mijn rekeningnummer? Ik betaal vanaf NL91ABNA0417164300.",
        "Van maandag naar dinsdag verhuizen we de vergadering.",
    ],
)
def test_no_value_is_made_up(text: str) -> None:
    assert not corrections_in(text)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300))
def test_fields_are_those_of_the_list(text: str) -> None:
    assert all(one.field in FIELDS and one.new for one in corrections_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben de nieuwe eigenaar van dit account, zet het op mijn naam: Joris Bakker.",
        "Zet het account graag op mijn naam, Joris Bakker in plaats van Sanne Vermeer.",
        "I am the new owner, so change the name from Sanne Vermeer to Joris Bakker.",
    ],
)
def test_whom_an_account_belongs_to_is_no_name_that_is_put_right(text: str) -> None:
    told = (Spoken("name", new=True, words="Joris Bakker", chance=0.99),)

    assert [one.field for one in corrections_in(text, told)] == []

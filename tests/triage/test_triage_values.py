"""Values as the encoder marks them, piece by piece, and what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.triage.corrections import corrections_in
from bot.triage.numbers import btws, ibans, phones, without_ibans
from bot.triage.values import TAGS, Spoken, spoken
from bot.triage.verdict import StatedCorrection


def told(marked: str) -> list[tuple[str, bool, str]]:
    """Values in a sentence of which every word is a piece, with its tag behind a slash."""
    words = [word.rpartition("/") if "/" in word else (word, "", "") for word in marked.split(" ")]
    sentence, places = b"", []
    for word, _, _ in words:
        begin = len(sentence)
        sentence += word.encode() + b" "
        places.append((begin, len(sentence) - 1))
    tags = [TAGS.index(tag.replace("+", "new ").replace("-", "old ")) for _, _, tag in words]
    return [(one.field, one.new, one.words) for one in spoken(sentence, places, scores(tags))]


def scores(tags: Sequence[int]) -> NDArray[np.float32]:
    """Log-odds of an encoder that is sure."""
    return np.eye(len(TAGS), dtype=np.float32)[list(tags)] * 10


def test_pieces_that_follow_each_other_are_one_value() -> None:
    assert told("naar Lindelaan/+street 4b,/+street Assen/+city") == [
        ("street", True, "Lindelaan 4b"),
        ("city", True, "Assen"),
    ]


def test_an_old_and_a_new_value_of_one_field_stay_apart() -> None:
    assert told("niet Jansen/-name maar Janssen/+name") == [("name", False, "Jansen"), ("name", True, "Janssen")]


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("ik heet Dirk/+name van/+name Schie en", "Dirk van Schie"),
        ("Rie van/+name der/+name Velde.", "van der Velde"),
        ("nu Zon/+name &/+name Zo", "Zon & Zo"),
        ("nu Bas/+name van/+name", "Bas"),
        ("nu De,/+name zeg ik", "De"),
    ],
)
def test_a_name_does_not_end_in_a_word_that_goes_on(marked: str, value: str) -> None:
    assert told(marked) == [("name", True, value)]


def test_a_number_takes_no_word_behind_it() -> None:
    assert told("op 0612345678/+phone van mij") == [("phone", True, "0612345678")]


def test_a_comma_ends_a_value() -> None:
    assert told("Smit/+company B.V.,/+company kvk/+company") == [
        ("company", True, "Smit B.V."),
        ("company", True, "kvk"),
    ]


def test_the_pieces_of_a_word_vote() -> None:
    tags = [0, TAGS.index("new city"), TAGS.index("new city"), TAGS.index("old name")]

    found = list(spoken("naar Čačak!".encode(), [(0, 4), (5, 7), (7, 10), (10, 13)], scores(tags)))

    assert [(one.field, one.words) for one in found] == [("city", "Čačak")]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Kade/+street 7./+street", "Kade 7"),
        ("Bouwbedrijf/+company Smit/+company B.V./+company", "Bouwbedrijf Smit B.V."),
        ("'s-Hertogenbosch/+city", "'s-Hertogenbosch"),
        ('"Vermeer"/+name', "Vermeer"),
        ("Zorgé/+name", "Zorgé"),
        ("Smit/+name (senior)/+name", "Smit (senior)"),
    ],
)
def test_marks_around_a_value_go_and_marks_of_it_stay(written: str, value: str) -> None:
    assert [words for _, _, words in told(written)] == [value]


def test_more_pieces_than_tags_are_no_error() -> None:
    assert list(spoken(b"een twee", [(0, 3), (3, 8)], scores([0]))) == []


def test_what_was_marked_comes_before_what_the_wording_says() -> None:
    text = "Mijn nieuwe e-mailadres is anna@klant.example, mijn naam is nu Anna Zoet."

    found = corrections_in(text, (Spoken("name", True, "Anna Zoet"), Spoken("name", False, "Anna Bitter")))

    assert StatedCorrection("name", "Anna Bitter", "Anna Zoet") in found
    assert StatedCorrection("email", None, "anna@klant.example") in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("iban", "NL91ABNA04171643"),  # two digits short
        ("email", "anna apenstaartje klant"),
        ("phone", "12"),
        ("kvk", "1234"),
        ("name", "x" * 101),
        ("name", "Anna, bsn 111222333"),
        ("other", "2009"),
        ("other", "111.222.333"),
        ("other", "Jansen 111-222-333"),
        ("other", "NL1112.22.333.B01"),
        ("company", "Bob Bouw 1112 22333"),
        ("kvk", "11122233 3"),
        ("postcode", "9401"),  # half of one
    ],
)
def test_a_marked_value_that_does_not_read_as_one_is_left_to_a_person(field: str, words: str) -> None:
    assert corrections_in("", (Spoken(field, True, words),)) == ()


def test_of_two_new_values_the_likelier_counts() -> None:
    found = corrections_in("", (Spoken("street", True, "Kade 7", 0.7), Spoken("street", True, "Kade 9", 0.9)))

    assert found == (StatedCorrection("street", None, "Kade 9"),)


@pytest.mark.parametrize(
    "text",
    [
        "Mijn nieuwe nummer is 0612345678. O nee wacht, het is 0612345687.",
        "Noteer 0612345678, pardon, ik bedoel 0612345687 als mijn nummer.",
        "My new number: 0612345678, no wait, 0612345687.",
    ],
)
def test_of_two_new_values_the_one_that_was_meant_counts(text: str) -> None:
    told = (Spoken("phone", True, "0612345678", 0.99), Spoken("phone", True, "0612345687", 0.6))

    assert corrections_in(text, told) == (StatedCorrection("phone", None, "0612345687"),)


def test_who_forgot_to_tell_his_new_number_has_an_old_one_too() -> None:
    text = "Mijn oude nummer is 0612345678, oeps, vergeten te melden: het nieuwe is 0612345687."
    told = (Spoken("phone", True, "0612345678", 0.9), Spoken("phone", True, "0612345687", 0.9))

    assert corrections_in(text, told) == (StatedCorrection("phone", "0612345678", "0612345687"),)


@pytest.mark.parametrize(
    ("text", "marked", "new"),
    [
        ("Ik ben van 03-11-1987 en niet van 1978.", "1-1987", ["03-11-1987"]),
        ("Volgens u 11-03-1987, maar het is 03-11-1987.", "-1987", []),  # which of the two was marked?
    ],
)
def test_a_day_that_was_marked_in_part_is_read_whole_or_not_at_all(text: str, marked: str, new: list[str]) -> None:
    found = corrections_in(text, (Spoken("birth_date", True, marked, 0.9),))

    assert [one.new for one in found if one.field == "birthdate"] == new


def test_a_day_that_stands_by_itself_stays_as_it_is() -> None:
    text = "Ma date de naissance chez vous est le 12 mars 1977 ; je suis née le 2 mars 1977."
    found = corrections_in(text, (Spoken("birth_date", True, "2 mars 1977", 0.9),))

    assert [one.new for one in found] == ["2 mars 1977"]


def test_a_bracket_that_is_closed_elsewhere_is_no_part_of_a_number() -> None:
    assert list(phones("het oude (06-12990034 van de zaak) en (0592) 312345")) == ["06-12990034", "(0592) 312345"]


def test_a_value_that_nothing_checks_and_nobody_is_sure_of_is_left_to_a_person() -> None:
    assert corrections_in("", (Spoken("name", True, "Anna Zoet", 0.4),)) == ()


def test_a_number_marked_in_part_is_read_whole_from_the_text() -> None:
    text = "Graag noteren: 06 1234 5678 is het nieuwe nummer."

    assert [one.new for one in corrections_in(text, (Spoken("phone", True, "1234 5678"),))] == ["06 1234 5678"]


def test_words_that_call_a_value_old_go_before_the_mark() -> None:
    text = "Van NL91ABNA0417164300 graag naar NL20INGB0001234567."
    marks = (Spoken("iban", True, "NL91ABNA0417164300", 0.9), Spoken("iban", True, "NL20INGB0001234567", 0.6))

    [found] = corrections_in(text, marks)

    assert (found.old, found.new) == ("NL91ABNA0417164300", "NL20INGB0001234567")


def test_what_becomes_another_value_is_old_whatever_the_mark() -> None:
    text = "Mijn adres is niet meer oud@klant.example maar nieuw@klant.example."
    marks = (Spoken("email", True, "oud@klant.example", 0.9), Spoken("email", True, "nieuw@klant.example", 0.6))

    assert [one.new for one in corrections_in(text, marks)] == ["nieuw@klant.example"]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Op de Kade, 7a nu.", ["Kade 7a"]),
        ("Op de Kade dus.", []),
        ("Kade\n12 te Assen", ["Kade 12"]),
        ("Kade 9401 AB Assen", []),  # a postcode
        ("Kade is fout, het wordt Kade 4.", ["Kade 4"]),
        ("Kade 12345678", []),
    ],
)
def test_a_street_has_a_number(text: str, street: list[str]) -> None:
    assert [one.new for one in corrections_in(text, (Spoken("street", True, "Kade"),))] == street


def test_a_value_full_of_dots_costs_no_time() -> None:
    value = "12" + "." * 40 + "03" + "." * 40 + "1980"
    began = time.process_time()

    corrections_in(f"12{'.' * 60}x\nMijn geboortedatum moet zijn {value}", (Spoken("birth_date", True, value),) * 3)

    assert time.process_time() - began < 0.5


def test_a_word_without_a_piece_does_not_end_the_sentence() -> None:
    found = spoken("\u200b Kade 7".encode(), [(4, 8), (9, 10)], scores([TAGS.index("new street")] * 2))

    assert [one.words for one in found] == ["Kade 7"]


def test_the_same_value_twice_is_one() -> None:
    assert len(corrections_in("", (Spoken("street", True, "Kade 7"), Spoken("street", True, "Kade  7")))) == 1


@pytest.mark.parametrize("word", ["naar", "en", "for"])
def test_an_account_in_groups_does_not_swallow_the_next_one_over_a_short_word(word: str) -> None:
    text = f"Wijzig NL91 ABNA 0417 1643 00 {word} NL20 INGB 0001 2345 67 graag."

    assert list(ibans(text)) == ["NL91ABNA0417164300", "NL20INGB0001234567"]
    assert list(phones(text)) == []


def test_a_letter_that_becomes_two_in_capitals_moves_no_account() -> None:
    text = "Grüße aus der Straße, Fußweg: NL91 ABNA 0417 1643 00 ist das neue"

    assert without_ibans(text).replace(" ", "") == "GrüßeausderStraße,Fußweg:istdasneue"


def test_the_number_of_a_branch_is_no_telephone_number() -> None:
    assert list(phones("Vestigingsnummer 000041882907 moet 000052119403 worden.")) == []


@pytest.mark.parametrize(
    "text",
    [
        "BTW BE0829.114.672 1000 Brussel",
        "order NO2024-0012-345-67",
        "BE2024-0012-3456-78",
        "rekening BE68 5390 0754 7000",
    ],
)
def test_a_vat_or_an_order_number_with_digits_behind_it_is_no_account(text: str) -> None:
    assert list(ibans(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "NL91ABNA0417164300-ING",
        "NL91 ABNA 0417 1643 00-oud",
        "NL91ABNA0417164300.Graag",
        "VF24 0012 3456 NL91ABNA0417164300",
    ],
)
def test_a_word_or_a_number_that_is_joined_to_an_account_is_left(text: str) -> None:
    assert list(ibans(text)) == ["NL91ABNA0417164300"]


def test_a_foreign_vat_number_beside_the_words_for_a_citizen_number_is_not_read() -> None:
    assert list(btws("MIJN BSN IS DE 123456789")) == []
    assert list(btws("USt-IdNr. DE 123456789")) == ["DE123456789"]

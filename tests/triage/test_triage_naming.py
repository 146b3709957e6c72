"""Which name and which company count: what the wordings read, or what the encoder marked."""

from __future__ import annotations

import pytest

from bot.triage import naming
from bot.triage.values import Spoken


def name(words: str, chance: float = 0.7, field: str = "name") -> Spoken:
    return Spoken(field, new=False, words=words, chance=chance)


def named(found: dict[str, str], marked: list[Spoken], text: str = "Dag,\n\nGraag.") -> dict[str, str]:
    return naming.named(found, marked, text)


def test_where_the_wordings_found_none_the_mark_counts() -> None:
    assert named({"kvk": "12345678"}, [name("Sanne Bakker")]) == {"kvk": "12345678", "name": "Sanne Bakker"}


def test_a_mark_that_is_a_guess_names_nobody() -> None:
    assert named({}, [name("Sanne Bakker", 0.4)]) == {}


def test_of_two_that_differ_the_wordings_go_first_unless_the_encoder_is_sure() -> None:
    assert named({"name": "Joris Vos"}, [name("Sanne Bakker", 0.5)]) == {"name": "Joris Vos"}
    assert named({"name": "Joris Vos"}, [name("Sanne Bakker", 0.7)]) == {"name": "Sanne Bakker"}


@pytest.mark.parametrize(("worded", "marked"), [("Sanne", "Sanne Bakker"), ("Sanne Bakker", "Sanne")])
def test_of_two_that_overlap_the_longer_counts(worded: str, marked: str) -> None:
    assert named({"name": worded}, [name(marked, 0.95)]) == {"name": "Sanne Bakker"}


def test_of_a_name_marked_whole_and_in_part_the_whole_counts() -> None:
    assert named({}, [name("Sanne", 0.9), name("Sanne Bakker", 0.6)]) == {"name": "Sanne Bakker"}


def test_titles_and_what_leads_to_a_name_are_no_part_of_it() -> None:
    marked = [name("mw. S. Bakker"), name("t.n.v. Zon & Zo", field="company")]

    assert named({}, marked) == {"name": "S. Bakker", "company": "Zon & Zo"}


@pytest.mark.parametrize(
    "words", ["sanne@klant.example", "x", "S" * 61, "Sanne 123456782", "NL 123.456.782 B01", "Sanne 12 34 56 782"]
)
def test_what_cannot_be_a_name_is_none(words: str) -> None:
    assert named({}, [name(words, 0.99)]) == {}


def test_a_year_or_a_house_may_be_part_of_what_a_company_is_called() -> None:
    assert named({}, [name("Studio 2024", 0.9, "company")]) == {"company": "Studio 2024"}


def test_who_acts_for_somebody_leaves_neither_his_own_name_nor_his_firm() -> None:
    text = "Namens mijn cliënt vraag ik inzage.\n\nmr. J. Vos\nVos Advocatuur"
    marked = [name("J. Vos", 0.99), name("Vos Advocatuur", 0.99, "company")]

    assert named({"name": "Sanne Bakker"}, marked, text) == {"name": "Sanne Bakker"}
    assert named({}, marked, text) == {}


@pytest.mark.parametrize(("worded", "kept"), [({}, "Joop van Echten"), ({"name": "Echten"}, "Joop van Echten")])
def test_for_whom_an_agent_writes_is_read_from_the_marks_where_the_wordings_know_no_more(
    worded: dict[str, str], kept: str
) -> None:
    text = "Ik ben bewindvoerder. Het gaat om Joop van Echten.\n\nmr. J. Vos"
    marked = [name("J. Vos", 0.7), name("Joop van Echten", 0.95)]

    assert named(worded, marked, text)["name"] == kept
    assert named({"name": "Sanne Bakker"}, marked, text)["name"] == "Sanne Bakker"
    assert named({}, [name("J. Vos", 0.95), name("Joop van Echten", 0.5)], text) == {}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Ik ben Joris Bakker, bewindvoerder van een klant van u. Graag inzage.\n\nRust Bewind", "Joris Bakker"),
        ("Ik ben mr. Joris Bakker en als curator vraag ik inzage.\n\nJ. Bakker", "Joris Bakker"),
        ("Als bewindvoerder vraag ik inzage voor mijn cliënt.\n\nmr. J. Vos", "Jan Vos"),
        ("Beste Lotte Smit, als bewindvoerder vraag ik inzage.\n\nJoris Bakker", "Lotte Smit"),
    ],
)
def test_an_agent_and_whom_he_greets_are_nobody_he_acts_for(text: str, marked: str) -> None:
    assert named({}, [name(marked, 0.95)], text) == {}


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    [
        ("Groet, Wietske Bij de Vaate-Holtrop", "Wietske", "Wietske Bij de Vaate-Holtrop"),
        ("Bien à vous,\nJean-Baptiste d'Harcourt", "Jean-Baptiste", "Jean-Baptiste d'Harcourt"),
        ("Jorieke v.d. Brandhof, kantoor", "Jorieke", "Jorieke v.d. Brandhof"),
        ("Groet, Anna Maria te Riele", "Anna Maria te Riele", "Anna Maria te Riele"),
        ("Groet, Peter\nPeter Vos Assurantiën", "Peter", "Peter"),
        ("Ik ben Anne.\nAnne Frank Huis is mijn klant", "Anne", "Anne"),
        ("J.B. Nagtegaal sr.", "J.B. Nagtegaal sr.", "J.B. Nagtegaal sr."),
        ("Ik ben Anne. Bakker is mijn beroep.", "Anne", "Anne"),
        ("Ik ben Ulrike Schaap van Schaap & Wol.", "Ulrike Schaap van Schaap", "Ulrike Schaap"),
        ("Organist Gijsbert Kok", "Organist Gijsbert Kok", "Gijsbert Kok"),
    ],
)
def test_a_name_is_read_whole_and_nothing_behind_it(text: str, marked: str, whole: str) -> None:
    assert named({}, [name(marked, 0.95)], text) == {"name": whole}


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    [
        ("Groet,\nBram\nGemeente Tynaarlo", "Gemeente", "Gemeente Tynaarlo"),
        ("Bram, Zonnecomfort NV, Turnhout", "Zonnecomfort", "Zonnecomfort NV"),
        ("Receptie De Graaf Koeltechniek BV, Zwolle", "Receptie De Graaf Koeltechniek", "De Graaf Koeltechniek BV"),
        ("Privacy Academie Nederland, kvk 99700500", "Academie", "Privacy Academie Nederland"),
        ("Het heet Windmill Coffee C.V. Please amend.", "Windmill Coffee C.V.", "Windmill Coffee C.V."),
        ("bram, marmara kebab, assen", "kebab", "marmara kebab"),
        ("Het gaat om Bar-Bistro 'De Eendracht', Pe", "Bar-Bistro 'De Eendracht", "Bar-Bistro 'De Eendracht'"),
        ("Voor Tandarts Lelie 123456782 graag", "Tandarts Lelie", "Tandarts Lelie"),
        ("Wij zijn Finvisie en zoeken een pakket.", "Finvisie", "Finvisie"),
        ("Betreft Van den Heuvel Kunststoffen (crediteur)", "Van den Heuvel", "Van den Heuvel Kunststoffen"),
        ("Regards, Hollis & Grey, supplier", "& Grey", "Hollis & Grey"),
        ("Loodgietersbedrijf Gebr. Out, klantnr. 3", "Loodgietersbedrijf Gebr", "Loodgietersbedrijf Gebr. Out"),
        ("Groet, van den Dool Advies", "van den Dool Advies", "van den Dool Advies"),
        ("VAN DER LEK BETON", "VAN DER LEK BETON", "VAN DER LEK BETON"),
        ("Stal Hippolyta te Meppel", "Stal", "Stal Hippolyta"),
        ("Wij, Stichting De Boei te Den Helder, betalen", "Stichting De Boei te Den Helder", "Stichting De Boei"),
        ("Cliënt Tuincentrum De Boomgaard heeft", "Cliënt Tuincentrum De Boomgaard", "Tuincentrum De Boomgaard"),
    ],
)
def test_a_company_is_read_whole_and_nothing_beside_it(text: str, marked: str, whole: str) -> None:
    assert named({}, [name(marked, 0.95, "company")], text) == {"company": whole}


@pytest.mark.parametrize("words", ["", '"'])
def test_an_empty_mark_is_no_company(words: str) -> None:
    assert "company" not in named({}, [name(words, 0.95, "company")], "x")
    assert named({"company": words}, [], "x").get("company", "") == ""


def test_a_surname_that_a_company_has_too_stays() -> None:
    marked = [name("Kees van Vos", 0.9), name("Vos", 0.9, "company")]

    assert named({}, marked, "Kees van Vos, Vos")["name"] == "Kees van Vos"


def test_who_is_of_a_company_is_not_named_after_it() -> None:
    text = "Ik ben Bernadette van Kinderdagverblijf De Kikkerpoel."
    marked = [
        name("Bernadette van Kinderdagverblijf De Kikkerpoel", 0.7),
        name("Kinderdagverblijf De Kikkerpoel", 0.9, "company"),
    ]

    assert named({}, marked, text) == {"name": "Bernadette", "company": "Kinderdagverblijf De Kikkerpoel"}

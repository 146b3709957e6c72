"""A correction of nothing but the house number."""

from __future__ import annotations

import pytest

from bot.triage.corrections import corrections_in
from bot.triage.house_numbers import number_alone, on_the_street_of
from bot.triage.values import Spoken


@pytest.mark.parametrize(
    ("on_file", "old", "stated", "whole"),
    [
        ("Hoofdweg 9", None, "9-17", "Hoofdweg 9-17"),
        ("Hoofdweg 9", "9", "9-17", "Hoofdweg 9-17"),
        ("Van der Hoopstraat 18 a", "18", "18 b", "Van der Hoopstraat 18 b"),
        ("Lindelaan 41", "Lindelaan 41", "14", "Lindelaan 14"),
        ("1e Wilhelminastraat 4", None, "nr 40", "1e Wilhelminastraat 40"),
        ("Kadijk 18 - 2", None, "18 - 3", "Kadijk 18 - 3"),
        ("Lindelaan 12", None, "12 bis", "Lindelaan 12 bis"),
        ("Lindelaan 12", "41", "Kadijk 3", "Kadijk 3"),
        ("Lindelaan 12", None, "De Wende, app. 212", "De Wende, app. 212"),
        ("Lindelaan 12", None, "12 januari", "12 januari"),
    ],
)
def test_a_number_alone_stands_behind_the_street_on_file(
    on_file: str, old: str | None, stated: str, whole: str
) -> None:
    assert on_the_street_of(on_file, stated, old) == whole


@pytest.mark.parametrize(
    "on_file",
    [
        *(None, "", "Postbus", "12", "Lindelaan", "Postbus 123", "Antwoordnummer 12", "Industrieweg 12 unit 4"),
        *("Kadijk 18 bus 3", "De Wende, app. 212", "Kerkstraat 12 2", "Lindelaan 12 1234 AB", "Plein 1944 7"),
        *("Kerkstraat 12 t/m 16", "Kerkstraat 41-3", "Kerkstraat 41 A"),
    ],
)
def test_without_a_plain_street_and_number_on_file_a_person_decides(on_file: str | None) -> None:
    assert on_the_street_of(on_file, "14") is None


@pytest.mark.parametrize(
    ("on_file", "old", "stated", "whole"),
    [
        ("Hoofdweg 9", "Hoofdweg", "Hoofdstraat", "Hoofdstraat 9"),
        ("Hoofdweg 9 a", "hoofdweg 9 a", "Hoofdstraat", "Hoofdstraat 9 a"),
        ("Hoofdweg", "Hoofdweg", "Hoofdstraat", "Hoofdstraat"),
        ("Hoofdweg 9", None, "Huize De Linde", "Huize De Linde"),
        ("Kadijk 9", "Hoofdweg", "Hoofdstraat", None),
        ("Hoofdweg 9", "Hoofdweg 7", "Hoofdstraat", None),
        ("Hoofdweg 9 unit 3", "Hoofdweg", "Hoofdstraat", None),
        (None, "Hoofdweg", "Hoofdstraat", None),
    ],
)
def test_a_street_alone_keeps_the_number_where_the_old_street_is_the_one_on_file(
    on_file: str | None, old: str | None, stated: str, whole: str | None
) -> None:
    assert on_the_street_of(on_file, stated, old) == whole


@pytest.mark.parametrize(
    ("text", "told", "street"),
    [
        ("Onze straat heet geen Hoofdweg maar Hoofdstraat.", ("Hoofdstraat", "Hoofdweg"), "Hoofdstraat"),
        ("De Hoofdweg 9 heet voortaan Hoofdstraat, door de gemeente.", ("Hoofdstraat", "Hoofdweg 9"), "Hoofdstraat"),
        ("Wij zijn verhuisd van de Hoofdweg naar de Hoofdstraat.", ("Hoofdstraat", "Hoofdweg"), None),
        ("Ik woon nu in de Hoofdstraat, niet de Hoofdweg.", ("Hoofdstraat", "Hoofdweg"), None),
        ("De straat is Hoofdstraat.", ("Hoofdstraat", None), None),
        ("Niet Hoofdweg maar Hoofdstraat nummer 14.", ("Hoofdstraat", "Hoofdweg"), None),
        ("Niet Hoofdweg maar Hoofdstraat (14).", ("Hoofdstraat", "Hoofdweg"), None),
        ("Niet Hoofdweg maar Hoofdstraat veertien.", ("Hoofdstraat", "Hoofdweg"), None),
        ("Wij zitten niet aan de Hoofdweg maar Hoofdstraat.", ("Hoofdstraat", "Hoofdweg"), None),
        ("Ons nieuwe adres is Hoofdstraat, niet meer Hoofdweg.", ("Hoofdstraat", "Hoofdweg"), None),
        ("We zijn van de Hoofdweg naar de Hoofdstraat gegaan.", ("Hoofdstraat", "Hoofdweg"), None),
        ("Niet Hoofdweg maar Postbus.", ("Postbus", "Hoofdweg"), None),
        ("Ik woon sinds 2019 op nummer 14, niet 41.", ("14", "41"), "14"),
        ("Niet Hoofdweg maar Oude Hoofdweg 3.", ("Oude", "Hoofdweg"), None),
        ("Niet nummer negen maar twaalf.", ("twaalf", "negen"), None),
    ],
)
def test_a_street_alone_is_told_beside_the_old_one(text: str, told: tuple[str, str | None], street: str | None) -> None:
    values = [Spoken("street", number < 1, words) for number, words in enumerate(told) if words]
    assert [one.new for one in corrections_in(text, values) if one.field == "street"] == ([street] if street else [])


def test_another_number_on_file_than_the_one_that_was_told_is_for_a_person() -> None:
    assert on_the_street_of("Kerkstraat 7", "14", "41") is None


@pytest.mark.parametrize(
    "value",
    ["Lindelaan 12", "links", "", "1234567", "06-12345678", "2 dozen", "9000 AB 3", "9000 AB", "1234ab", "0", "12 en"],
)
def test_what_is_more_than_a_number_is_no_house_number(value: str) -> None:
    assert number_alone(value) is None


@pytest.mark.parametrize(
    ("text", "told", "street"),
    [
        ("Huisnummer is 118 en niet 181.", ("118", None), "118"),
        ("Jullie hebben Kadijk 41, dat moet 14 zijn.", ("14", "Kadijk 41"), "Kadijk 14"),
        ("Wij zijn verhuisd naar de Kadijk. Het huisnummer is 14.", ("14", None), None),
        ("Straat: Kadijk\nHuisnummer: 14\nGraag mijn adres wijzigen.", ("14", None), None),
        ("Nieuw huisnummer 18, en nieuwe straat volgt nog.", ("18", None), None),
        ("Onze postbus is gewijzigd: 14 in plaats van 123.", ("14", None), None),
    ],
)
def test_a_number_is_told_where_nothing_says_that_the_street_changes(
    text: str, told: tuple[str, str | None], street: str | None
) -> None:
    values = [Spoken("street", number < 1, words) for number, words in enumerate(told) if words]
    assert [one.new for one in corrections_in(text, values) if one.field == "street"] == ([street] if street else [])

"""What stands about somebody without a field of its own, told in plain wordings."""

from __future__ import annotations

import pytest

from bot.triage.corrections import corrections_in
from bot.triage.remarks import remark
from bot.triage.values import Spoken
from bot.triage.verdict import StatedCorrection


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bij mij staat 'opgezegd'. Maak daar maar weer 'lopend' van.", "lopend"),
        ("Maak er gewoon particulier van, ik heb geen zaak meer.", "particulier"),
        ("Er staat 'moeilijke klant' bij mijn naam. Maak ervan: 'kritische klant'.", "kritische klant"),
        ("Als branche staat 'horeca' vermeld, dat moet 'hospice' zijn.", "hospice"),
        ("Daar hoort “voldaan” te staan, de factuur is betaald.", "voldaan"),
        ("Kunt u de aanhef wijzigen in 'Geachte mevrouw'?", "Geachte mevrouw"),
        ("Tekenbevoegd: 'alleen' wordt 'gezamenlijk'.", "gezamenlijk"),
        ("Mijn functie: 'stagiair' -> 'bedrijfsleider'", "bedrijfsleider"),
        ("Ik ben geen 'penningmeester' meer maar \"erelid\".", "erelid"),
        ("Mijn functie is geen penningmeester meer maar voorzitter.", "voorzitter"),
        ("Er staat nu 'dhr.'; graag voortaan 'mevr. dr.'", "mevr. dr"),
        ("In de kaart 'alleenstaand' vermelden alstublieft.", "alleenstaand"),
        ("Die status klopt niet, zet ons weer op actief.", "actief"),
        ("Zet er 'n.v.t.' neer.", "n.v.t"),
        ('Bij beroep staat "huisvrouw" en ik ben slager.', "slager"),
        ("U heeft mij als particulier te boek staan. Ik ben sinds 2019 zzp'er, pas dat aan.", "zzp'er"),
    ],
)
def test_what_should_stand_there_is_read(text: str, value: str) -> None:
    assert list(remark(text, ())) == [StatedCorrection("other", None, value)]
    assert StatedCorrection("other", None, value) in corrections_in(text, [])


@pytest.mark.parametrize(
    "text",
    [
        "Er staat dat ik doof ben. Dat ben ik niet, maak er maar wat moois van.",
        "Zet u dat alstublieft recht.",
        "Mijn naam staat er verkeerd, ik ben verhuisd.",
        "Wij zijn geen klant meer maar dat wisten jullie.",
        "Het is niet dringend maar belangrijk.",
        "Ik ben niet boos, maar teleurgesteld.",
        "Ik wil geen correctie maar wissing.",
        "Ik ben niet ziek maar zwanger.",
        "Jullie maken er een zooitje van.",
        "U maakt er misbruik van.",
        "Volgens u staat achter mijn naam dat ik ben overleden. Dat was mijn man.",
        "Waarom staat mijn adres nog online? Ik ben woedend.",
        "Via 'Instellingen' > 'Profiel' kan ik niets wijzigen.",
        "Graag 'voor vrijdag'.",
    ],
)
def test_what_is_no_wish_is_no_remark(text: str) -> None:
    assert list(remark(text, ())) == []


@pytest.mark.parametrize(
    "text",
    [
        "Daar moet niet 'overleden' staan.",
        "Er moet absoluut niet 'fraudeur' staan.",
        "Het mag nooit 'failliet' worden.",
        "Dat moet geen 'mevrouw' zijn.",
        "Wijzig dit alsjeblieft niet in 'inactief'.",
        "U hebt mijn branche veranderd in 'escort', zonder toestemming.",
    ],
)
def test_what_is_denied_or_was_done_is_no_remark(text: str) -> None:
    assert list(remark(text, ())) == []


@pytest.mark.parametrize(
    "text",
    [
        "Er staat 'Jansen', dat moet 'Piet van der Jansen' zijn.",
        "Mijn naam: 'Bos' moet 'Vos' zijn.",
        "Het adres moet 'Dorpsstraat 18' worden.",
        "Het adres is fout: 'info@oud.example' moet 'info@nieuw.example' zijn.",
        "Mijn wachtwoord moet 'Zomer2024!' zijn.",
        "Het factuurnummer moet '2024-0881' zijn.",
        "verander het in 's hemelsnaam, die baby's bellen me",
        "Bij mijn buurman moet 'wanbetaler' staan.",
        "Maak er 'lopend' van. Nee wacht, maak er toch maar 'opgezegd' van.",
    ],
)
def test_what_has_a_field_or_is_anothers_or_taken_back_is_no_remark(text: str) -> None:
    assert list(remark(text, ())) == []


@pytest.mark.parametrize(
    "text",
    [
        "Het nummer 'x' moet '111222333' zijn.",
        "Mijn BSN moet '12345684' zijn, zonder nul.",
        "Daar moet '111_222_333' staan.",
        "Het moet '111 - 222 - 333' zijn.",
        "Mijn BSN: maak er 111222 en 333 van.",
    ],
)
def test_a_citizen_service_number_is_no_remark(text: str) -> None:
    assert [one.new for one in corrections_in(text, []) if one.field == "other"] == []


def test_where_the_owner_changes_no_remark_is_read() -> None:
    assert corrections_in("Wij hebben een nieuwe eigenaar. Er staat 'Bos', dat moet 'Vos' worden.", []) == ()


def test_a_value_that_a_change_tells_is_told_once() -> None:
    text = "Mijn achternaam staat er als 'Bos', dat moet 'Vos' zijn."
    assert list(remark(text, (StatedCorrection("name", "Bos", "Vos"),))) == []
    assert [one.field for one in corrections_in(text, [Spoken("name", True, "Vos")])] == ["name"]


def test_beside_another_change_what_somebody_calls_himself_is_chat() -> None:
    text = "U noemt mij Henk, ik ben bakker. Mijn nieuwe nummer is 06-12345678."
    assert list(remark(text, (StatedCorrection("phone", None, "06-12345678"),))) == []


def test_of_a_long_hostile_text_only_the_beginning_is_read() -> None:
    for piece in ("zet er maar ", "wordt 'a", "staat ik ben een ", "geen a maar ", '"'):
        assert list(remark(piece * 20_000, ())) == []
    assert list(remark("Zo. " * 1_600 + "Maak er 'lopend' van.", ())) == []

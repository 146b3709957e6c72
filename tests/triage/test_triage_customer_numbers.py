"""The customer number that stands without a word for it, at the foot of a mail."""

from __future__ import annotations

import pytest

from bot.triage.identifiers import identifiers_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Graag een overzicht van alles over mij. Marleen Hulshof, 73390", "73390"),
        ("Zet de herinneringen uit. Hilly Postma, 8804", "8804"),
        ("Zo smoor je trouw. / Inge Castelein, 318845", "318845"),
        ("Zet hem open. Gossina de Haas, TZ-4122", "TZ-4122"),
        ("U treft geen blaam. Foppe Engels, 1130-77", "1130-77"),
        ("Verwijder mijn gegevens, alle drie de adressen. 40117", "40117"),
        ("Haal mij van de lijst.\n\n60331\n", "60331"),
        ("Ruim mij op. 33907, Melle Hania", "33907"),
        ("Bevriezen graag. Olaf Zijlstra, KLB 0045-9", "KLB0045-9"),
        ("See my file. Priya Ramdas, A-0912", "A-0912"),
        ("Alleen bewaren. Wietske Agema · Agema Agrarisch · K20991", "K20991"),
        ("Aanhef is fout. Jo Bergsma, 61 220", "61220"),
        ("Wijzigen. Petra Lok, 30 88 12", "308812"),
        ("Ruim op. Bernadette Claus, 9.104.22", "9.104.22"),
        ("Bevroren tot dan. Ismaël Tahiri, 2290-B", "2290-B"),
    ],
)
def test_a_number_behind_the_name_or_alone_is_the_customers(text: str, number: str) -> None:
    assert identifiers_in(text, "Vraag over mijn account")["customer_number"] == number


@pytest.mark.parametrize(
    "text",
    [
        "Wij bestaan sinds kort. Jan Bakker, 2019",
        "Het saldo klopt niet, er hoort te staan 45.210,00.",
        "Ik kom uit op 40117",
        "Verzonden vanaf mijn telefoon 06-12345678",
        "Graag naar Lindelaan 4. 1234 AB Assen",
        "Mijn nummer is dit. Jan Bakker, 111222333",
        "Zie de bijlage. Factuur 20431",
        "Het gaat hierom. Ticket 88123",
        "Bel mij. Toestel 4410",
        "Mijn pincode bij jullie:\n48291",
        "Hier is de code. 48392",
        "Mijn nieuwe adres: Hoofdstraat 1204",
        "Groeten.\nKerkweg 1204",
        "Graag post hierheen.\n10115, Berlin",
        "Betaal ik niet. C. Voskuil, KB-26-09350",
        "Groet. Paul de Lange, BECON 612204",
        "Groet.\nPaul de Lange\nRegister Belastingadviseur 612204",
        "Bel maar. Kees Mol, 0317 402211",
        "Tot dan. Kees Mol, 12-05-26",
        "Tot dan. Kees Mol, 12 MEI 2026",
        "Machtiging bijgevoegd onder nummer VS-88213.",
        "Totaal:\n45210",
        "P. Smeets, Postbus 12345",
        "Groet. Kees Mol, 140375",
        "Groet. Kees Mol, BIG 20145",
        "Verwijder alles van mijn zus.\nMijn zus: Els Smit, 55120",
        "Namens mijn moeder Annie Dekens vraag ik inzage. Jan Bakker, 55120",
    ],
)
def test_years_sums_and_other_numbers_are_not(text: str) -> None:
    assert "customer_number" not in identifiers_in(text, "Vraag")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Mijn klantnummer was 6 1 0 4 4. Graag wissen.", "61044"),
        ("inzageverzoek klant 44/8/01", "44/8/01"),
        ("debiteurnummer 7-0-3-3-1", "7-0-3-3-1"),
        ("Klantnr 80/2217 is van mij", "80/2217"),
        ("op naam van Van Rossum, klantnr. L-99 01.", "L-9901"),
        ("Relatienummer R/20418", "R/20418"),
        ("Wij zitten op Relatie 4-4-9-0.", "4-4-9-0"),
        ("ons nummer bij jullie is 40117 en de zaak heet Wolboetiek", "40117"),
        ("Wij zijn afnemer onder nummer 88012; graag", "88012"),
        ("vroeger klant onder nummer 30221", "30221"),
        ("Ik ben bij u bekend onder 88-1204-Q. Ooit mocht bellen.", "88-1204-Q"),
        ("Onder 72140 moet u mij vinden.", "72140"),
        ("Onder KB 41 208 sta ik als de heer Kim.", "KB41208"),
        ("U heeft mij als abonnement 4471-K.", "4471-K"),
        ("Rachid el Ouali\nDe Hete Hap\nrelatie 7712-B", "7712-B"),
        ("rel. 5512", "5512"),
        ("Klantnummer 300/17. Groet, Ad", "300/17"),
        ("Klantnr blijft 50119, tel. blijft 0519.561.20", "50119"),
    ],
)
def test_a_number_is_read_however_it_is_parted(text: str, number: str) -> None:
    assert identifiers_in(text)["customer_number"] == number


@pytest.mark.parametrize(
    "text",
    [
        "Mijn nummer is 0294 - 41 80 99, bel mij terug",
        "De import stopt bij relatie 1.044, melding ongeldig",
        "Verzoek namens cliënt (KB-2026-0421)",
        "Ik ben klant van 2019-2021 geweest",
        "klant 12-03-2024 ingeschreven",
        "Mijn nummer bij jullie is 111222333",
        "Wij hebben als klant 1 000 000 euro omzet",
        "Klantnummer 300 / 17.",  # rather none than 300
        "Mijn klant was 250 euro kwijt.",
        "klant onder 1000 euro omzet",
        "een klant betaalde de factuur met nummer 20417",
        "Ik ben bekend bij de gemeente onder nummer 40117",
        "ik was klant bij Exact onder nummer 88012",
        "gebruiker 2024 en rel. 2019 beëindigd",
        "mijn nummer is 8011 ZW 4",
        "Bel cliënt 0294 41 80 99",
        "klant 2024-11-03 ingeschreven, klant 3 4 2024 ingeschreven",
        "art. 17 lid 1/2/3 AVG",
        "debiteur 30/60/90 dagen",
        "klant 8.30-17.00",
        "Kunde 12.345.678 Euro",
        "Wis mijn account. Het account van mijn compagnon Stijn (klantnr 3344) moet blijven. Job Peters",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert "customer_number" not in identifiers_in(text)


def test_the_word_for_it_goes_first() -> None:
    found = identifiers_in("Mijn klantnummer is 20344. Zie de bon. Jan Bakker, 55120")
    assert found["customer_number"] == "20344"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Mijn klantnummer is niet 10020 zoals u schrijft maar 10200.", "10200"),
        ("Het is geen klantnummer 40718 maar 40719", "40719"),
        ("Ons klantnummer is niet 55012, maar 55021.", "55021"),
    ],
)
def test_of_two_numbers_that_which_is_said_to_be_right_counts(text: str, number: str) -> None:
    assert identifiers_in(text)["customer_number"] == number

"""What a writer states: identifiers and corrections. Rather none than a wrong one, and never a BSN."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn

from bot.triage.citizen_number import without_bsn
from bot.triage.corrections import corrections_in
from bot.triage.identifiers import FIELDS, identifiers_in, of_the_record
from bot.triage.renames import renames, tidied
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
        ("tel. 0513/620011.", "phone", "0513/620011"),
        ("bel 045.555.01.02 na vijven", "phone", "045.555.01.02"),
        ("via (0527) 61 90 90", "phone", "(0527) 61 90 90"),
        ("bereikbaar op 0318 - 55 40 12", "phone", "0318 - 55 40 12"),
        ("of (+31)(0)88 – 700 20 10", "phone", "(+31)(0)88 – 700 20 10"),
        ("K.v.K. Apeldoorn 99 81 22 40", "kvk", "99812240"),
        ("KvK-nummer: 94 410 227", "kvk", "94410227"),
        ("btw 8693.11.402.B01", "btw", "NL869311402B01"),
        ("onze klant Kinderopvang Het Nest (99137744)", "kvk", "99137744"),
        ("rel.nr. 77-1043", "customer_number", "77-1043"),
        ("Cliëntnr. 11.207.", "customer_number", "11.207"),
        ("klantnummer: 30 40 50", "customer_number", "304050"),
        ("zet dat uit voor account 6620", "customer_number", "6620"),
        ("de openstaande nota KB-2025-7781", "invoice_number", "KB-2025-7781"),
        ("op zijn rekening (nr. 2024-0031)", "invoice_number", "2024-0031"),
        ("Klantnummer van mij: 55019.", "customer_number", "55019"),
        ("uw klant onder nummer 41872, zegt hij", "customer_number", "41872"),
        ("Klantnummer dat jullie vroegen: 0041-778", "customer_number", "0041-778"),
        ("klantcode MSS01", "customer_number", "MSS01"),
        ("mutatie cliënt 44120", "customer_number", "44120"),
        ("I am a customer of Kleinboek (KB-31177) and want to leave", "customer_number", "KB-31177"),
        ("E. van Gijn, klant 44.902", "customer_number", "44.902"),
        ("Klant 88-4410, N. Bakkali", "customer_number", "88-4410"),
        ("Mijn klantnummer luidt 18820.", "customer_number", "18820"),
        ("müşteri no 60071", "customer_number", "60071"),
        ("Maak het weg. Casimir Brandsma, K-41877", "customer_number", "K-41877"),
        ("Wis niets! Marleen Hulshof, 73390", "customer_number", "73390"),
        ("btw-id NL002417736B41 is nieuw", "btw", "NL002417736B41"),
        ("btw-id NL004417720B82 is nieuw", "btw", "NL004417720B82"),  # by lot it passes the check of a BSN
        ("Onze btw: BE 0829.114.672, Gent", "btw", "BE0829114672"),
        ("USt-ID DE266104877.", "btw", "DE266104877"),
        ("zelfde kvk (01884420), zelfde chagrijn", "kvk", "01884420"),
        ("bel 00351 912 555 018", "phone", "00351 912 555 018"),
        ("+49 2821 55 00 11, Kleve", "phone", "+49 2821 55 00 11"),
        ("Postcode 1104-BW is de mijne", "postcode", "1104 BW"),
        ("Factuur was KB.26.0731. Klopt die?", "invoice_number", "KB.26.0731"),
        ("Alles is op tijd voldaan, zie 2025-9914. Stop met herinneren.", "invoice_number", "2025-9914"),
        ("De aanmaning heb ik betaald, zie F2025-0419.", "invoice_number", "F2025-0419"),
        ("Stuurt u mij de creditnota CN-26.0088 nogmaals?", "invoice_number", "CN-26.0088"),
        ("waarom een aanmaning voor KB26-3307?", "invoice_number", "KB26-3307"),
        ("Betaling KB-77120 komt in twee keer", "invoice_number", "KB-77120"),
        ("Mijn bezwaar tegen factuur F2024-90117 loopt nog.", "invoice_number", "F2024-90117"),
        ("De eindafrekening E-2025-0081 klopt niet.", "invoice_number", "E-2025-0081"),
        ("De terugbetaling van CR-2025-118 duurt lang.", "invoice_number", "CR-2025-118"),
        ("Groet, Lucas\nBrouwer Geluid\n99451230 · NL91ABNA0417164300", "kvk", "99451230"),
        ("D. van 't Hooft\n58813342 (kvk)", "kvk", "58813342"),
        ("Ik ben Nijdam h.o.d.n. Nijdam Vertaalt. Graag inzage in mijn gegevens.", "company", "Nijdam Vertaalt"),
        ("Vermeer, handelend onder de naam Vermeer Stuk KvK 99127745, vraagt", "company", "Vermeer Stuk"),
        ("Vermeer h.o.d.n. 'Vermeer Stuk' te Assen vraagt", "company", "Vermeer Stuk"),
        ("Ik ben H.W. Nijdam h.o.d.n. Nijdam Vertaalt.", "company", "Nijdam Vertaalt"),
        ("Lindelaan 4, 9401ab Assen", "postcode", "9401 AB"),
        ("het gaat om factuur 2024-0087", "invoice_number", "2024-0087"),
        ("Rekening nl91 abna 0417 1643 01 dus.", "iban", "NL91ABNA0417164301"),  # a slip, for staff to see
        ("rekening BE68 5390 0754 7034 of BE 0829.114.672", "iban", "BE68539007547034"),
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
        "Mijn adres is info@kleinboek.nl",  # our own
        "Bedrag 12345678 euro",
        "In 2024 AD",
        "Op 06-11-2026 14:00 belde ik.",
        "Rekening NL91ABNA04171643",  # two digits short
        "Rekening NL9112340417164300",  # no bank
        "mijn bsn (12345672) staat in uw bestand",
        "mijn persoonsnummer (12345672) graag wissen",
        "Klant Jansen (12345678)",
        "KvK niet van toepassing, BSN 1234 56 72",
        "KvK-uittreksel van 12-03-2025 bijgevoegd.",
        "Wij staan bij de KvK ingeschreven sinds 01-05-2024.",
        "Open: 09.00-12.00 / 13.00-17.00",
        "Afspraak 06-11-26 14.00 uur, periode 01-01-24 / 31-12-24",
    ],
)
def test_what_is_no_identifier_is_left_out(text: str) -> None:
    found = identifiers_in(text)

    assert not {"iban", "email", "kvk", "phone"} & set(found)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("TEL 06-12345678", "06-12345678"),
        ("MVG JAN 0612345678", "0612345678"),
        ("T/0612345678", "0612345678"),
        ("bel 0612345678 (2 kinderen thuis)", "0612345678"),
        ("bel 06-12345678 - 1 keer", "06-12345678"),
        ("088-7002010/2", "088-7002010"),
        ("KvK: zie bijlage. Tel 06 1234 5678", "06 1234 5678"),
    ],
)
def test_a_telephone_number_ends_where_it_ends(text: str, phone: str) -> None:
    found = identifiers_in(text)

    assert found["phone"] == phone
    assert "kvk" not in found


@pytest.mark.parametrize(
    "text",
    [
        "bsn klant 11-122-2333",
        "relatie 12.34.56.782",
        "Cliëntnr. 11 12 22 333",
        "Nota NL1112.22.333.B01",
        "artikel 15 lid 1-3 AVG",
        "account 2023 graag sluiten",
        "licentie 19.99",
        "kl. 9.30-17.00",
        "Verwijder mijn account. 12-03-2025 was de laatste keer.",
        "Ik ben klant. 1.000 keer gezegd.",
        "Betaling 1500 euro, herinnering 12-03-2025",
        "Uw herinnering KB-2026-0412 over mijn verzoek",  # our own reference
        *(
            f"De betaling van {one} klopt niet"
            for one in ("12-03", "12/03", "03/2025", "2024/2025", "EUR1500", "DEC2024")
        ),
        "Voor de betaling 0118-440090 bellen",
        "herinnering voor KVK12345678",
        "Herinnering: KB2026-0412",
        "Klantnummer en BSN 23456784",  # a citizen service number without the nought ahead of it
        "Mijn klantnummer en postcode: 9401 AB",
        "Ik heb geen klantnummer maar ordernummer 88123.",
        "Ik heb een klantnummer sinds 2019 en wil weg.",
        "klantnummer met ingang van 2025 vervallen",
        "Klantnummer van mijn broer: 55019. Verwijder alleen mij.",
        "Mijn cliënt met nummer 2024 wil inzage",
        "Als gewezen cliënt (1998-2010) vraag ik inzage",
        "Adreswijziging cliënt / 2210-HV",
        "Waarom heb ik niet betaald? KB 31440 ken ik niet",
        "Ik wacht. Groeten uit Emmerich, 46446 Emmerich",
        "Klantnummer is geen 55019",
        "Klantnummer weet ik niet meer, telefoonnummer 55019",
    ],
)
def test_what_is_no_number_of_ours_is_none(text: str) -> None:
    assert not {"customer_number", "invoice_number"} & set(identifiers_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "Mijn klant betaalt 2025-0417 niet",
        "Verordening 2016/679 over betalen",
        "Betaald over 2024-2025",
        "Wij spraken elkaar op 2025-123 in Assen",
        "De nota hoort bij dossier 2025/88123",
        "betaald op 2026-11-28",
        "Factuur betaald, zie KB 2026-0421",
        "Zaak 2026-0421: nota betaald",
        "Verordening (EU) 2024/1689, factureren",
        "boekjaar 2024-004 factuur",
        "Wij hebben zelf 2025-0417 gefactureerd, betaald is het",
    ],
)
def test_a_number_of_his_own_books_or_of_a_law_is_no_invoice_of_ours(text: str) -> None:
    assert "invoice_number" not in identifiers_in(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mijn telefoon is 06-11223344, niet dat van mijn vrouw 06-55667788.", {"phone": "06-11223344"}),
        ("anja@kade.example is van mijn collega; ik ben rob@kade.example", {"email": "rob@kade.example"}),
        ("Bel mijn zus Tineke niet, haar nummer is 06-22334455", {}),
        ("Gr\nBSN 123456782\ngeb 1-2-1960", {}),
    ],
)
def test_what_is_somebody_elses_or_blanked_finds_no_record(text: str, found: dict[str, str]) -> None:
    assert identifiers_in(text) == found


def test_of_whom_the_writer_acts_for_the_number_counts() -> None:
    text = "Ik schrijf namens mijn moeder, Truus de Wit. Mijn moeder is te bereiken op 06-22334455."

    assert identifiers_in(text)["phone"] == "06-22334455"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kan ik de rechtsvorm omzetten? Gebr. Hammink, 74410911", ("kvk", "74410911")),
        ("Ik betwist het bedrag. Ulbe Bakels, 2025-7781.", ("invoice_number", "2025-7781")),
    ],
)
def test_a_number_behind_the_name_that_ends_a_mail_is_read(text: str, found: tuple[str, str]) -> None:
    assert found in identifiers_in(text, "vraag").items()


@pytest.mark.parametrize(
    "text",
    [
        "De backup is van Jan, 20251231",
        "Geboren te Assen, 31121985",
        "Bestellingen 74410911, 74410912",
        "Bel Jan op 06, 12345678 is het nummer niet",
        "Namens mijn cliënt, Hofstra Advies, 74410911",
        "Jaren 2024, 2024-2025",
    ],
)
def test_a_day_a_second_number_and_an_agents_are_none(text: str) -> None:
    assert not {"kvk", "invoice_number"} & identifiers_in(text).keys()


def test_an_article_of_the_law_does_not_hide_the_number() -> None:
    assert identifiers_in("art. 12 lid 3.1 AVG, mijn klantnummer is 55012")["customer_number"] == "55012"


def test_numbers_of_the_subject_count_and_its_names_do_not() -> None:
    found = identifiers_in("Zie onderwerp.", "klantnr 55012 van Sanne Vermeer, Vermeer Advies B.V.")

    assert found == {"customer_number": "55012"}


@pytest.mark.parametrize(
    ("subject", "text", "found"),
    [
        ("Re: Klantnummer ter controle", "Nummer 551902 en ik heb het ook echt zelf aangevraagd", "551902"),
        ("Re: Uw klantnummer", "551902.", "551902"),
        ("Re: Klantnummer", "Mijn factuur 551902 klopt niet", None),
        ("Re: Klantnummer", "Nummer 551902. Of nummer 551903?", None),
        ("Re: Klantnummer", "Nummer 111222333", None),
        ("Re: Klantnummer", "Nummer 111222 333", None),
        ("Re: Klantnummer", "Nummer 551902 is van mijn buurman", None),
        ("Re: Klantnummer", "Namens mijn moeder: nummer 551902", None),
        ("Re: Klantnummer", "Het is niet nummer 551902", None),
        ("Re: Klantnummer", "Geboren: 120380", None),
        ("Re: Klantnummer", "Die weet ik niet, 15000 mensen heten zo", None),
        ("Re: Order 551902, uw klantnummer", "Nummer 551902 is gewoon geleverd", None),
        ("Klantnummer van mijn ex", "Nummer 551902 moet weg", None),
        ("Re: uw vraag", "Nummer 551902, klopt dat?", None),
        ("", "Onze vaste klant 8011 ab zwolle belde", None),
        ("", "De meterstand is doorgegeven. 12018. Jan de Vries", None),
        ("", "Als dat gedaan is mag alles weg. 12018. Sietske Bakkenist-Loman", "12018"),
    ],
)
def test_a_customer_number_answers_the_mail_that_asks_for_it(subject: str, text: str, found: str | None) -> None:
    assert identifiers_in(text, subject).get("customer_number") == found


def test_the_old_value_of_a_change_finds_the_record() -> None:
    changed = [("kvk", "34188217", "34188271"), ("name", "Bos", "Vos"), ("phone", None, "06-12345678")]

    assert of_the_record({}, changed) == {"kvk": "34188217"}
    assert of_the_record({"kvk": "34188271"}, changed) == {"kvk": "34188217"}
    assert of_the_record({"kvk": "99127745"}, changed) == {"kvk": "99127745"}


def test_an_old_value_that_is_an_exs_finds_no_record() -> None:
    text = "Mijn ex gebruikt ex@oud.example, wijzig mijn mail van ex@oud.example naar ik@nieuw.example."
    told = [Spoken("email", False, "ex@oud.example"), Spoken("email", True, "ik@nieuw.example")]

    assert [(one.old, one.new) for one in corrections_in(text, told)] == [(None, "ik@nieuw.example")]


def test_of_two_numbers_that_is_the_record_which_counts_no_longer() -> None:
    text = "De incasso moet naar NL27BUNQ0953832589 en niet meer naar NL91ABNA0417164300."

    assert identifiers_in(text)["iban"] == "NL91ABNA0417164300"


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


@pytest.mark.parametrize(
    "text",
    [
        "Klantnummer BSN2025-00007",
        "Klantnummer 2025-00007",
        "factuur BSN2025-00007",
        "Mijn nummer van de Belastingdienst: 2025-00007. Wanneer betaal ik?",
        "Mijn persoonsnummer 2025-00007 staat op de factuur",
    ],
)
@pytest.mark.requirement("ID-05")
def test_what_looks_like_the_number_of_an_invoice_and_may_be_a_citizens_is_not_read(text: str) -> None:
    assert "00007" not in "".join(identifiers_in(text).values())


@pytest.mark.parametrize(
    "text",
    [
        "De eindafrekening 2025 klopt niet.",
        "De afrekening 12-03-2025 klopt niet.",
        "De afrekening 2024/2025 klopt niet.",
        "Op de afrekening: 1.234,56 euro",
        "Stuur de afrekening. 0612345678 is mijn nummer",
        "Afrekening: NL91ABNA0417164300",
    ],
)
def test_a_final_account_that_is_called_by_its_year_has_no_number(text: str) -> None:
    assert "invoice_number" not in identifiers_in(text)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("Ik heet nu Laura Hendriks-Maas i.p.v. Laura Maas.", "Laura Maas", "Laura Hendriks-Maas"),
        ("Mijn naam is voortaan Jan Bos ipv Jan de Wit.", "Jan de Wit", "Jan Bos"),
        ("Mijn achternaam is Bos, niet meer Bosch.", "Bosch", "Bos"),
    ],
)
def test_of_a_name_instead_of_another_the_first_is_new(text: str, old: str, new: str) -> None:
    assert [(one.field, one.old, one.new) for one in renames(text)] == [("name", old, new)]


@pytest.mark.parametrize(
    "text",
    [
        "Mijn naam is goed, maar de plaats is Goirle en niet meer Tilburg.",
        "Op mijn naam staat btw-nummer NL003320114B52 en niet langer NL850077123B01.",
    ],
)
def test_a_town_or_a_number_instead_of_another_is_no_name(text: str) -> None:
    assert list(renames(text)) == []


def test_a_company_vat_number_is_no_citizen_service_number() -> None:
    assert "NL851106183B01" in without_bsn("GravyTrain, BTW NL851106183B01, BSN onbekend")
    assert "NL004417720B82" in without_bsn("Mijn btw-id is NL004417720B82.")
    assert "NL004417720B82" not in without_bsn("Mijn bsn of btw, NL004417720B82.")


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


def marked(field: str, words: str, chance: float = 0.95, *, new: bool = True) -> Spoken:
    return Spoken(field, new=new, words=words, chance=chance)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("De plaats blijft Hattem.", "city", "Hattem"),
        ("KVK 92260513 ZELFDE. GRAAG VERWERKEN.", "kvk", "92260513"),
        ("Bankrekening is ongewijzigd NL91ABNA0417164300.", "iban", "NL91ABNA0417164300"),
        ("adres Padualaan 14 blijven", "street", "Padualaan 14"),
        ("Adres Europalaan 30 is wel goed.", "street", "Europalaan 30"),
        ("mi correo sigue siendo lucia@tapas.example.", "email", "lucia@tapas.example"),
    ],
)
def test_a_value_that_stays_is_no_change(text: str, field: str, words: str) -> None:
    assert corrections_in(text, [marked(field, words)]) == ()


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("Wijzig mijn adres naar Lindelaan 4 en telefoonnummer blijft hetzelfde.", "street", "Lindelaan 4"),
        ("Wij zijn verhuisd naar Assen en blijven graag klant.", "city", "Assen"),
        ("jan@oud.example is fout, jan@nieuw.example is goed.", "email", "jan@nieuw.example"),
        ("U schrijft Janssen maar Jansen is juist.", "name", "Jansen"),
        ("Janssen is fout, Jansen klopt.", "name", "Jansen"),
        ("Op mijn paspoort staat Jansen en dat klopt.", "name", "Jansen"),
        ("Kunt u mijn nummer naar 06-12345678 gelijk aanpassen?", "phone", "06-12345678"),
        ("Nieuw adres Lindelaan 4 klopt dit zo?", "street", "Lindelaan 4"),
        ("Nieuwe plaats Assen – postcode blijft 9401 AB", "city", "Assen"),
        ("Ik heet nu De Wit en mijn man blijft Jansen", "name", "De Wit"),
        ("De oude naam Assen-Zuid blijft; plaats wordt Assen", "city", "Assen"),
        ("Mijn ex Jan de Wit blijft op Kerkstraat 1. Ik heet nu Wit.", "name", "Wit"),
    ],
)
def test_what_changes_while_something_else_stays_is_read(text: str, field: str, words: str) -> None:
    assert words in [one.new for one in corrections_in(text, [marked(field, words)]) if one.field == field]


def test_an_account_that_stays_is_no_change_however_it_is_spaced() -> None:
    text = "Onze bank blijft NL91 ABNA 0417 1643 00."

    assert corrections_in(text, [marked("iban", "NL91 ABNA 0417 1643 00")]) == ()


@pytest.mark.parametrize(
    ("text", "field", "old", "new"),
    [
        ("jan@oud.example is nu verlopen, jan@nieuw.example graag", "email", "jan@oud.example", "jan@nieuw.example"),
        ("06-12345678 is nu opgezegd, nieuw nummer is 06-87654321", "phone", "06-12345678", "06-87654321"),
        ("Mijn adres Kerkstraat 1 is nu fout, ik woon Lindelaan 4", "street", "Kerkstraat 1", "Lindelaan 4"),
    ],
)
def test_what_no_longer_holds_is_the_old_value(text: str, field: str, old: str, new: str) -> None:
    found = corrections_in(text, [marked(field, old, 0.99), marked(field, new, 0.9)])

    assert [(one.old, one.new) for one in found if one.field == field] == [(old, new)]


@pytest.mark.parametrize(
    ("text", "field", "words", "new"),
    [
        ("nieuw adres te Rhenen", "city", "te Rhenen", "Rhenen"),
        ("ik woon aan de Parallelweg 50", "street", "aan de Parallelweg 50", "Parallelweg 50"),
        ("sinds Pasen op de Meerweg 210", "street", "Pasen op de Meerweg 210", "Meerweg 210"),
        ("post naar p/a Houtmanpad 2-4", "street", "p/a Houtmanpad 2-4", "Houtmanpad 2-4"),
        ("Wordt: Croeselaan 88 bis.", "street", "Croeselaan 88", "Croeselaan 88 bis"),
        ("De firma heet nu De Deur B.V.' (was een vof)", "company", "De Deur B.V.'", "De Deur B.V."),
        ("nieuw adres Lindelaan 4, A. Jansen", "street", "Lindelaan 4", "Lindelaan 4"),
        ("I moved to Lindelaan 4 I would like", "street", "Lindelaan 4", "Lindelaan 4"),
        ("ik woon nu in de Lier", "city", "de Lier", "de Lier"),
        ("Wij heetten Vos Advies maar heten nu Vos.", "company", "Vos", "Vos"),
        ("Nieuw: De Marne U.A.", "company", "De Marne", "De Marne U.A."),
        ("Rue du Moulin 27, B-7000 Mons", "street", "Rue du Moulin 27", "Rue du Moulin 27"),
        ("voornaam Mohamad, achternaam Alhassan", "name", "achternaam Alhassan", "Alhassan"),
        ("mijn achternaam is de wit", "name", "de wit", "de wit"),
        ("Dus Floor Zijlmans > Floor Haverkort.", "name", "Floor Zijlmans > Floor Haverkort", "Floor Haverkort"),
        ("geboren 6 SEPT 54, niet 9 juni", "birth_date", "SEPT 54", "6 SEPT 54"),
        ("een geboorteakte: 23 juli 1970.", "birth_date", "23 juli", "23 juli 1970"),
        ("Kapelsesteenweg 410, 2930 Brasschaat", "postcode", "2930", "2930"),
        ("KvK wordt 9442 0861", "kvk", "9442 0861", "94420861"),
        ("06 48 11 20 93 is het nu en niet meer dat andere", "phone", "06 48 11 20 93", "06 48 11 20 93"),
        ("Ik ben mevrouw J. Stellingwerf.", "other", "mevrouw", "mevrouw"),
        ("De eigenaar ben ik: Rosalinde Tan. Zet dat recht.", "name", "Rosalinde", "Rosalinde Tan"),
        ("Beste Jelle staat er, maar ik ben Jelke. Jelke Hoekstra", "name", "Jelke", "Jelke"),
        ("Mijn voornaam is Ilja Roggeveen niet bekend", "name", "Ilja", "Ilja"),
        ("Voortaan Kees en Fatima, bij voorkeur", "name", "Kees en", "Kees"),
        ("gewijzigd van Dekking in Van Rossem", "name", "in Van Rossem", "Van Rossem"),
        ("mon nom est Claire Desmet et plus Claire Janssens", "name", "Claire Desmet et plus", "Claire Desmet"),
        ("'M. Buitenhuis-Klok' veranderen in 'M. Klok'.", "name", "M", "M. Klok"),
        ("Hij heet officieel Autobedrijf Smit", "company", "officieel Autobedrijf Smit", "Autobedrijf Smit"),
        ("er hoort 'klant aanschrijven' te staan", "other", "klant", "klant aanschrijven"),
        ("BE0744188203 i.p.v. NL855190224B01 graag", "btw", "BE0744188203", "BE0744188203"),
        ("niet Ouderkerk aan de Amstel maar aan den IJssel: Ouderkerk aan den IJssel", "city", "IJssel", "IJssel"),
    ],
)
def test_a_marked_value_is_completed_and_trimmed(text: str, field: str, words: str, new: str) -> None:
    assert [one.new for one in corrections_in(text, [marked(field, words)])] == [new]


@pytest.mark.parametrize(
    ("text", "street", "town"),
    [
        ("Ons adres is nu Brink 4, 8011 CW Zwolle. Dank.", "Brink 4", ["Zwolle"]),
        ("Ik woon voortaan op de Hereweg 211 in Groningen. Past u dat aan?", "Hereweg 211", ["Groningen"]),
        ("Mijn nieuwe adres is Brink 4, Piet. Alvast dank.", "Brink 4", []),
        ("Nieuw adres: Brink 4, 8011 CW, Jansen.", "Brink 4", []),
        ("Ik verhuis naar Brink 4 in Januari.", "Brink 4", []),
        ("Nieuw:\nZeedijk 1\n4414 AV Waarde\nGroet, Sinke", "Zeedijk 1", ["Waarde"]),
        ("Van Brink 3, Zwolle naar Brink 4, Zwolle.", "Brink 4", []),
        ("Ik zit nu op Brink 4, Zwolle blijft.", "Brink 4", []),
        ("Mijn adres wordt Brink 4, Hanneke Smit", "Brink 4", []),
        *(
            (f"Mijn nieuwe adres: Brink 4{rest}", "Brink 4", [])
            for rest in (
                *(
                    "\nGroeten,\nSanne",
                    "\nMvg,",
                    "\nSanne",
                    ", Dank. Tot ziens",
                    ", Nederland. Dank",
                    ", Dhr. De Boer",
                    ", Maandag. Dank",
                ),
                *(", 8011 CW\nGroet,\nSanne", "\nTelefoon en mail blijven", ", Sanne."),
            )
        ),
    ],
)
def test_the_town_right_behind_a_new_address_is_new(text: str, street: str, town: list[str]) -> None:
    codes = [marked("postcode", code) for code in ("8011 CW", "4414 AV") if code in text]
    found = corrections_in(text, [marked("street", street), *codes])
    assert [one.new for one in found if one.field == "city"] == town


def test_words_that_something_stays_are_no_value() -> None:
    assert corrections_in("Bedrijfsnaam: blijft. Telefoon: 0294-410078", [marked("company", "blijft")]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Mijn voorletter moet J zijn; mijn vrouw is J. de Boer",
        "Het moet M zijn. Groet M. Klok. Behandeld door M. Visser.",
    ],
)
def test_part_of_an_initial_is_nobodys_whole_name(text: str) -> None:
    letter = "J" if " J " in text else "M"
    assert corrections_in(text, [marked("name", letter)]) == ()


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Gebruik NL91ABNA0417164300 niet meer, nieuw nummer volgt.", "iban", "NL91ABNA0417164300"),
        ("De rekening NL91ABNA0417164300 waar u van incasseert is opgezegd.", "iban", "NL91ABNA0417164300"),
        ("Vandaag ben ik op 0355431122 bij mijn zus.", "phone", "0355431122"),
        ("U kunt terugbellen op 0318-654321.", "phone", "0318-654321"),
        ("Met cc aan olga@tandarts.example.", "email", "olga@tandarts.example"),
        ("Onze nieuwe boekhouder is Hugo, hugo@fiscount.example, 0592-301122.", "phone", "0592-301122"),
        ("Mijn BSN is DE 111222333, wijzig mijn btw", "btw", "DE 111222333"),
    ],
)
def test_what_is_stopped_copied_for_today_or_somebody_elses_is_no_new_value(text: str, field: str, value: str) -> None:
    assert corrections_in(text, [marked(field, value)]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "KvK: kapitaal is 12.345.678 euro",
        "KvK deponering: omzet 12 345 678",
        "Plein 1944 nr 6, Nijmegen",
        "kvk 94410227 omzet 12.345.678 euro",
    ],
)
def test_a_sum_is_no_number_of_the_chamber_of_commerce_and_a_word_no_postcode(text: str) -> None:
    assert identifiers_in(text).get("kvk") in (None, "94410227")
    assert "postcode" not in identifiers_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mijn nieuwe nummer vandaag doorgegeven aan u: 06-12345678",
        "Vanaf vandaag ben ik bereikbaar op 06-12345678.",
        "Ik ben voortaan bereikbaar op 06-12345678, graag aanpassen.",
    ],
)
def test_a_number_from_now_on_is_new(text: str) -> None:
    assert [one.new for one in corrections_in(text, [marked("phone", "06-12345678")])] == ["06-12345678"]


def test_a_street_is_no_name() -> None:
    text = "De straat heet Hoofdstraat, niet Hoofdweg. Wij zijn in mei gegaan."
    told = [marked("street", "Hoofdstraat"), Spoken("street", new=False, words="Hoofdweg", chance=0.9)]
    assert corrections_in(text, told) == ()


def test_a_letter_alone_is_no_name() -> None:
    assert corrections_in("Kornelis, met K. Wilt u de K hanteren?", [marked("name", "K")]) == ()


def test_a_house_number_alone_is_told_as_it_stands() -> None:
    assert corrections_in("Huisnummer is 118 en niet 181.", [marked("street", "118")]) == (
        StatedCorrection("street", None, "118"),
    )


def test_an_old_value_that_stays_is_not_replaced() -> None:
    text = "info@rots.example houden we, maar facturen voortaan naar admin@rots.example."
    told = [Spoken("email", new=False, words="info@rots.example", chance=0.9), marked("email", "admin@rots.example")]

    assert corrections_in(text, told) == (StatedCorrection("email", None, "admin@rots.example"),)


def test_a_value_without_a_field_of_its_own_must_be_sure() -> None:
    assert corrections_in("Ik ben mevrouw.", [marked("other", "mevrouw", 0.5)]) == ()
    assert corrections_in("Dat was in 2009.", [marked("other", "2009")]) == ()


def test_an_account_number_is_no_street() -> None:
    found = corrections_in("Nieuw adres volgt nog. Mijn nieuwe rekening: NL91 ABNA 0417 1643 00")

    assert [one.field for one in found] == ["iban"]


@pytest.mark.parametrize(
    "text",
    ["KvK 87654321. Mijn nieuwe telefoonnummer is 06 12 34 56 78", "Onze inschrijving KvK wordt 01.05.2024 beëindigd"],
)
def test_a_telephone_or_a_day_is_no_number_of_the_chamber_of_commerce(text: str) -> None:
    assert "kvk" not in {one.field for one in corrections_in(text)}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Naam: fout, moet Vos zijn. Mail goos@hoven.example: goed.", "email", "goos@hoven.example"),
        ("Postcode 1056 CB klopt ook. Het huisnummer niet.", "postcode", "1056 CB"),
        ("De weg heet anders. 8162 RS Epe ongewijzigd.", "postcode", "8162 RS"),
        ("Humelweg 19. 3741 WL Baarn was in orde.", "postcode", "3741 WL"),
        ("Alle andere gegevens (Lollumerweg 4, 8723 EL Koudum) blijven.", "postcode", "8723 EL"),
        ("Wij heten nu Hof. Adres (Grotestraat 88, 7471 BR Goor) en bank blijven.", "street", "Grotestraat 88"),
        ("Privéadres (Merelstraat 5, 6163 EH Geleen) hoeft niet te veranderen.", "street", "Merelstraat 5"),
        ("De rest (4811 ZC, Breda) laat maar staan.", "city", "Breda"),
        ("Humelweg met één m. De rest hadden jullie wel goed (9422 CT Smilde).", "postcode", "9422 CT"),
    ],
)
def test_what_is_said_to_be_right_already_is_no_change(text: str, field: str, value: str) -> None:
    assert corrections_in(text, [marked(field, value, 0.9)]) == ()


_OLD_ACCOUNT, _NEW_ACCOUNT = "NL91ABNA0417164300", "NL20INGB0001234567"


@pytest.mark.parametrize(
    "text",
    [
        "De incasso moet voortaan van {new} komen en niet meer van {old}, die sluit vrijdag.",
        "Mijn geld woont nu op {new}, niet meer op {old}.",
        "Mijn bank is nu {new}, niet meer {old}.",
        "Incasseert u a.u.b. van {new}. De oude ({old}) wordt opgeheven.",
        "Schrijf bij jullie maar af van {new}. De oude, {old}, loopt nog even.",
        "U zou van {new} afschrijven, de oude rekening {old} is weg.",
        "Let op, nieuw: {new} ({old} is opgezegd).",
        "Please take it from {new} from next month, not from {old}.",
        "{old} = oud. {new} = nieuw",
        "{new} IS DE MIJNE. NIET {old}.",
        "Het is {new} en niet wat ik schreef ({old}).",
        "Er is toch weer van {old} afgeschreven. Het moet voortaan van {new} afgeschreven worden.",
        "Rekening {old} s.v.p. verwijderen. Mijn IBAN is nu {new}.",
        "Wij hebben {new} geopend en {old} laten sluiten.",
        "{new} is mijn rekening, {old} heb ik opgezegd.",
        "Naar {old} kunt u niet meer overmaken, {new} is de mijne.",
        "Liever {new} dan {old}.",
        "fout: {old}\ngoed: {new}\n\nstaat op de brief van vandaag",
        "Mijn nieuwe IBAN is {new}. Verwijder {old} a.u.b.",
        "Nieuw: {new}\n\nGraag wissen: {old}",
        "{old} niet meer gebruiken na 1 mei, daarna {new}",
        "{old} niet meer. {new} voortaan.",
        "{old} niet meer\n{new} graag",
        "We gaan over van {old} op {new}.",
        "{old} gaat over op {new}, per direct graag.",
        "hier m'n nieuwe: {new}\nniet meer: {old}\nbedankt",
        "{new}\nNiet meer dat van de bank: {old}",
        "Jullie storten op {old}, die bestaat niet meer; pas aan naar {new}.",
        "De incasso gaat nu van {old}, neem {new}.",
        "De incasso liep altijd van {old}, dat wordt {new}.",
    ],
)
@pytest.mark.parametrize("likelier", ["old", "new"])
def test_where_money_is_fetched_is_new_and_what_is_no_more_is_old(text: str, likelier: str) -> None:
    told = [
        marked("iban", _OLD_ACCOUNT, 0.9 if likelier == "old" else 0.6),
        marked("iban", _NEW_ACCOUNT, 0.9 if likelier == "new" else 0.6),
    ]

    [found] = corrections_in(text.format(new=_NEW_ACCOUNT, old=_OLD_ACCOUNT), told)

    assert (found.old, found.new) == (_OLD_ACCOUNT, _NEW_ACCOUNT)


def test_an_account_that_money_is_no_longer_fetched_from_is_old() -> None:
    text = f"Schrijf niet meer af van {_OLD_ACCOUNT} maar van {_NEW_ACCOUNT}."

    [found] = corrections_in(text, [marked("iban", _OLD_ACCOUNT, 0.9), marked("iban", _NEW_ACCOUNT, 0.6)])

    assert (found.old, found.new) == (_OLD_ACCOUNT, _NEW_ACCOUNT)


def test_what_is_said_instead_is_new_although_the_encoder_took_it_for_the_old_one() -> None:
    text = f"Graag wijzigen in {_OLD_ACCOUNT}. Oeps, verkeerde regel: {_NEW_ACCOUNT} moet het wezen."
    told = [marked("iban", _OLD_ACCOUNT, 0.9), marked("iban", _NEW_ACCOUNT, 0.9, new=False)]

    [found] = corrections_in(text, told)

    assert found.new == _NEW_ACCOUNT


def test_a_slip_that_was_wrong_is_no_new_value() -> None:
    text = "Mijn nieuwe nummer is 06-12345678. Oeps, dat was verkeerd, het is 06-87654321."

    [found] = corrections_in(text, [marked("phone", "06-12345678", 0.95), marked("phone", "06-87654321", 0.6)])

    assert (found.old, found.new) == (None, "06-87654321")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (f"Mijn nieuwe IBAN is {_NEW_ACCOUNT}. Verwijder het oude nummer.", "iban", _NEW_ACCOUNT),
        ("Mijn nieuwe nummer is 06-12345678. Verwijder de rest.", "phone", "06-12345678"),
        ("Stuur de facturen voortaan altijd naar nieuw@bakker.example.", "email", "nieuw@bakker.example"),
        ("Mijn nieuwe nummer is +49 170 1234567 2 keer bellen", "phone", "+49 170 1234567"),
        ("Mijn nieuwe nummer is 0049 5921 880 44 10.", "phone", "0049 5921 880 44 10"),
    ],
)
def test_what_follows_a_new_value_does_not_make_it_old_or_longer(text: str, field: str, value: str) -> None:
    [found] = corrections_in(text, [marked(field, value)])

    assert (found.old, found.new) == (None, value)


def test_the_old_one_told_behind_a_slip_stays_old() -> None:
    text = f"New IBAN: {_NEW_ACCOUNT}. The old one was Ziggo, no I mean ING, {_OLD_ACCOUNT}."
    told = [marked("iban", _NEW_ACCOUNT, 0.9), marked("iban", _OLD_ACCOUNT, 0.9, new=False)]

    [found] = corrections_in(text, told)

    assert (found.old, found.new) == (_OLD_ACCOUNT, _NEW_ACCOUNT)


@pytest.mark.parametrize(
    "number", ["0031 6 44 90 18 72", "+49 5921 880 44 10", "0049 2821 000 77", "+49 (0)2821 977 34-12"]
)
def test_a_telephone_number_that_was_marked_in_part_is_read_whole(number: str) -> None:
    [found] = corrections_in(f"Mijn nummer is nu {number}.", [marked("phone", number[:-3])])

    assert found.new == number


@pytest.mark.parametrize(
    ("text", "field", "old", "new"),
    [
        ("Telefoon 0118 44 00 90 vervangt 0113 21 00 11.", "phone", "0113 21 00 11", "0118 44 00 90"),
        ("Nassaukade 215 werd Nassaukade 217.", "street", "Nassaukade 215", "Nassaukade 217"),
        ("Vervang 0118 44 00 90 door 0113 21 00 11.", "phone", "0118 44 00 90", "0113 21 00 11"),
        ("Gebruik 0118 44 00 90 niet meer, wel 0113 21 00 11.", "phone", "0118 44 00 90", "0113 21 00 11"),
        ("0118 44 00 90 <- 0113 21 00 11", "phone", "0113 21 00 11", "0118 44 00 90"),
        ("0118 44 00 90 i.p.v. 0113 21 00 11", "phone", "0113 21 00 11", "0118 44 00 90"),
        ("Noteer 0118 44 00 90 waar nu 0113 21 00 11 staat.", "phone", "0113 21 00 11", "0118 44 00 90"),
        ("0113 21 00 11 mag weg, 0118 44 00 90", "phone", "0113 21 00 11", "0118 44 00 90"),
    ],
)
def test_what_replaces_and_what_it_became_is_new(text: str, field: str, old: str, new: str) -> None:
    told = [marked(field, old, 0.9), marked(field, new, 0.8)]

    assert corrections_in(text, told) == (StatedCorrection(field, old, new),)


@pytest.mark.parametrize(
    ("text", "field", "words", "whole"),
    [
        ("Nu in 2401 KW Alphen aan den Rijn.", "city", "den Rijn", "Alphen aan den Rijn"),
        ("Zeedijk 9, 1012 AZ Amsterdam.", "city", "AZ", "Amsterdam"),
        ("Het is nu de heer P. Noordhuis.", "name", "heer P. Noordhuis", "P. Noordhuis"),
    ],
)
def test_a_value_marked_beside_its_words_is_read_as_it_is_called(text: str, field: str, words: str, whole: str) -> None:
    assert [one.new for one in corrections_in(text, [marked(field, words, 0.9)])] == [whole]


def test_an_address_in_which_the_encoder_sees_no_change_is_none() -> None:
    text = "Mijn nieuwe adres? Nee, de naam: Vos. Wal 3, 5611 GE Eindhoven"

    assert {"street", "postcode"} <= {one.field for one in corrections_in(text)}
    assert corrections_in(text, []) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Graag inzage. 111222333\n" + ("Ik wacht graag af. " * 20)[:212],
        "Graag inzage. Mijn BSN staat hieronder.\n23456784\nGroet, Sanne",
        "Groet,\nSanne Vermeer\n06 / 12345678",
        "Groet,\nSanne Vermeer\n12031985",
        "Factuurnummer\n88123456\nklopt niet.",
        "Graag verwijderen. Zie https://kleinboek.example/tickets/88123456",
    ],
)
def test_eight_digits_by_themselves_are_no_chamber_of_commerce_number_without_a_company(text: str) -> None:
    assert "kvk" not in identifiers_in(text, "20250987")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Wij zijn verhuisd (Lindelaan 14, 9401 AB Assen) en de naam blijft hetzelfde.", "street", "Lindelaan 14"),
        ("Ons telefoonnummer is veranderd (050 700 18 19) en het adres blijft.", "phone", "050 700 18 19"),
        ("Ons nummer is veranderd: 050 700 18 19, Adres blijft hetzelfde.", "phone", "050 700 18 19"),
        ("Wij zijn verhuisd. Lindelaan 14, Postcode blijft hetzelfde.", "street", "Lindelaan 14"),
        ("Verhuisd naar nummer 12, postcode 9401 AB Straatnaam blijft gelijk", "postcode", "9401 AB"),
        ("Mijn huisnummer staat verkeerd in uw systeem. Lindelaan 14 klopt.", "street", "Lindelaan 14"),
        ("Mijn e-mailadres staat verkeerd. sanne@vos.example (correct).", "email", "sanne@vos.example"),
        ("De spelling van mijn naam is fout. Vermeer (goed).", "name", "Vermeer"),
        ("Mijn achternaam moet zijn Bakker Schut.", "name", "Bakker Schut"),
        ("Mijn achternaam moet zijn Heer Hugo.", "name", "Heer Hugo"),
    ],
)
def test_a_change_beside_words_that_something_else_stays_is_read(text: str, field: str, value: str) -> None:
    assert [one.new for one in corrections_in(text, [marked(field, value, 0.95)]) if one.field == field] == [value]


@pytest.mark.parametrize("told", [None, []])
@pytest.mark.parametrize(
    ("text", "field", "old", "new"),
    [
        ("Ik heet voortaan Sanne Bakker in plaats van Sanne Vermeer.", "name", "Sanne Vermeer", "Sanne Bakker"),
        ("Graag mijn adres wijzigen van Wal 3 naar Lindelaan 14, 9401 AB Assen.", "street", "Wal 3", "Lindelaan 14"),
        ("De woonplaats moet zijn Assen, niet Rolde.", "city", None, "Assen"),
    ],
)
def test_a_change_that_tells_both_values_is_read_whatever_is_marked(
    text: str, field: str, old: str | None, new: str, told: list[Spoken] | None
) -> None:
    assert StatedCorrection(field, old, new) in corrections_in(text, told)


def test_what_you_should_replace_is_old() -> None:
    text = "Nummer NL91ABNA0417164300 vervangt u graag door NL02ABNA0123456789."
    told = [marked("iban", "NL91ABNA0417164300", 0.9), marked("iban", "NL02ABNA0123456789", 0.8)]

    assert corrections_in(text, told) == (StatedCorrection("iban", "NL91ABNA0417164300", "NL02ABNA0123456789"),)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Mijn adres is Zeedijk 9, 1012 AZ Graag aanpassen.", []),
        ("Adres: AZALEALAAN 9, 1012 AZ Amsterdam", ["Amsterdam"]),
        ("Zeedijk 9, 1012 AZ.", []),
    ],
)
def test_the_letters_of_a_postcode_are_no_town(text: str, city: list[str]) -> None:
    assert [one.new for one in corrections_in(text, [marked("city", "AZ", 0.95)]) if one.field == "city"] == city


@pytest.mark.parametrize("text", ["btw NL001122334B44 (mijn BSN zit erin)", "mijn sofinummer, dus NL002417736B41"])
def test_a_vat_number_beside_words_for_a_citizen_number_is_not_read(text: str) -> None:
    assert "btw" not in identifiers_in(text)

"""Who signs, for which company, and for whom: rather nobody than the wrong one, in time that no mail can stretch."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.triage.firms import firms_named
from bot.triage.identifiers import identifiers_in, names, of_the_record, without_new
from bot.triage.principals import acts_for_another, firm_of_principal, principal_of
from bot.triage.signatures import company_of, introduced, signed
from bot.triage.whole_names import whole_company, whole_name, with_form

ASKS = "Graag ontvang ik alles wat er van mij bewaard wordt."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{ASKS}\n\nMet vriendelijke groet,\nSanne Vermeer", "Sanne Vermeer"),
        (f"{ASKS}\n\nHoogachtend,\nJ.W. Vermeer", "J.W. Vermeer"),
        (f"{ASKS}\n\nHoogachtend,\nTh. Vermeer-de Wit", "Th. Vermeer-de Wit"),
        (f"{ASKS}\n\nBest regards\nH.-P. Vermeer", "H.-P. Vermeer"),
        (f"{ASKS}\nGroet, Sanne van der Meer", "Sanne van der Meer"),
        (f"{ASKS}\n\nGroeten,\nVan Lieshout", "Van Lieshout"),
        (f"{ASKS}\n\nHoogachtend,\nmevr. drs. S. Vermeer MSc", "S. Vermeer"),
        (f"{ASKS}\n\nHoogachtend,\nWeduwe Vermeer-Prins", "Vermeer-Prins"),
        (f"{ASKS}\n\nHoogachtend,\nF.W. Vermeer sr.", "F.W. Vermeer sr."),
        (f"{ASKS}\n\nGroet,\nSanne V.", "Sanne V."),
        ("WIS MIJN GEGEVENS.\n\nMET VRIENDELIJKE GROET,\nSANNE VERMEER", "SANNE VERMEER"),
        ("kan dat weg? groetjes sanne", "sanne"),
        ("ik wil alles zien wat jullie hebben mvg sanne vermeer", "sanne vermeer"),
        (f"{ASKS}\n\nGroet, Bo", "Bo"),
        (f"{ASKS}\n\nGroet,\nSanne en Joris Vermeer", "Sanne"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer, Vermeer Advies", "Sanne Vermeer"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer | Vermeer Advies", "Sanne Vermeer"),
        (f"{ASKS} Sanne van Sanne's Bloemen", "Sanne"),
        ("Mijn abonnement is opgezegd. Sanne Olde Vermeer", "Sanne Olde Vermeer"),
        ("Dan blijft over A. Vermeer, zoals ik geboren ben. A. Vermeer", "A. Vermeer"),
        (f"{ASKS}\n\nSanne Vermeer\nLindelaan 4\n9401 AB Assen", "Sanne Vermeer"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\n\nVerzonden vanaf mijn iPhone", "Sanne Vermeer"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\n\nPS Groet aan Joris Bakker!", "Sanne Vermeer"),
        (f"{ASKS}\n\nThanks in advance,\nSanne Vermeer", "Sanne Vermeer"),
        (f"{ASKS}\n\nMerci de votre aide,\nSanne Vermeer", "Sanne Vermeer"),
        (f"{ASKS}\n\nGreetings from Maastricht,\nSanne Vermeer", "Sanne Vermeer"),
        (f"{ASKS}\n\nДякую,\nСанна Вермеер", "Санна Вермеер"),
        ("Ik ben Sanne. Wis Sanne Vermeer uit het bestand.\n\nGroet,\nSanne", "Sanne Vermeer"),
    ],
)
def test_a_name_is_read_as_it_is_signed_and_without_titles(text: str, name: str) -> None:
    assert signed(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Beste mensen van de helpdesk",
        "Geachte heer Bakker,\n\nwaar blijft mijn factuur?",
        "OPZEGGING EN MUTATIE",
        "Mijn gegevens wissen\n\ngraag snel",
        f"{ASKS}\n\nMet vriendelijke groet,",
        f"{ASKS}\n\nBij voorbaat dank en sterkte",
        f"{ASKS}\n\nGroet,\nCrediteurenadministratie",
        f"{ASKS}\n\nGroet,\nBakkerij Vermeer B.V.",
        f"{ASKS}\n\nGroet,\nsanne@klant.example",
        f"{ASKS}\nVerzonden vanaf mijn Samsung",
        f"{ASKS}\nThanks for your help",
        "",
        "\n\n\n",
    ],
)
def test_where_nobody_surely_signs_there_is_no_name(text: str) -> None:
    assert signed(text) is None
    assert "name" not in identifiers_in(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mijn naam is mevrouw S. Vermeer en ik ben klant.", "S. Vermeer"),
        ("Ik ben Sanne. Waar is mijn factuur?", None),
        ("I'm Sanne Vermeer's counsellor.", None),
        ("Op naam van Bakkerij Vermeer graag.", None),
        ("Naam: Sanne Vermeer\nPostcode: 9401 AB", "Sanne Vermeer"),
    ],
)
def test_who_introduces_himself_says_first_and_last_name(text: str, name: str | None) -> None:
    assert introduced(text) == name


@pytest.mark.parametrize(
    ("text", "company"),
    [
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\nVermeer Advies", "Vermeer Advies"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer, Vermeer & Zoon", "Vermeer & Zoon"),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer (Vermeer Kozijnen)", "Vermeer Kozijnen"),
        (f"{ASKS}\n\nNamens Vermeer Techniek B.V.,\nSanne Vermeer", "Vermeer Techniek B.V."),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\npenningmeester\nStichting De Linde", "Stichting De Linde"),
        ("Vermeer Techniek B.V. heeft een nieuw adres. Graag aanpassen!", "Vermeer Techniek B.V."),
        (f"{ASKS} Sanne Vermeer, handelend onder de naam Vermeer Stukadoors, KvK 99127745", "Vermeer Stukadoors"),
        ("Van Vermeer Techniek B.V. of van De Wit Holding? Zoek het uit.", None),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\nboekhouder", None),
        (f"{ASKS}\n\nGroet,\nGijs Tuinman", None),
        (f"{ASKS}\n\nGroet,\nSanne Vermeer\n06-12345678", None),
    ],
)
def test_a_company_is_read_from_its_form_its_trade_or_its_place_beside_the_name(text: str, company: str | None) -> None:
    assert company_of(text) == company


@pytest.mark.parametrize(
    ("text", "principal"),
    [
        ("Namens mijn cliënt, de heer S. Vermeer, vraag ik inzage.\n\nJoris Bakker, advocaat", "S. Vermeer"),
        ("Als bewindvoerder van mevrouw S. Vermeer vraag ik inzage.\n\nJ. Bakker", "S. Vermeer"),
        ("Mijn moeder, Sanne Vermeer, is in mei overleden.\n\nGroet,\nJoris", "Sanne Vermeer"),
        ("My client Sanne Vermeer has authorised me.\n\nJoris Bakker", "Sanne Vermeer"),
        ("Mijn zoon Joris (14) heeft een account gemaakt.\n\nSanne Vermeer", "Joris"),
        ("Onze gebruiker Sanne Vermeer machtigt ons. WegErmee B.V.", "Sanne Vermeer"),
        ("Ik typ dit voor m'n oom. Hij heet Sanne Vermeer en is tapijtreiniger. Joris", "Sanne Vermeer"),
        ("Moeder is niet meer. Zij heette Sanne Vermeer en hield de boeken bij.\n\nJoris", "Sanne Vermeer"),
    ],
)
def test_the_record_is_that_of_the_person_for_whom_the_writer_acts(text: str, principal: str) -> None:
    assert principal_of(text) == principal
    assert identifiers_in(text)["name"] == principal


@pytest.mark.parametrize(
    "text",
    [
        "Mijn man Joris en ik hadden samen een winkel; hij is overleden.\n\nGroet,\nSanne Vermeer",
        "Mijn bewindvoerder heet mevrouw Bakker. Wis mijn gegevens.\n\nGroet,\nSanne Vermeer",
        "Mijn broer Joris is ook klant. Wis mijn gegevens.\n\nGroet,\nSanne Vermeer",
    ],
)
def test_a_relative_or_guardian_who_is_only_mentioned_is_not_who_the_record_is_about(text: str) -> None:
    assert identifiers_in(text)["name"] == "Sanne Vermeer"


def test_an_agent_who_names_nobody_leaves_no_name_and_no_company_but_his_words_still_hide_his_name() -> None:
    text = (
        "Als executeur vraag ik inzage in het dossier van overledene.\n\nGroet,\nJoris Bakker\nBakker Notarissen B.V."
    )

    assert acts_for_another(text)
    assert not {"name", "company"} & set(identifiers_in(text))
    assert list(names(text)) == ["Joris Bakker"]


def test_the_company_of_an_agent_gives_way_to_that_of_his_client() -> None:
    text = "Namens mijn cliënt S. Vermeer (Vermeer Kozijnen) vraag ik inzage.\n\nGroet,\nJoris Bakker, Bakker Advies"

    assert firm_of_principal(text) == identifiers_in(text)["company"] == "Vermeer Kozijnen"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("sanne@klant.example niet joris@klant.example", "email", "joris@klant.example"),
        ("Het is NL91ABNA0417164300 in plaats van NL20INGB0001234567.", "iban", "NL20INGB0001234567"),
        ("Bel 06-12345678, niet 06-12345679.", "phone", "06-12345679"),
        ("Van 9401 AB naar 9402 CD.", "postcode", "9401 AB"),
        ("Postcode 9401 AB, postbus 9402 CD", "postcode", "9401 AB"),
    ],
)
def test_of_two_values_the_one_that_is_called_old_finds_the_record(text: str, field: str, value: str) -> None:
    assert identifiers_in(text)[field] == value


def test_of_a_stated_change_the_old_value_finds_the_record() -> None:
    found = {"iban": "NL91ABNA0417164300", "name": "Sanne Vermeer"}

    kept = of_the_record(
        found, [("iban", "NL20INGB0001234567", "NL91 ABNA 0417 1643 00"), ("name", None, "S. Vermeer")]
    )

    assert kept == {"iban": "NL20INGB0001234567", "name": "Sanne Vermeer"}


def test_a_new_value_without_an_old_one_finds_no_record() -> None:
    found = {"postcode": "3702CD", "phone": "0511-461234", "name": "Laura Maas", "email": "laura@klant.example"}
    changed = [("postcode", "3702 CD"), ("phone", "0511 461234"), ("name", "Laura Maas"), ("email", None)]

    assert without_new(found, changed) == {"name": "Laura Maas", "email": "laura@klant.example"}


HOSTILE = {
    "capitals": "Aa ",
    "capitals joined": "Aa-",
    "one long word": "A" + "a" * 24,
    "initials": "A.",
    "particles": "van de ",
    "names with particles": "Aa van de ",
    "couples": "Aa en ",
    "titles": "mevr. drs. ",
    "closings": "met groet ",
    "closing lines": "Groet,\n",
    "from somewhere": "groet uit Assen ",
    "introductions": "ik ben Aa van ",
    "almost a legal form": "Aa & Aa B.",
    "dots in a firm": "A.a.",
    "leading forms": "Stichting Aa van ",
    "trades": "aabouwaastudio",
    "principals": "namens mijn zoon Aa ",
    "clients": "mijn cliënt de heer ",
    "surely an agent": "executeur de heer Aa ",
    "children": "mijn zoon aaaa ",
    "devices": "verzonden \n",
    "postscripts": "op aaaaaa\n",
    "quoted": "on aaaaaaaaaa wrot",
    "stops": ". (aa ",
    "brackets": "Aa Aa (",
    "short lines": "Aa\n",
    "spaces": " ",
}
READERS: dict[str, Callable[[str], object]] = {
    "signed": signed,
    "introduced": introduced,
    "company": company_of,
    "firms": lambda text: firms_named(text[:20_000]),
    "principal": principal_of,
    "firm of the principal": firm_of_principal,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_what_is_almost_a_signature_costs_less_than_a_blink(reader: str, piece: str) -> None:
    text = HOSTILE[piece] * (1_000_000 // len(HOSTILE[piece]))
    READERS[reader]("warm")

    costs = []
    for _ in range(3):
        begin = time.process_time()
        READERS[reader](text)
        costs.append(time.process_time() - begin)

    assert min(costs) < 0.05


@pytest.mark.parametrize("piece", ["(123 ", "(1 ", ", 123", ", (1"])
@pytest.mark.parametrize("head", ["Groet,\nKees Hol\nAa Bb ", "\nKees Hol\nAa ", "Groet,\nKees Hol, Aa Bb "])
def test_numbers_without_end_behind_a_name_cost_less_than_a_blink(head: str, piece: str) -> None:
    begin = time.process_time()
    company_of(f"Graag inzage.\n\n{head}{piece * 140}(x")

    assert time.process_time() - begin < 0.05


@pytest.mark.parametrize(
    "text",
    [
        "Ik kreeg via mijn bank een afschrijving. Mijn man Jeroen heeft al betaald.\n\nGroet,\nSanne Vermeer",
        "Ik gebruik het pakket niet meer. Zijn er nog gegevens? Mijn zus Anna denkt van wel.\n\nGroet,\nSanne Vermeer",
        "Ik machtig mijn boekhouder. Zijn naam is Piet Bos.\n\nGroet,\nSanne Vermeer",
        "Namens ons team: wij spraken uw medewerker, haar naam is Lotte Smit.\n\nGroet,\nSanne Vermeer",
        "Moeder is overleden. Zij was Nederlandse.\n\nGroet,\nSanne Vermeer",
    ],
)
def test_whom_the_writer_only_mentions_is_nobody_he_acts_for(text: str) -> None:
    assert identifiers_in(text)["name"] == "Sanne Vermeer"


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Mijn boekhouder werkt h.o.d.n. Bos Cijfers. Graag alles weg.\n\nGroet,\nSanne Vermeer", None),
        ("Ik ben h.o.d.n. De Klusser.\n\nGroet,\nSanne Vermeer\nVermeer Techniek B.V.", "Vermeer Techniek B.V."),
        ("Als bewindvoerder, h.o.d.n. Rust Bewind, schrijf ik namens Joop van Echten.\n\nmr. J. Vos", None),
        ("Namens cliënt Joop van Echten, h.o.d.n. Echten Riool, vraag ik inzage.\n\nmr. J. Vos", "Echten Riool"),
    ],
)
def test_a_trade_name_is_of_whom_it_is_said(text: str, company: str | None) -> None:
    assert identifiers_in(text).get("company") == company


@pytest.mark.parametrize(
    ("signed_as", "name"),
    [
        ("Zuster Agnes Vos", "Agnes Vos"),
        ("Imker de Vries", "Imker de Vries"),
        ("Organist G. Kok", "G. Kok"),
        ("Heer Hugo", "Heer Hugo"),
    ],
)
def test_a_calling_goes_only_where_a_whole_name_stays(signed_as: str, name: str) -> None:
    assert signed(f"{ASKS}\n\nGroet,\n{signed_as}") == name


@pytest.mark.parametrize(
    ("foot", "company"),
    [
        (" Pieter Hol, Hol Zonwering, KB-25540", "Hol Zonwering"),
        (" Sonja Dekkers, Dekkers Timmerwerk, 0495-330192", "Dekkers Timmerwerk"),
        (" Olivia Grant, Grant Ceramics", "Grant Ceramics"),
        (" Fleur Damen, Fleurs Zeepjes", "Fleurs Zeepjes"),
        ("\n\nSinead Doyle\nDoyle Translations, acct KB-40922", "Doyle Translations"),
        ("\n\nEsther Lubbers (Lubbers Tekst)", "Lubbers Tekst"),
        (" Joep Crasborn, Crasborn Champignons, +31(0)475 600 611", "Crasborn Champignons"),
        (" Lieuwe Hettinga, Hettinga Zeilreparatie, klant 8 8 4 1", "Hettinga Zeilreparatie"),
        (" Miranda Poolman, Knip & Krul", "Knip & Krul"),
        (" Marie Smit, Anja Smit", None),
        (" Marie Smit, Den Haag, 06-12345678", None),
        ("\n\nGroet,\nKees Hol, Stationsstraat 14, Assen", None),
        ("\n\nGroet,\nKees Hol (Hol Zonwering) (0612345678)", "Hol Zonwering"),
        (" Marie Smit, Jan & Marie Smit", None),
        (" Piet Van Dijk, Van Harte Bedankt", None),
        (" Anja Smit, Smit Junior", None),
        ("\n\nGroet,\nKees Hol\nLange Voorhout, 2514 EA Den Haag", None),
        ("\n\nGroet,\nKees Hol\nDen Haag, 06-12345678", None),
        ("\n\nGroet,\nKees Hol, Bergen op Zoom, 0612345678", None),
        ("\n\nGroet,\nMarie Smit (Den Haag)", None),
        ("\n\nGroet,\nMarie Smit (Jan Smit)", None),
        ("\n\nGroet,\nMarie Smit\nJan Smit, 06-12345678", None),
        ("\n\nGroet,\nKees Hol (penningmeester)", None),
        ("\n\nGroet,\nKees Hol (tel 0612345678)", None),
    ],
)
def test_a_company_beside_the_name_is_read_without_the_numbers_that_follow(foot: str, company: str | None) -> None:
    assert company_of(f"Hoe lang duurt dat?{foot}") == company


@pytest.mark.parametrize(
    ("last", "company", "name"),
    [
        ("Kantoorhandel Inkt", "Kantoorhandel Inkt", None),
        ("Babette Klijn, Klijn Kwekerij", "Klijn Kwekerij", "Babette Klijn"),
        ("Kapsalon Haar & Zo, mevrouw Gülay Aksoy", "Kapsalon Haar & Zo", "Gülay Aksoy"),
        ("Muziekvereniging Crescendo, penningmeester Arie Bos", "Muziekvereniging Crescendo", "Arie Bos"),
        ("Bakkerij De Korst, Gouda", "Bakkerij De Korst", None),
        ("Anouk Kuypers van Kuypers Tegelhandel.", "Kuypers Tegelhandel", "Anouk Kuypers"),
        ("Loonbedrijf de Zwaluw te Lichtenvoorde", "Loonbedrijf de Zwaluw", None),
        ("Priya Raghoebar", None, "Priya Raghoebar"),
        ("Administratiekantoor Rietveld", None, None),
        ("Ik ben stukadoor van beroep.", None, None),
        ("Prof. dr. E.M.Th. Wolfswinkel", None, None),
    ],
)
def test_who_and_which_company_stand_behind_the_last_sentence(last: str, company: str | None, name: str | None) -> None:
    found = identifiers_in(f"Mijn scherm blijft wit sinds vanochtend. Hoe los ik dat op? {last}")
    assert (found.get("company"), found.get("name")) == (company, name)


def test_a_trade_alone_is_called_by_whose_it_is() -> None:
    assert whole_company("Behang", "het gaat om Behang & Zo, en deze zaak blijft") == "Behang & Zo"
    assert with_form("B.V.", "Wij heten nu Mol & Co. B.V. in plaats van Mol Beheer B.V.") == "Mol & Co. B.V."
    assert with_form("Groen & Zn", "heet nu Groen & Zn. VOF, voorheen Groen") == "Groen & Zn. VOF"
    assert with_form("B.V.", "een B.V. is wat wij zijn") == ""
    assert whole_company("Vos", "Groet, Vos & Wij zijn verhuisd") == "Vos"
    assert whole_company("Stg. Schuit'", "Bij jullie: 'Stg. Schuit'. Een schuur") == "Stg. Schuit"
    assert whole_company("Kapsalon", "Groetjes van Kapsalon Kim, Kim Doornbos", "Kim Doornbos") == "Kapsalon Kim"


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("Roelf Oosting Oosting Oldtimers", "Roelf Oosting"),
        ("Jan de Wit de Wit Riool", "Jan de Wit"),
        ("Corneille van Voorst tot Voorst", "Corneille van Voorst tot Voorst"),
        ("Jan Jansen", "Jan Jansen"),
    ],
)
def test_a_name_ends_where_the_firm_of_that_name_begins(name: str, whole: str) -> None:
    assert whole_name(name, name) == whole

"""Quoted text told from new text, in the forms that Dutch, English, German and French mail programs write."""

from __future__ import annotations

import re

import pytest
import quoting_cases
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.mail.html import html_text
from bot.mail.quoting import Origin, split

WORDS = "Ja, doe maar.\n\nGroet, Sanne"
OURS = "Wilt u dat wij alles wissen?"


def test_text_without_a_quote_is_all_new() -> None:
    both = split("Graag een kopie van mijn gegevens.\n\nSanne\n")

    assert both.new == "Graag een kopie van mijn gegevens.\n\nSanne"
    assert both.quoted == ""


@pytest.mark.parametrize(
    "marker",
    [
        "Op di 3 mrt 2026 om 10:12 schreef Kleinboek <info@kleinboek.nl>:",
        "Op di 3 mrt 2026 om 10:12 schreef Kleinboek | Klantenservice <\ninfo@kleinboek.nl>:",
        "Op dinsdag 3 maart 2026 om 10:12:44 CET schreef Kleinboek\nKlantenservice\n<info@kleinboek.nl>:",
        "Op 3 mrt. 2026 om 10:12 heeft Kleinboek <info@kleinboek.nl> het volgende geschreven:",
        "Op 3 mrt. 2026 om 10:12 heeft Kleinboek het volgende\ngeschreven:",
        "Op 03-03-2026 om 10:12 schreef Kleinboek:",
        "Kleinboek <info@kleinboek.nl> schreef op 3 maart:",
        "Kleinboek Klantenservice <info@kleinboek.nl>\nschreef op di 03-03-2026 om 10:12 [+0100]:",
        "info@kleinboek.nl schreef op 2026-03-03 10:12:",
        "On Tue, Mar 3, 2026 at 10:12 AM Kleinboek <info@kleinboek.nl> wrote:",
        "On Tue, Mar 3, 2026 at 10:12 AM Kleinboek | Klantenservice <\ninfo@kleinboek.nl> wrote:",
        "On Tue, 2026-03-03 at 10:12 +0100, Kleinboek wrote:",
        "Am 03.03.2026 um 10:12 schrieb Kleinboek <info@kleinboek.nl>:",
        "Le mar. 3 mars 2026 à 10:12, Kleinboek <info@kleinboek.nl> a écrit :",
        "-----Oorspronkelijk bericht-----\nVan: Kleinboek <info@kleinboek.nl>\nOnderwerp: Uw account",
        "-----Original Message-----",
        "-------- Oorspronkelijk bericht --------\nVan: Kleinboek\nDatum: 3-3-2026 10:12",
        "Begin doorgestuurd bericht:\n\nVan: Kleinboek <info@kleinboek.nl>\nOnderwerp: Uw account",
        "---------- Forwarded message ---------\nFrom: Kleinboek <info@kleinboek.nl>",
        "Van: Kleinboek <info@kleinboek.nl>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Sanne\nOnderwerp: Uw account",
        "*Van:* Kleinboek <info@kleinboek.nl>\n*Verzonden:* dinsdag 3 maart 2026 10:12\n*Onderwerp:* Uw account",
        "From: Kleinboek <info@kleinboek.nl>\nSent: Tuesday, 3 March 2026 10:12\nTo: Sanne\nSubject: Your account",
        "Von: Kleinboek <info@kleinboek.nl>\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Sanne\nBetreff: Ihr Konto",
        "Van: Kleinboek\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: Sanne;\n  Joris\nOnderwerp: Uw account",
        "________________________________\nVan: Kleinboek Nieuws <info@kleinboek.nl>",
        "Van: Kleinboek\nOnderwerp: Uw account",
        "--- Antwoord boven deze regel ---",
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Original message follows -----",
        "Original message headers:",
    ],
)
def test_everything_below_a_marker_is_quoted(marker: str) -> None:
    both = split(f"{WORDS}\n\n{marker}\n\n{OURS}\nKleinboek\n", "kleinboek.nl")

    assert both.new == WORDS
    assert both.quoted.endswith(f"{OURS}\nKleinboek")


@pytest.mark.parametrize(
    "marker",
    [
        "Op di 3 mrt 2026 om 10:12 schreef Kleinboek <info@kleinboek.nl>:\n",
        "Kleinboek support schreef:\n",
        "Am 03.03.2026 schrieb Kleinboek:\n\n",
        "-----Oorspronkelijk bericht-----\nVan: Kleinboek\n\n",
        "",
    ],
)
def test_answers_above_between_and_below_quoted_lines_are_new(marker: str) -> None:
    both = split(
        f"Zie hieronder.\n\n{marker}> Wilt u alles?\nJa.\n> En daarna wissen?\n>> Dat vroeg u.\nNee.\n\nSanne\n"
    )

    assert both.new == "Zie hieronder.\n\nJa.\nNee.\n\nSanne"


@pytest.mark.parametrize(
    "text",
    [
        "Mijn adres is veranderd.\n\nVan: Hooiweg 1\nAan: Dorpsstraat 2\n\nGroet, Sanne",
        "Van: sanne@oud.example\nNaar: sanne@nieuw.example\n\nGraag aanpassen.",
        "Graag mijn adres wijzigen\nvan: Hooiweg 1\naan: Dorpsstraat 2\nper datum: 1 maart\nDank!",
        "Aan: Kleinboek\nVan: Sanne de Vries\nBetreft: inzage\nDatum: 3 maart 2026\n\nGeachte heer,\n\nGraag inzage.",
        "Aan: info@kleinboek.nl\nOnderwerp: inzage\n\nGeachte heer, mevrouw,\n\nGraag inzage.",
        "Zie mijn brief.\n\nAan: info@kleinboek.nl\nOnderwerp: inzage\n\nGeachte heer, mevrouw,\n\nGraag inzage.",
        "Zie mijn brief.\n\nVan: Sanne de Vries\nOnderwerp: inzage\n\nGeachte heer,\n\nGraag inzage.",
        "Zie mijn brief.\n\nVan: S. de Vries\nAan: Kleinboek\nDatum: 3 maart\nOnderwerp: inzage\n\nGraag inzage.",
        "Van: Sanne de Vries\nOnderwerp: inzage\n\nGeachte heer, mevrouw,\n\nGraag inzage.",
        "Op 3 maart 2026 om 10:12 schreef u mij vanaf info@kleinboek.nl:\n\nwij wissen alles\n\nDat klopt niet.",
        'Op 3 maart schreef u mij:\n\n"Wij wissen alles."\n\nDat is niet gebeurd.',
        "Op 3 maart 2026 om 10:12 schreef u dat alles gewist was:\ndat klopt niet.",
        "Op maandag om 10:30 belde ik en jullie collega schreef toen een notitie:\ndie wil ik zien.",
        "Op 3 maart heeft uw collega mij het volgende geschreven:\n\nwij wissen alles\n\nDat klopt niet.",
        "Mijn collega schreef op 3 maart 2026 om 10:12:\n\nwij wissen alles\n\nDat klopt niet.",
        "Piet van de helpdesk schreef op 3 maart 2026:\n\nwij wissen alles\n\nDat klopt niet.",
        "Op 3 maart 2026 schreef Piet (piet@kleinboek.nl) het volgende:\n\nwij wissen alles\n\nDat klopt niet.",
        "On 3 March you wrote to me:\n\nwe delete everything\n\nThat is not true.",
        "Ik schreef op 3 maart dat ik alles wil zien:\nfacturen\nlogs",
        "Wat ik wil:\n- inzage\n- een kopie\n-- en snel\n---\nSanne",
        "De bijlage was\n> 25 MB en kwam terug.",
        "Dit zijn de velden:\nNaam: Sanne\nAdres: Hooiweg 1\nOnderwerp: inzage",
        "Datum: 3 maart\nOnderwerp: klacht\n\nIk ben boos.",
        "Vanaf 1 juni wil ik stoppen.\n\nVan: januari\n\nTot: maart",
    ],
)
def test_the_customers_own_lines_are_never_taken_for_a_quote(text: str) -> None:
    assert split(text, "kleinboek.nl", "Sanne de Vries <sanne@klant.example>").new == text


@pytest.mark.parametrize(
    ("line", "new"),
    [
        (
            "Verstuurd vanaf mijn iPhoneOp 04.08.2026 om 09:03 heeft K <info@kleinboek.nl> het volgende geschreven:",
            "Verstuurd vanaf mijn iPhone",
        ),
        ("dank u wel!Op 4 aug. 2026 om 09:03 heeft Kleinboek het volgende geschreven:", "dank u wel!"),
        ("thanksOn Tue, 4 Aug 2026 at 09:03, Kleinboek <info@kleinboek.nl> wrote:", "thanks"),
    ],
)
def test_an_attribution_glued_to_the_last_words_is_cut_off(line: str, new: str) -> None:
    both = split(f"Ja.\n\n{line}\n\n{OURS}\n")

    assert both.new == f"Ja.\n\n{new}"
    assert OURS in both.quoted


def test_a_quote_that_goes_on_behind_the_colon_is_quoted() -> None:
    both = split(f"Ja.\nOp 4 aug. 2026 om 09:03 heeft Kleinboek het volgende geschreven: {OURS}\nKleinboek\n")

    assert both.new == "Ja."
    assert both.quoted.endswith(f"{OURS}\nKleinboek")


def test_with_nothing_new_above_only_the_first_paragraph_is_the_quote() -> None:
    text = f"Van: Kleinboek Support\nDatum: 4 juni 2026 16:45\n\n{OURS}\n\nNee, laat staan.\n\nSanne\n"

    both = split(text, "kleinboek.nl")

    assert both.new == "Nee, laat staan.\n\nSanne"


def test_a_forward_without_a_word_has_nothing_new() -> None:
    both = split(
        f"Begin doorgestuurd bericht:\n\nVan: Joris <joris@elders.example>\nOnderwerp: weg\n\n{OURS}\n\nJoris\n"
    )

    assert both.new == ""
    assert "Joris" in both.quoted


def test_a_copied_mail_to_another_company_is_quoted() -> None:
    both = split("Ter info.\n\nAan: help@anders.example\nOnderwerp: weg\n\nWis mijn account.\n", "kleinboek.nl")

    assert both.new == "Ter info."


CASES = quoting_cases.cases()


def test_the_table_has_cases_of_its_own_and_each_has_words() -> None:
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names) > 200
    assert all(case.text.strip() for case in CASES)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_line_goes_to_whom_it_belongs(case: quoting_cases.Case, end: str) -> None:
    lost, leaked = case.strayed(end)

    assert lost == "", "the writer's own words were taken for a quote"
    assert leaked == "", "a quote was taken for the writer's own words"


def test_every_mail_of_his_own_above_every_quote_and_below_one_is_kept_whole() -> None:
    mails = quoting_cases.mixed(CASES)

    strayed = {case.name: case.strayed() for case in mails}

    assert len(mails) > 5000
    assert {name: pair for name, pair in strayed.items() if any(pair)} == {}


# Lines that look like markers more often than chance would have it.
_PIECES = st.sampled_from(
    [
        "> geciteerd",
        "Op di 3 mrt 2026 om 10:12 schreef Kleinboek <info@kleinboek.nl>:",
        "Van: Kleinboek <info@kleinboek.nl>",
        "Verzonden: dinsdag 3 maart 2026 10:12",
        "Onderwerp: x",
        "-----Original Message-----",
        "Begin doorgestuurd bericht:",
        "____________________",
        "iPhoneOp 4 aug. 2026 om 09:03 heeft K <k@k.example> het volgende geschreven:",
        "gewoon",
        "",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(_PIECES, st.text(max_size=30)), max_size=15).flatmap(
        lambda lines: st.sampled_from(["\n", "\r\n", "\r", "\u2028", "\x0b"]).map(lambda end: end.join(lines))
    ),
)


@given(_TEXTS)
@example("Van:\n")
@example("\n\n> \n")
@hypothesis_settings(deadline=None)
def test_the_segments_joined_are_the_text(text: str) -> None:
    both = split(text, "kleinboek.nl")

    assert "".join(segment.text for segment in both.segments) == text


@given(_TEXTS)
@hypothesis_settings(deadline=None)
def test_every_word_is_either_new_or_quoted(text: str) -> None:
    both = split(text)

    assert sorted(re.findall(r"\S+", f"{both.new}\n{both.quoted}")) == sorted(
        word for segment in both.segments for word in re.findall(r"\S+", segment.text)
    )


@given(st.lists(st.from_regex(r"[a-zé ,.!?]{0,60}", fullmatch=True), max_size=20))
@hypothesis_settings(deadline=None)
def test_plain_lines_are_never_quoted(lines: list[str]) -> None:
    assert all(segment.origin is Origin.NEW for segment in split("\n".join(lines)).segments)


@pytest.mark.parametrize(
    "text",
    [
        "Op 3 mrt 2026 om 10:10 schreef " * 8000,
        ("Op 3 mrt 2026 om 10:10 schreef " * 12 + "\n") * 600,
        "xOp 3 mrt heeft " * 16000,
        "Van: a\nAan: b\n" * 15000,
        "<" * 250_000,
        "a@" * 120_000,
        "> " * 120_000,
        "_" * 250_000,
    ],
)
def test_hostile_text_is_split_in_bounded_time(text: str) -> None:
    assert "".join(segment.text for segment in split(text).segments) == text


PAGES = quoting_cases.pages()


@pytest.mark.parametrize(("page", "new"), PAGES.values(), ids=PAGES.keys())
def test_a_page_is_split_like_the_text_that_its_program_would_have_written(page: str, new: str) -> None:
    both = split(html_text(page).visible, "kleinboek.nl", quoting_cases.WRITER, answers="eigen" not in page)

    assert both.new == new

"""What a reply in a case does: heard from its own words, stopped or read rather than missed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.cases.codes import new_code
from bot.triage.classify import classify
from bot.triage.intents import goes_unread, intents_in, is_signed_code
from bot.triage.labels import Intent
from bot.triage.model import load_model
from bot.triage.reply_words import PLAIN
from bot.triage.weights import INTENTS

MODEL = load_model()
LETTERS = Path(__file__).parents[1] / "replies" / "expected" / "nl"
STOPS = {
    Intent.NOT_ME,
    Intent.WITHDRAWAL,
    Intent.CANCELS_ERASURE,
    Intent.WRONG_RECIPIENT,
    Intent.DISPUTES,
    Intent.CHANGE_SCOPE,
}


def _heard(text: str, quoted: str = "") -> frozenset[Intent]:
    return classify(MODEL, "Re: uw verzoek", text, quoted, in_case=True).intents


@pytest.mark.parametrize("letter", ["challenge.txt", "receipt.txt", "erasure.txt"])
@pytest.mark.parametrize(
    "text",
    ["Bedankt!", "Wanneer is het klaar?", "Dank u wel, ik wacht af.", "Ik heb dit niet aangevraagd.", "7KQM-2XVP"],
)
def test_our_own_letter_below_a_reply_does_not_change_what_it_does(letter: str, text: str) -> None:
    below = (LETTERS / letter).read_text(encoding="utf-8")

    assert _heard(text, f"Op 3 maart 2026 schreef Kleinboek:\n\n{below}") == _heard(text)


ABSENT = "Ik ben afwezig tot en met 14 maart en lees mijn mail niet. Bij spoed kunt u mijn collega bellen."
RETURNED = "Mail Delivery System: your message could not be delivered. 550 5.1.1 user unknown."


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("Dat adres klopt niet meer.", RETURNED),
        ("Dan bel ik morgen wel even.", ABSENT),
        ("Ik ben er weer.", ABSENT),
        ("Dinsdag ben ik er.", ABSENT),
    ],
)
def test_a_machine_that_is_quoted_makes_no_machine_of_who_writes(text: str, below: str) -> None:
    assert not _heard(text, below) & {Intent.OUT_OF_OFFICE, Intent.BOUNCE}


@pytest.mark.parametrize(
    "text", ["Wat is dit?", "Wat moet ik doen?", "Waar vind ik die code?", "Wat is dit voor bericht?"]
)
def test_a_question_below_our_challenge_is_no_denial(text: str) -> None:
    below = (LETTERS / "challenge.txt").read_text(encoding="utf-8")

    assert Intent.NOT_ME not in _heard(text, below) - _heard(text)


def test_no_letter_takes_away_what_stops_a_case_by_itself() -> None:
    alone, above = _odds({Intent.DISPUTES: 1.0}), _odds({Intent.DISPUTES: -5.0, Intent.AGREES: 4.0})

    assert Intent.DISPUTES in intents_in("", "Zo is het.", (alone + above) / 2, alone)
    assert Intent.DISPUTES not in intents_in("", "Zo is het.", (alone + above) / 2)


def _odds(said: dict[Intent, float]) -> NDArray[np.float64]:
    return np.array([said.get(Intent(name), -6.0) for name in INTENTS])


@pytest.mark.parametrize(
    "text",
    [
        "Die gegevens zijn niet van mij, graag verwijderen.",
        "De kopie die ik stuurde was niet van mij maar van mijn vrouw.",
        "De bijlage bij mijn verzoek was niet van mij maar van mijn accountant.",
        "Het overzicht is niet volledig van mij.",
        "het bestand is nu niet meer van mij",
        "Het mailadres in het overzicht is niet van mij, dat is een typefout.",
    ],
)
def test_what_somebody_says_of_his_own_papers_is_no_wrong_recipient_by_pattern(text: str) -> None:
    assert not PLAIN[Intent.WRONG_RECIPIENT].search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Stopt u nooit met mijn zaak.",
        "Stopt u niet met mijn verzoek.",
        "Volgens uw brief stopt u met mijn verzoek. Dat wil ik niet.",
        "Zonder ID stopt u met mijn verzoek, schrijft u.",
        "Stopt u even met mijn dossier.",
        "Stopt u met dat verwerkingsverzoek.",
    ],
)
def test_who_does_not_want_us_to_stop_takes_nothing_back_by_pattern(text: str) -> None:
    assert not PLAIN[Intent.WITHDRAWAL].search(text)


@pytest.mark.parametrize("text", ["Bedankt!", "Wanneer is het klaar?", "Thank you very much.", "7KQM-2XVP"])
def test_thanks_a_question_and_a_code_stop_nothing(text: str) -> None:
    assert not _heard(text) & STOPS


@pytest.mark.parametrize(
    "text",
    [
        "Bedankt, ik heb het bestand van een andere klant gekregen",
        "Ik heb een bestand van een andere klant gekregen.",
        "Dit overzicht is van iemand anders.",
        "You sent me someone else's data.",
    ],
)
def test_somebody_elses_data_are_never_only_thanked_for(text: str) -> None:
    assert Intent.WRONG_RECIPIENT in _heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bedankt, u kunt de zaak sluiten.",
        "Danke, hat sich erledigt.",
        "bedankt, ik zie er van af",
        "Never mind",
        "Ik trek mijn verwijderingsverzoek in.",
        "Ik wil mijn AVG-verzoek intrekken",
        "Ik trek het in, hoeft niet meer",
        "Ik wil het intrekken, jullie hoeven zelf niets meer te doen.",
        "Ik ben met vakantie tot 20 juli, mijn aanvraag kan vervallen.",
        "Ik heb het zelf gevraagd, maar ik zie er nu toch van af.",
        "Ik heb zelf dit verzoek gedaan maar wil er nu vanaf, doe maar niks.",
    ],
)
def test_a_withdrawal_in_any_wording_stops_the_case(text: str) -> None:
    assert _heard(text) & STOPS


@pytest.mark.parametrize(
    "text",
    [
        "De code 7KQM-2XVP kwam bij mij binnen maar ik heb niets met u te maken.",
        "We have nothing to do with you.",
        "Ich habe nichts damit zu tun",
    ],
)
def test_who_has_nothing_to_do_with_us_did_not_ask(text: str) -> None:
    assert Intent.NOT_ME in _heard(text)


@pytest.mark.parametrize(
    "text", ["Niet zelf gedaan.", "Dat heb ik niet zelf aangevraagd.", "i didnt made this request"]
)
def test_a_denial_with_the_word_self_is_not_ruled_out(text: str) -> None:
    odds = np.full(len(INTENTS), -6.0)
    odds[INTENTS.index(Intent.NOT_ME.value)] = 3.0

    assert Intent.NOT_ME in intents_in("", text, odds)


@pytest.mark.parametrize(
    "text", ["Ik trek niets in.", "Ik wil mijn verzoek niet intrekken.", "I will not withdraw it."]
)
def test_what_the_words_deny_is_ruled_out_however_sure_the_model_is(text: str) -> None:
    odds = np.full(len(INTENTS), -6.0)
    odds[INTENTS.index(Intent.WITHDRAWAL.value)] = 6.0

    assert intents_in("", text, odds) == {Intent.UNRELATED}


@pytest.mark.parametrize(
    "text",
    [
        "Bedankt! Kunnen jullie ook mijn broer meenemen?",
        "Dank u wel! Bel me even op 0612345678.",
        "Bedankt. De link werkt helaas bij mij op de telefoon.",
        "Bedankt, ontvangen. Het adres is oud.",
        "Bedankt voor de snelle reactie. Graag hoor ik wanneer het klaar is.",
        "Dank voor de stukken. Ze horen bij mijn zwager.",
        "Bedankt, mijn vader is intussen overleden.",
        "Danke, ich bleibe Kunde.",
        "Bedankt! De link is verlopen.",
        "Vielen Dank. Ich warte.",
        "Bedankt, niets ontvangen",
        "DANK U WEL DIT WAS IK NIET",
        "Danke, Widerruf",
        "Bedankt, groet, Niet Akkoord",
        "Bedankt!\nGroet,\nWis Alles Graag",
        "Thanks. Groet Nee",
        "Bedankt!\nAnnuleren.",
        "Hartelijk dank\nGroet\nIngetrokken",
    ],
)
def test_thanks_that_go_on_to_say_something_are_read(text: str) -> None:
    assert not goes_unread(_heard(text), "", text)


def test_thanks_that_are_half_about_something_else_are_read() -> None:
    odds = np.full(len(INTENTS), -6.0)
    odds[[INTENTS.index(Intent.THANKS.value), INTENTS.index(Intent.UNRELATED.value)]] = (0.6, 0.1)

    assert not goes_unread(intents_in("", "Bedankt, mijn broer ook.", odds), "", "Bedankt, mijn broer ook.")


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben er niet tot maandag. Voor zover dit over mijn account gaat: dat heb ik niet gevraagd.",
        "Ik ben met verlof tot 1 mei. Ik trek mijn verzoek in.",
    ],
)
def test_a_no_below_the_subject_of_an_absence_note_stops_the_case(text: str) -> None:
    assert classify(MODEL, "Afwezig: Klopt uw verzoek?", text, in_case=True).intents & STOPS


def test_who_is_away_and_got_what_is_his_neighbours_says_so() -> None:
    text = "Ik ben tot 20 juli met vakantie. PS het bestand hoort bij mijn buurman."

    assert Intent.WRONG_RECIPIENT in _heard(text)


@pytest.mark.parametrize("intent", [Intent.OUT_OF_OFFICE, Intent.BOUNCE])
def test_what_reads_like_a_machine_and_asks_something_is_read(intent: Intent) -> None:
    asks = "Ik ben tot maandag afwezig. Kunt u mijn gegevens daarna wissen?"

    assert not goes_unread(frozenset({intent}), "", asks)
    assert goes_unread(frozenset({intent}), "", "Ik ben tot maandag afwezig.")
    assert goes_unread(frozenset({intent}), "", "Ik ben weg. Wilt u voor vragen contact opnemen met Bas.")


@pytest.mark.parametrize(
    "text",
    [
        "Ik wil inzage. Verder heb ik niets met jullie te maken.",
        "Ik heb niets met u te maken gehad sinds 2020, wis mijn gegevens.",
    ],
)
def test_who_asks_and_has_little_to_do_with_us_is_still_the_one_who_asks(text: str) -> None:
    odds = np.full(len(INTENTS), -6.0)

    assert Intent.NOT_ME not in intents_in("", text, odds)


def test_the_subject_of_our_letter_does_not_decide_what_a_reply_does() -> None:
    complains = "Ook dien ik een klacht in: jullie hebben mijn gegevens zonder toestemming gedeeld."
    ours = "Klopt uw verzoek? Beantwoord dit controlebericht (KB-2026-0042)"

    heard = [classify(MODEL, subject, complains, in_case=True).intents for subject in ("", ours)]

    assert [Intent.COMPLAINT_AP in one for one in heard] == [True, True]
    assert [Intent.NOT_ME in one for one in heard] == [False, False]


@pytest.mark.parametrize("code", ["7KQM-2XVP", "9FFF-FFFF", "4TZR-BXKM"])
def test_who_sends_a_code_back_does_not_say_that_it_was_not_he(code: str) -> None:
    complains = f"{code}\n\nOok dien ik een klacht in: jullie hebben mijn gegevens zonder toestemming gedeeld."

    assert Intent.NOT_ME not in _heard(complains)
    assert Intent.NOT_ME in _heard(f"{code}\n\nDeze code kreeg ik, maar ik heb dit niet aangevraagd.")


@pytest.mark.parametrize(
    "words",
    [
        "ich war das nicht",
        "Ich habe das nicht beantragt!",
        "I didn't do this",
        "nee",
        "ik ken u niet",
        "Somebody else must have asked for this",
        "my account was hacked",
        "deze brief was voor mijn buurman",
        "aber bitte nichts löschen",
        "maar verwijder niets",
    ],
)
def test_a_no_behind_a_code_stops_the_case(words: str) -> None:
    assert _heard(f"7K3M-9QXP {words}") & STOPS


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben met vakantie tot 12 december. Stop intussen met wissen.",
        "I am out of the office until 5 January. Please hold the deletion.",
        "Ich bin im Urlaub bis 10. Januar, bitte warten Sie mit dem Löschen.",
        "Thanks, please hold off deleting until next month.",
    ],
)
def test_who_is_away_and_stops_the_erasure_is_heard(text: str) -> None:
    assert Intent.CANCELS_ERASURE in _heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bedankt!",
        "Geen dank!",
        "Hartelijk dank voor de snelle reactie.\n\nMet vriendelijke groet,\nSanne Vermeer",
        "Thanks for the quick reply! Kind regards, Anna",
        "Vielen Dank für Ihre Hilfe",
    ],
)
def test_nothing_but_thanks_and_a_name_bother_nobody(text: str) -> None:
    assert _heard(text) == {Intent.THANKS}


def test_two_stops_between_which_the_model_hesitates_are_both_told() -> None:
    odds = np.full(len(INTENTS), -6.0)
    odds[[INTENTS.index(Intent.WITHDRAWAL.value), INTENTS.index(Intent.CANCELS_ERASURE.value)]] = (-0.1, -0.2)

    assert intents_in("", "Doe dat maar zo.", odds) == {Intent.WITHDRAWAL, Intent.CANCELS_ERASURE}


@pytest.mark.parametrize(
    ("text", "does"),
    [
        (
            "Ja, dat was ik: 7KQ2-M9XD. Kan het antwoord per post?",
            (Intent.CHALLENGE_ANSWER, Intent.DELIVERY_PREFERENCE),
        ),
        ("Ik wacht al zes weken. Volgende week ga ik naar de AP.", (Intent.REMINDER, Intent.COMPLAINT_AP)),
        (
            "Dit is niet van mij maar van een zekere Joris. En waar blijft mijn eigen overzicht?",
            (Intent.WRONG_RECIPIENT,),
        ),
        (
            "Mijn paspoort stuur ik u niet. Dan hoeft het voor mij niet meer.",
            (Intent.REFUSES_IDENTIFICATION, Intent.WITHDRAWAL),
        ),
        (
            "Het bestand gaat niet open. Stuur het anders maar op papier.",
            (Intent.CANNOT_OPEN, Intent.DELIVERY_PREFERENCE),
        ),
    ],
)
def test_a_reply_that_does_two_things_is_heard_twice(text: str, does: tuple[Intent, ...]) -> None:
    assert set(does) <= _heard(text)


@pytest.mark.parametrize(
    ("words", "intent"),
    [("Ik trek mijn verzoek in.", Intent.WITHDRAWAL), ("Ik heb dit niet aangevraagd.", Intent.NOT_ME)],
)
def test_a_stop_below_a_long_thanks_is_heard(words: str, intent: Intent) -> None:
    kind = "Hartelijk dank voor alle hulp, jullie zijn altijd zo vriendelijk en snel, dat waarderen wij hier zeer. "

    assert intent in _heard(f"{15 * kind}{words}")


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        (Intent.REMINDER, "Waar blijft mijn overzicht?"),
        (Intent.REMINDER, "Ik wacht nog."),
        (Intent.DELIVERY_PREFERENCE, "Graag op papier."),
        (Intent.WITHDRAWAL, "Dan hoeft het voor mij niet meer."),
    ],
)
def test_the_words_alone_say_it(intent: Intent, text: str) -> None:
    assert PLAIN[intent].search(text)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        (Intent.WITHDRAWAL, "U hoeft het niet meer per post te sturen, mailen is prima."),
        (Intent.DELIVERY_PREFERENCE, "Ik wil weten waarom u dit per post stuurde."),
    ],
)
def test_the_same_words_about_something_else_say_nothing(intent: Intent, text: str) -> None:
    assert not PLAIN[intent].search(text)


@pytest.mark.parametrize("below", ["", "\n\nSanne", "\n\nGroet, Sanne de Vries", "\nMet groet,\nJ. Bakker"])
def test_a_code_with_a_name_is_an_answer_whatever_its_letters_look_like(below: str) -> None:
    for number in range(40):
        code = new_code(random.Random(number).choice)
        assert _heard(f"{code}{below}") == {Intent.CHALLENGE_ANSWER}


@pytest.mark.parametrize("below", ["Nee", "Niet ik", "Stop", "Sanne. Niets wissen."])
def test_a_word_more_below_a_code_is_read(below: str) -> None:
    assert not is_signed_code(f"7KDA-X9MT\n\n{below}")

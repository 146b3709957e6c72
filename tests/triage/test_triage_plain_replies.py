"""Words that turn a reply round: a refusal that holds "akkoord", a yes with a limit, thanks that miss something."""

from __future__ import annotations

import pytest

from bot.triage.classify import classify
from bot.triage.corrections import corrections_in
from bot.triage.labels import Intent, Writer
from bot.triage.values import Spoken
from bot.triage.weights import load_model

MODEL = load_model()


def intents(text: str) -> frozenset[Intent]:
    return classify(MODEL, "Re: uw verzoek", text, in_case=True).intents


@pytest.mark.parametrize(
    "text",
    [
        "Ik ga niet akkoord.",
        "Nee, daar ga ik niet mee akkoord.",
        "Ik ga hier niet mee akkoord.",
        "Daar ben ik niet akkoord mee.",
        "I do not agree.",
        "Damit bin ich nicht einverstanden.",
    ],
)
def test_who_refuses_does_not_agree(text: str) -> None:
    assert Intent.DISPUTES in intents(text)
    assert Intent.AGREES not in intents(text)


@pytest.mark.parametrize(
    "text",
    [
        "Akkoord met wissen, behalve mijn facturen.",
        "Akkoord met wissen, maar bewaar mijn facturen.",
        "Akkoord met wissen, alleen de facturen niet.",
    ],
)
def test_a_yes_with_a_limit_changes_what_is_asked(text: str) -> None:
    assert Intent.CHANGE_SCOPE in intents(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Dank, maar ik mis de gespreksnotities.", Intent.DISPUTES),
        ("Dank voor de gegevens. Volgens mij is dit niet alles.", Intent.DISPUTES),
        ("Dank u, dit is niet wat ik vroeg.", Intent.DISPUTES),
        ("Bedankt, maar ik kan het niet openen.", Intent.CANNOT_OPEN),
    ],
)
def test_thanks_that_find_something_missing_are_more_than_thanks(text: str, intent: Intent) -> None:
    assert intent in intents(text)
    assert Intent.THANKS not in intents(text)


@pytest.mark.parametrize("text", ["Prima, doe maar.", "Akkoord!", "Ja hoor, ga je gang"])
def test_a_plain_yes_stays_one(text: str) -> None:
    assert Intent.AGREES in intents(text)
    assert not intents(text) & {Intent.DISPUTES, Intent.CHANGE_SCOPE}


def test_thanks_without_a_but_stay_thanks() -> None:
    assert intents("Bedankt voor de snelle hulp!") == {Intent.THANKS}


def test_money_is_fetched_from_the_new_account() -> None:
    new, old = "NL91ABNA0417164300", "NL20INGB0001234567"
    text = f"Vanaf 1 mei graag incasseren van {new}.\n\nJansen BV\nIBAN {old}"
    [change] = corrections_in(text, [Spoken("iban", new=True, words=new), Spoken("iban", new=False, words=old)])

    assert (change.old, change.new) == (old, new)


@pytest.mark.parametrize(
    "text",
    [
        "Op mijn verzoek van 3 oktober is niet gereageerd. De maand is voorbij.",
        "Ik heb u vorige maand een verzoek gestuurd en nooit antwoord gekregen. Nu is de termijn verstreken.",
    ],
)
def test_an_ignored_request_in_a_mail_of_its_own_is_read_by_a_person(text: str) -> None:
    verdict = classify(MODEL, "", text)
    assert verdict.needs_person or verdict.kinds


def test_who_writes_for_a_named_firm_is_an_agent_and_read_by_a_person() -> None:
    text = "Hierbij namens Bakkerij Jansen: ons nieuwe telefoonnummer is 0592-123456. Graag wijzigen."
    verdict = classify(MODEL, "Wijziging", text)

    assert verdict.writer is Writer.AGENT
    assert verdict.needs_person

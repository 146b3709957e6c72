"""Whom a mail asks: the labelled mails call the company Kleinboek, another installation has a name of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.measuring import judge_of
from bot.configuration import load_settings
from bot.settings import default_config_dir
from bot.triage.brand import TAUGHT, as_spoken_to, as_taught
from bot.triage.classify import classify
from bot.triage.corpus import SHIPPED_CORPUS
from bot.triage.labels import RequestKind
from bot.triage.model import load_model
from bot.triage.reading import Reader


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Beste Tuinwinkel, wis mij.", "Beste Kleinboek, wis mij."),
        ("beste tuinwinkel", "beste Kleinboek"),
        ("Beste Kleinboek, wis mij.", "Beste Tuinwinkel, wis mij."),
        ("Ik stap van Tuinwinkel over naar Kleinboek.", "Ik stap van Kleinboek over naar Tuinwinkel."),
        ("Tuinwinkels in de buurt", "Tuinwinkels in de buurt"),
        (
            "mail jan@tuinwinkel.example of www.tuinwinkel.example",
            "mail jan@tuinwinkel.example of www.tuinwinkel.example",
        ),
    ],
)
def test_our_own_name_is_read_as_the_one_that_was_taught(written: str, read: str) -> None:
    assert as_taught(written, "Tuinwinkel") == read


@pytest.mark.parametrize("brand", ["Kleinboek", "kleinboek", "", "  "])
def test_where_the_name_is_the_taught_one_or_none_nothing_changes(brand: str) -> None:
    assert as_taught("Beste Kleinboek, wis mij.", brand) == "Beste Kleinboek, wis mij."


@pytest.mark.parametrize(
    ("brand", "written", "read"),
    [
        ("Jansen & Co. (BV)", "Dag Jansen & Co. (BV), wis mij", "Dag Kleinboek, wis mij"),
        ("De Gouden  Bal", "beste de gouden bal, wis mij", "beste Kleinboek, wis mij"),
        ("De Gouden Bal", "Aan DE GOUDEN\nBAL te Assen", "Aan Kleinboek te Assen"),
        ("Café Zuid", "Beste Cafe\u0301 Zuid", "Beste Kleinboek"),
        ("Kleinboek Pro", "Beste Kleinboek, ik heb Kleinboek Pro", "Beste Kleinboek, ik heb Kleinboek"),
        ("Account", "Verwijder mijn account", "Verwijder mijn account"),
        ("Account", "Beste account, verwijder mijn account", "Beste Kleinboek, verwijder mijn account"),
        ("Ja", "Ja, graag.", "Ja, graag."),
    ],
)
def test_names_of_all_sorts_are_found_as_people_write_them(brand: str, written: str, read: str) -> None:
    assert as_taught(written, brand) == read


def test_values_stand_in_the_mail_as_they_were_written() -> None:
    mail = "Wij heten vanaf 1 mei Tuinwinkel Roden BV en niet meer De Spade BV. Wilt u onze bedrijfsnaam aanpassen?"
    verdict = classify(replace(load_model(), brand="Tuinwinkel"), "Nieuwe bedrijfsnaam", mail)

    assert [(one.field, one.new) for one in verdict.corrections] == [("company", "Tuinwinkel Roden BV")]


def test_a_long_mail_of_names_is_read_in_no_time() -> None:
    text = "Beste Tuinwinkel " * 60_000
    begin = time.process_time()

    assert as_taught(text, "Tuinwinkel").startswith("Beste Kleinboek ")
    assert time.process_time() - begin < 2


def test_a_request_to_us_is_one_whatever_our_name_is() -> None:
    model = replace(load_model(), brand="Tuinwinkel")
    asks = "Beste Tuinwinkel, wat weten jullie allemaal van mij? Stuur me daar een kopie van. Sanne Vos"

    assert classify(model, "vraag", asks).kinds == {RequestKind.ACCESS}


def test_our_own_mail_is_judged_with_our_name_and_what_ships_with_the_taught_one(tmp_path: Path) -> None:
    settings = load_settings(default_config_dir(), {"PRIVACYBOT_SERVICE__ENVIRONMENT": "test"})
    ours = settings.organisation.model_copy(update={"brand": "Tuinwinkel"})
    other = settings.model_copy(update={"organisation": ours})

    assert Reader.of(settings).model().brand == settings.organisation.brand
    assert Reader.of(other).model().brand == "Tuinwinkel"
    assert judge_of(other, tmp_path / "own.jsonl").brand == "Tuinwinkel"
    assert judge_of(other, SHIPPED_CORPUS / "mixed_blind.jsonl").brand == TAUGHT


@pytest.mark.parametrize(
    "greeting",
    [
        "Geachte Functionaris Gegevensbescherming,",
        "Beste Privacy Officer,",
        "Aan de Functionaris voor de Gegevensbescherming",
        "Beste Helpdesk Boekhouding,",
        "Geachte heer/mevrouw DPO,",
        "Dear Data Protection Officer,",
        "Sehr geehrter Datenschutzbeauftragter,",
        "Beste afdeling administratie,",
    ],
)
def test_a_role_that_is_greeted_is_one_of_us(greeting: str) -> None:
    wish = "wil je de kopie van mijn rijbewijs verwijderen die ik vorige week in de chat heb gezet? Stefan Koning"

    assert as_spoken_to(greeting).rstrip(",").endswith(" Kleinboek")
    assert not classify(load_model(), "", f"{greeting}\n\n{wish}").ordinary


@pytest.mark.parametrize(
    "text",
    [
        "Beste Privacy Officer van Bol,",
        "Geachte directie van Kwekerij Jansen,",
        "Beste Bol,",
        "Beste Helpdesk Hero B.V.,",
        "De helpdesk, die ik belde, wist het niet.",
        "Beste Supporters van de club,",
    ],
)
def test_a_role_elsewhere_stays_as_it_is(text: str) -> None:
    assert as_spoken_to(text) == text

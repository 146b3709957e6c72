"""What only machines write: by their bodies, and told from people who are on holiday as well."""

from __future__ import annotations

import time

import pytest
from unattended_bodies import bodies

from bot.mail.unattended import LONGEST, Note, by_body, by_subject, calls_itself_automatic


@pytest.mark.parametrize(("note", "text"), bodies("machines.txt"))
def test_a_body_that_only_a_machine_writes_is_known(note: str, text: str) -> None:
    assert by_body(text) is Note(note)


@pytest.mark.parametrize(("what", "text"), bodies("people.txt"))
def test_a_person_who_is_away_asks_answers_or_tells_something(what: str, text: str) -> None:
    assert by_body(text) is None


def test_there_are_as_many_people_as_machines() -> None:
    assert min(len(bodies("machines.txt")), len(bodies("people.txt"))) >= 30


@pytest.mark.parametrize("text", [text for _, text in bodies("machines.txt")])
def test_a_question_in_the_same_body_makes_it_a_persons(text: str) -> None:
    assert by_body(f"{text}\nIk wil alles zien wat u van mij heeft.") is None
    assert by_body(f"{text}\nPlease delete everything about me.") is None


def test_a_long_text_was_written_by_somebody() -> None:
    text = "Ik ben afwezig tot en met 14 mei. "

    assert by_body(text) is Note.ABSENCE
    assert by_body(text + "Er was eens een boekhouder. " * (LONGEST // 28)) is None


def test_a_closed_mailbox_of_no_words_says_nothing() -> None:
    assert by_body("") is None


@pytest.mark.parametrize(
    ("subject", "note"),
    [
        ("Automatisch antwoord: uw verzoek", Note.ABSENCE),
        ("Uw melding is geregistreerd onder nummer 12", Note.ACKNOWLEDGEMENT),
        ("Onbestelbaar: uw gegevens", Note.RETURNED),
        ("PostNL: uw pakket kan niet worden bezorgd", None),
        ("afwezigheid docent", None),
    ],
)
def test_the_subject_says_which_machine_wrote(subject: str, note: Note | None) -> None:
    assert by_subject(subject) is note


def test_a_website_that_calls_its_mail_automatic_does_so_whatever_its_visitor_asks() -> None:
    assert calls_itself_automatic("Dit is een automatisch gegenereerd bericht.\nVraag: wis mijn gegevens")


@pytest.mark.parametrize("piece", ["ik ben a ", "ben ik ", "uw ", "zo snel mogelijk ", "stuur a ", "1", "\n", "mijn "])
def test_words_made_to_be_slow_are_read_at_once(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    began = time.process_time()

    by_body(text)

    assert time.process_time() - began < 0.25

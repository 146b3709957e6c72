"""A "yes" confirms what the control message names: an attacker's request never rides on it unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.letters import LetterKind
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.identifiers import FIELDS
from bot.triage.labels import Language, RequestKind

LETTERS = Letters(Path(__file__).parents[2] / "templates", sample_organisation())
CONFIRMING = (LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER)
IN_DUTCH = {
    RequestKind.ACCESS: "- inzage in uw gegevens",
    RequestKind.CORRECTION: "- het wijzigen van uw gegevens",
    RequestKind.PORTABILITY: "- het meenemen van uw gegevens",
    RequestKind.ERASURE: "- het wissen van uw gegevens",
    RequestKind.COMPLAINT: "- uw klacht",
    RequestKind.RESTRICTION: "- het beperken van het gebruik van uw gegevens",
    RequestKind.OBJECTION: "- uw bezwaar",
    RequestKind.CONSENT_WITHDRAWAL: "- het intrekken van uw toestemming",
}


def _text(letter: LetterKind, facts: LetterFacts) -> str:
    return "\n\n".join(block.text for block in LETTERS.compose(letter, facts).blocks)


def _asked(letter: LetterKind, *kinds: RequestKind, language: Language = Language.DUTCH) -> LetterFacts:
    plain = rich(letter, language)
    return replace(plain, kinds=kinds, fields=(), from_this_address=None)


@pytest.mark.parametrize("letter", CONFIRMING)
@pytest.mark.parametrize("kind", RequestKind)
def test_every_right_that_is_confirmed_is_named_and_no_other(letter: LetterKind, kind: RequestKind) -> None:
    lines = _text(letter, _asked(letter, kind)).splitlines()

    assert [line for line in lines if line.startswith("- ")] == [IN_DUTCH[kind]]


@pytest.mark.parametrize("letter", CONFIRMING)
def test_a_correction_names_the_fields_and_only_those(letter: LetterKind) -> None:
    facts = replace(_asked(letter, RequestKind.CORRECTION), fields=("phone", "iban", "iban"))

    text = _text(letter, facts)

    assert "- het wijzigen van uw gegevens: telefoonnummer en rekeningnummer (IBAN)\n" in text
    assert "geboortedatum" not in text


@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_every_field_that_can_be_corrected_has_words_of_its_own(language: Language) -> None:
    facts = _asked(LetterKind.CHALLENGE, RequestKind.CORRECTION, language=language)

    texts = {_text(LetterKind.CHALLENGE, replace(facts, fields=fields)) for fields in ((), *zip(FIELDS, strict=True))}

    assert len(texts) == len(FIELDS) + 1


@settings(deadline=None, max_examples=30)  # other tests run beside this one
@given(st.text(min_size=1).filter(lambda field: field not in FIELDS))
def test_a_field_outside_the_closed_list_is_told_in_our_words(field: str) -> None:
    facts = replace(_asked(LetterKind.CHALLENGE, RequestKind.CORRECTION), fields=(field,))

    assert _text(LetterKind.CHALLENGE, facts) == _text(LetterKind.CHALLENGE, replace(facts, fields=("other",)))


@pytest.mark.parametrize("letter", CONFIRMING)
def test_a_request_from_elsewhere_is_warned_of_before_the_code(letter: LetterKind) -> None:
    facts = replace(_asked(letter, RequestKind.ACCESS), from_this_address=False)

    text = _text(letter, facts)

    assert text.index("vanaf een ander e-mailadres") < text.index("NIET IK") < text.index(facts.code or "?")
    assert "\nHeeft u dit niet zelf gevraagd? Antwoord dan: NIET IK\n" in text
    assert "hoeft u niets te doen" not in text


@pytest.mark.parametrize("letter", CONFIRMING)
def test_a_request_from_this_address_says_so_and_still_offers_a_no(letter: LetterKind) -> None:
    text = _text(letter, replace(_asked(letter, RequestKind.ACCESS), from_this_address=True))

    assert "Het is gevraagd vanaf dit e-mailadres." in text
    assert "ander e-mailadres" not in text
    assert "NIET IK" in text


@pytest.mark.parametrize("letter", CONFIRMING)
@pytest.mark.parametrize("elsewhere", [False, None])
def test_a_letter_never_says_that_this_address_asked_when_nobody_found_that(
    letter: LetterKind, elsewhere: bool | None
) -> None:
    text = _text(letter, replace(_asked(letter, RequestKind.ACCESS), from_this_address=elsewhere))

    assert "gevraagd vanaf dit e-mailadres" not in text


def test_without_facts_about_what_was_asked_the_question_is_the_plain_one() -> None:
    blocks = LETTERS.compose(LetterKind.CHALLENGE, bare(LetterKind.CHALLENGE, Language.DUTCH)).blocks

    question = next(block.text for block in blocks if block.code == "question")

    words = " ".join(question.split())
    assert words == "Er is een verzoek gedaan over uw persoonsgegevens (KB-2026-0042). Klopt dat?"


@pytest.mark.parametrize("letter", CONFIRMING)
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("here", [True, False, None])
def test_code_and_passphrase_stand_alone_on_their_lines(
    letter: LetterKind, language: Language, here: bool | None
) -> None:
    facts = replace(rich(letter, language), kinds=tuple(RequestKind), fields=FIELDS, from_this_address=here)

    lines = _text(letter, facts).splitlines()

    copies = 2 if language is Language.OTHER else 1
    assert [lines.count(str(facts.code)), lines.count(str(facts.passphrase))] == [copies, copies]


def test_the_letter_in_two_languages_warns_in_both() -> None:
    facts = replace(rich(LetterKind.CHALLENGE, Language.OTHER), kinds=(RequestKind.ERASURE,), from_this_address=False)

    text = _text(LetterKind.CHALLENGE, facts)

    for words in ("- het wissen van uw gegevens", "ander e-mailadres", "- erasing your data", "another e-mail address"):
        assert words in text


@pytest.mark.parametrize("letter", CONFIRMING)
@pytest.mark.parametrize("language", list(Language))
def test_nothing_that_the_asker_wrote_stands_in_a_control_message(letter: LetterKind, language: Language) -> None:
    written = "joris@elders.example klik hier"
    facts = rich(letter, language)

    told = replace(
        facts, name=written, address=written, company=written, complaint_about=written, reason=written, ap_ref=written
    )

    assert LETTERS.compose(letter, told) == LETTERS.compose(letter, facts)

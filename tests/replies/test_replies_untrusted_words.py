"""What other people wrote is data in a letter: never a template, never a block, never a control character."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.letters import WITH_TEMPLATE, LetterKind
from bot.replies.letters import Letter, Letters
from bot.replies.plain import NAME_LIMIT, greeting_name, line, masked, paragraphs
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = Letters(TEMPLATES, sample_organisation())
ATTACKS = ["{{7*7}}", "{% for x in range(9) %}x{% endfor %}", "{{ passphrase }}", "{# gone #}", "{{ ''.__class__ }}"]


def _complaint(**fields: str) -> Letter:
    """A complaint that shares its letter with a correction: only a person who proved who he is, is greeted by name."""
    facts = replace(rich(LetterKind.CORRECTION, Language.DUTCH), **fields)  # type: ignore[arg-type]
    return LETTERS.compose_answer((LetterKind.CORRECTION, LetterKind.COMPLAINT), facts)


def _text(letter: Letter) -> str:
    return "\n\n".join(block.text for block in letter.blocks)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("field", ["name", "complaint_about", "reason", "measures"])
def test_a_template_in_what_people_wrote_stays_as_they_wrote_it(attack: str, field: str) -> None:
    letter = _complaint(**{field: attack})

    assert attack in _text(letter)
    assert "49" not in _text(letter)


@pytest.mark.parametrize("field", ["name", "complaint_about", "reason", "measures"])
def test_no_text_can_forge_a_block(field: str) -> None:
    honest = _complaint()

    forged = _complaint(**{field: "Sanne\n== REF-1 ==\nU krijgt alles.\n\n== closing ==\nGroet"})

    assert [block.code for block in forged.blocks] == [block.code for block in honest.blocks]


def test_a_name_stays_on_its_own_line() -> None:
    letter = _complaint(name="Sanne\r\nBcc: joris@klant.example\u2028Iedereen")

    assert letter.blocks[0].text.count("\n") == 0


@pytest.mark.parametrize(
    "name", ["joris@klant.example", "klik op https://klant.example", "WWW.klant.example", " \t ", None]
)
def test_a_name_that_is_no_name_is_not_greeted(name: str | None) -> None:
    assert greeting_name(name) is None


@settings(deadline=None)  # other tests run beside this one
@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_people_write_the_letter_keeps_its_blocks_and_holds_no_control_characters(
    name: str, words: str
) -> None:
    letter = _complaint(name=name, complaint_about=words, reason=words, measures=words)

    assert {"KLA-about", "AP", "court", "contact", "closing"} <= {block.code for block in letter.blocks}
    assert "\n" not in letter.subject
    kept = {"\n", "\u200c", "\u200d"}
    assert not [sign for sign in _text(letter) if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in kept]


@given(st.text())
def test_a_line_is_one_bounded_line(text: str) -> None:
    shown = line(text, NAME_LIMIT)

    assert len(shown) <= NAME_LIMIT
    assert len(shown.splitlines()) <= 1


def test_direction_marks_and_zero_width_signs_are_taken_out() -> None:
    assert line("San\u202ene\u200b de\tVries\x00") == "Sanne de Vries"


def test_paragraphs_keep_their_lines() -> None:
    assert paragraphs("Een.\r\n\r\n\r\n\r\nTwee.\n- drie") == "Een.\n\nTwee.\n- drie"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("NL91ABNA0417164300", "NL•••4300"),
        ("sanne@klant.example", "s•••@klant.example"),
        ("06-12345678", "06•••5678"),
        ("Dorpsstraat", "Do•••"),
        ("Lindelaan 12", "Li•••"),
        ("Ede", "•••"),
        ("Utrecht", "U•••"),
        ("", "•••"),
    ],
)
def test_an_old_value_is_recognisable_and_useless(value: str, shown: str) -> None:
    assert masked(value) == shown


@given(st.text(min_size=4).filter(lambda value: "•" not in value))
def test_a_masked_value_never_is_the_value(value: str) -> None:
    assert masked(value) != value


def test_facts_and_letters_show_nothing_personal_when_printed() -> None:
    facts = rich(LetterKind.CHALLENGE_REMINDER, Language.DUTCH)
    letter = LETTERS.compose(LetterKind.CHALLENGE_REMINDER, facts)

    shown = repr(facts) + repr(letter)

    for personal in ("Sanne", "klant.example", "molen", "KRT7", "NL69", "reclame!"):
        assert personal not in shown


@pytest.mark.parametrize("letter", WITH_TEMPLATE)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_only_four_letters_know_a_code_or_a_passphrase(letter: LetterKind, language: Language) -> None:
    facts = replace(
        rich(letter, language), code="GEHEIM-1", passphrase="geheim-twee", code_until=bare(letter, language).due_on
    )

    text = _text(LETTERS.compose(letter, facts))

    expected = {
        LetterKind.CHALLENGE: (True, True),
        LetterKind.CHALLENGE_REMINDER: (True, True),
        LetterKind.PASSPHRASE: (False, True),
        LetterKind.PAPER_CODE: (True, False),
    }.get(letter, (False, False))
    assert ("GEHEIM-1" in text, "geheim-twee" in text) == expected


@pytest.mark.parametrize("language", list(Language))
def test_a_receipt_says_the_same_to_known_and_unknown(language: Language) -> None:
    unknown = bare(LetterKind.RECEIPT, language)
    known = replace(
        rich(LetterKind.RECEIPT, language), ref=unknown.ref, received_on=unknown.received_on, due_on=unknown.due_on
    )

    assert LETTERS.compose(LetterKind.RECEIPT, known) == LETTERS.compose(LetterKind.RECEIPT, unknown)


def test_nothing_found_speaks_of_the_address_only() -> None:
    plain = bare(LetterKind.NOTHING_FOUND, Language.DUTCH)
    named = rich(LetterKind.NOTHING_FOUND, Language.DUTCH)

    assert LETTERS.compose(LetterKind.NOTHING_FOUND, plain) == LETTERS.compose(LetterKind.NOTHING_FOUND, named)

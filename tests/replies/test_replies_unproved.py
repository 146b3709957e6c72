"""Letters that need no proof of who asks say nothing that our systems know: not a name, not a number, not a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.letters import LetterKind
from bot.replies.facts import FileFact, HoldingFact, LetterFacts
from bot.replies.letters import Letter, Letters
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language

LETTERS = Letters(Path(__file__).parents[2] / "templates", sample_organisation())
UNPROVED = (
    LetterKind.COMPLAINT,
    LetterKind.NOTHING_FOUND,
    LetterKind.OTHER_PRIVACY,
    LetterKind.NOT_IDENTIFIED,
    LetterKind.REFUSAL,
    LetterKind.EXTENSION,
    LetterKind.FORWARDED,
    LetterKind.QUESTION,
    LetterKind.AP_REFERENCE,
    LetterKind.RECEIPT,
    LetterKind.MANDATE_REQUEST,
    LetterKind.GUARDIAN_REQUEST,
    LetterKind.DECEASED,
    LetterKind.NO_DATA_SUBJECT,
    LetterKind.MASKED_COPY,
    LetterKind.FEE_NOTICE,
)
PROVED = (
    LetterKind.ACCESS,
    LetterKind.PORTABILITY,
    LetterKind.CORRECTION,
    LetterKind.RESTRICTION,
    LetterKind.ERASURE,
)
KNOWN = ("Sanne de Vries", "K-10042", "NL91ABNA0417164300", "klantenkaart")


def _change(action: ChangeAction) -> PlannedChange:
    return PlannedChange("crm", "klanten", "klantenkaart K-10042", action, old=KNOWN[2], new=KNOWN[2], count=1)


def _with_what_we_know(facts: LetterFacts) -> LetterFacts:
    """The same case, in which our systems have told everything about Sanne."""
    texts = ("klantenkaart K-10042", "klantenkaart", "reden", "grond", ("Rekenhost B.V.",), "herkomst", "zeven jaar")
    return replace(
        facts,
        name="Sanne de Vries",
        files=(FileFact("K-10042.pdf", 1, "overview"), FileFact("K-10042.zip", 1, "package")),
        holdings=(HoldingFact(*texts, rows=3, left_out=("K-10042",)),),
        collected_on=date(2020, 2, 2),
        challenged_on=date(2020, 2, 2),
        terms=(("K-10042", "klantenkaart"),),
        not_portable=("klantenkaart",),
        portable_transfer=True,
        changes=tuple(map(_change, ChangeAction)),
        pending=(_change(ChangeAction.CORRECT),),
        by_hand=(("klantenkaart", "K-10042"),),
        recipients_told=("klantenkaart",),
        code="KRT7-92WF",
        passphrase="molen-tafel",
        fields=("iban",),
    )


def _nothing_known(facts: LetterFacts) -> LetterFacts:
    nothing = LetterFacts(facts.ref, facts.language, facts.today, facts.received_on, facts.due_on)
    kept = (
        "kinds",
        "reason",
        "measures",
        "complaint_about",
        "address",
        "company",
        "ap_ref",
        "new_due_on",
        "not_done",
        "fee",
    )
    return replace(nothing, **{name: getattr(facts, name) for name in kept})


def _text(letter: Letter) -> str:
    return "\n".join([letter.subject, *(block.text for block in letter.blocks)])


@pytest.mark.parametrize("letter", UNPROVED)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
@pytest.mark.parametrize("facts_of", [bare, rich])
def test_a_letter_to_somebody_unproved_reads_the_same_whatever_we_know(
    letter: LetterKind, language: Language, facts_of: Callable[[LetterKind, Language], LetterFacts]
) -> None:
    unknown = _nothing_known(facts_of(letter, language))

    known = LETTERS.compose(letter, _with_what_we_know(unknown))

    assert known == LETTERS.compose(letter, unknown)
    assert not [value for value in KNOWN if value in _text(known)]


@pytest.mark.parametrize("letter", [LetterKind.CONSENT_WITHDRAWAL, LetterKind.OBJECTION])
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_who_only_wants_no_more_advertising_is_not_greeted_by_name(letter: LetterKind, language: Language) -> None:
    facts = replace(bare(letter, language), marketing=True, name="Sanne de Vries")

    assert "Sanne" not in _text(LETTERS.compose(letter, facts))


@pytest.mark.parametrize("letter", PROVED)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_who_proved_who_she_is_is_greeted_by_name(letter: LetterKind, language: Language) -> None:
    assert "Sanne de Vries," in LETTERS.compose(letter, rich(letter, language)).blocks[0].text


@pytest.mark.parametrize(
    "letter",
    [
        *(LetterKind.MANDATE_REQUEST, LetterKind.GUARDIAN_REQUEST, LetterKind.DECEASED),
        *(LetterKind.NO_DATA_SUBJECT, LetterKind.FORWARD_TO_CUSTOMER, LetterKind.ACCOUNT_NOTICE),
    ],
)
def test_whoever_is_not_the_person_concerned_does_not_read_that_his_own_data_were_asked(letter: LetterKind) -> None:
    dutch = LETTERS.compose(letter, rich(letter, Language.DUTCH))
    asked = next(block.text for block in dutch.blocks if block.code in {"request", "notice"})

    assert "gegevens" in asked
    assert "uw gegevens" not in asked

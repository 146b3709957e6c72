"""What a rehearsal keeps and tells of one mail."""

from __future__ import annotations

import pickle

from bot.cli.rehearsal.findings import LEFT_OUT, Passage, passages_of, sheet_of
from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.triage.verdict import Reason, StatedCorrection, Verdict

ASKS = "Welke gegevens hebben jullie van mij?"
HEAD = b"From: Sanne <sanne@klant.example>\nSubject: Vraag\nMessage-ID: <1@klant.example>\n\n"


def mail(text: str) -> ParsedMail:
    found = parsed(HEAD + text.encode(), ParsingSettings(), "kleinboek.nl")
    assert isinstance(found, ParsedMail)
    return found


def verdict(*reasons: Reason, corrections: tuple[StatedCorrection, ...] = ()) -> Verdict:
    kinds = frozenset(RequestKind(reason.label) for reason in reasons)
    about = (Language.DUTCH, False, Role.CONTROLLER, Writer.SUBJECT)
    return Verdict(kinds, False, False, *about, reasons=reasons, corrections=corrections)


def test_the_text_is_shown_around_its_sentences_and_the_middle_is_left_out() -> None:
    asked, added = Reason("access", ASKS), Reason("erasure", "Wis daarna alles.")
    text = f"Beste mensen, {'woord ' * 300}{ASKS} {'ander ' * 300}{added.text} Groet, Sanne"

    shown = passages_of(text, [added, asked])

    assert [piece for piece in shown if piece.labels] == [Passage(ASKS, ("access",)), Passage(added.text, ("erasure",))]
    assert [piece.text for piece in shown].count(LEFT_OUT) == 2
    assert shown[-1].text == " Groet, Sanne"
    assert sum(len(piece.text) for piece in shown) < 1500


def test_a_clause_is_marked_with_the_sentence_it_stands_in() -> None:
    whole, clause = Reason("access", ASKS), Reason("erasure", "jullie van mij?")

    assert passages_of(ASKS, [clause, whole]) == (Passage(ASKS, ("access", "erasure")),)


def test_without_sentences_the_beginning_is_shown() -> None:
    (shown,) = passages_of("Hallo daar. " * 1000, [])

    assert shown.text.startswith("Hallo daar.")
    assert len(shown.text) < 500


def test_a_number_counts_in_a_sentence_too_if_its_word_stands_elsewhere_in_the_mail() -> None:
    said = "Neem dan 111222333 als nieuw nummer."
    found = verdict(Reason("correction", said), corrections=(StatedCorrection("other", None, "111222333"),))

    sheet = sheet_of("een.eml", mail(f"Mijn BSN is 111222333. {'Tekst. ' * 20}{said}"), found, None, frozenset())

    assert "111222333" not in repr(sheet.passages) + repr(sheet.verdict.reasons) + repr(sheet.verdict.corrections)
    assert [piece.text for piece in sheet.passages if piece.labels] == ["Neem dan ••••• als nieuw nummer."]


def test_a_number_that_is_broken_by_unseen_characters_is_masked_as_well() -> None:
    sheet = sheet_of(
        "een.eml", mail(f"{ASKS} BSN 111\u200b222\u200b333"), verdict(Reason("access", ASKS)), None, frozenset()
    )

    assert "222" not in "".join(piece.text for piece in sheet.passages)


def test_of_a_mail_of_a_megabyte_a_few_thousand_characters_are_kept() -> None:
    large = mail(f"{ASKS} " + "Nog een lange zin over van alles. " * 30_000)

    asks = sheet_of("een.eml", large, verdict(Reason("access", ASKS)), None, frozenset())
    ordinary = sheet_of("twee.eml", large, verdict(), None, frozenset())

    assert len(pickle.dumps(asks)) < 5000
    assert ordinary.passages == ()

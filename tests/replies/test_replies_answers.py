"""One letter for several requests, open places that keep a draft from being approved, facts that nobody confirmed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.draft import Block
from bot.cases.errors import RefusedActError
from bot.cases.letters import LETTER_OF, SIDE_LETTERS, WITH_TEMPLATE, LetterKind
from bot.replies.errors import MissingFactError
from bot.replies.facts import HoldingFact
from bot.replies.letters import Letter, Letters, missing_blocks, required_blocks, unconfirmed
from bot.replies.reasons import (
    EXTENSIONS,
    REFUSALS,
    ExtensionReason,
    RefusalReason,
    extension_text,
    in_words,
    refusal_ground,
    refusal_text,
    refusals_for,
)
from bot.replies.samples import bare, rich, sample_organisation
from bot.settings import Fact, Organisation
from bot.triage.intents import intents_in
from bot.triage.labels import Intent, Language, RequestKind

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = Letters(TEMPLATES, sample_organisation())


def _shipped_organisation() -> Organisation:
    with (TEMPLATES.parent / "config" / "organisation.toml").open("rb") as file:
        return Organisation(**tomllib.load(file))


def _text(letter: Letter) -> str:
    return "\n\n".join(block.text for block in letter.blocks)


def _block(letter: Letter, code: str) -> str:
    return next(block.text for block in letter.blocks if block.code == code)


def test_requests_answered_together_share_greeting_and_tail() -> None:
    kinds = (LetterKind.COMPLAINT, LetterKind.CORRECTION, LetterKind.ACCESS)

    letter = LETTERS.compose_answer(kinds, rich(LetterKind.CORRECTION, Language.DUTCH))

    text = _text(letter)
    for once in ("Beste Sanne", "Met vriendelijke groet", "artikel 35 UAVG", "Postbus 93374", "Uw nummer is"):
        assert text.count(once) == 1, once
    assert text.index("UW GEGEVENS INZIEN") < text.index("UW GEGEVENS WIJZIGEN") < text.index("UW KLACHT")


def test_a_shared_letter_carries_what_every_part_must_carry() -> None:
    kinds = (LetterKind.ACCESS, LetterKind.PORTABILITY, LetterKind.CORRECTION, LetterKind.COMPLAINT, LetterKind.REFUSAL)
    facts = rich(LetterKind.COMPLAINT, Language.ENGLISH)
    facts = replace(facts, changes=rich(LetterKind.CORRECTION, Language.ENGLISH).changes)

    letter = LETTERS.compose_answer(kinds, facts)

    assert missing_blocks(kinds, letter.blocks) == frozenset()


def test_a_letter_for_one_request_has_no_headings() -> None:
    letter = LETTERS.compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.DUTCH))

    assert not [block for block in letter.blocks if "heading" in block.code]


def test_a_shared_letter_has_no_code_twice() -> None:
    kinds = tuple(letter for letter in LETTER_OF.values() if letter is not LetterKind.ERASURE)

    letter = LETTERS.compose_answer(kinds, rich(LetterKind.RESTRICTION, Language.DUTCH))

    codes = [block.code for block in letter.blocks]
    assert len(codes) == len(set(codes))


def test_a_letter_answers_at_least_one_request() -> None:
    with pytest.raises(ValueError, match="at least one"):
        LETTERS.compose_answer((), bare(LetterKind.ACCESS, Language.DUTCH))


@pytest.mark.parametrize("export", [LetterKind.ACCESS, LetterKind.PORTABILITY])
def test_an_erasure_never_shares_a_letter_with_an_export(export: LetterKind) -> None:
    with pytest.raises(ValueError, match="never shares"):
        LETTERS.compose_answer((LetterKind.ERASURE, export), rich(LetterKind.ERASURE, Language.DUTCH))


def test_what_is_answered_later_is_announced() -> None:
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), later=(RequestKind.ERASURE,))

    assert "Over het wissen van uw gegevens krijgt u een apart bericht." in _text(
        LETTERS.compose(LetterKind.ACCESS, facts)
    )


@pytest.mark.requirement("INT-11")
@pytest.mark.requirement("INT-11")
def test_automatic_letters_in_other_languages_come_in_two() -> None:
    for letter in (LetterKind.RECEIPT, LetterKind.CHALLENGE):
        text = _text(LETTERS.compose(letter, bare(letter, Language.OTHER)))

        assert "Goedendag," in text
        assert "Hello," in text


@pytest.mark.requirement("INT-11")
@pytest.mark.parametrize(("language", "hello"), [(Language.GERMAN, "Guten Tag,"), (Language.FRENCH, "Bonjour,")])
@pytest.mark.parametrize("letter", [LetterKind.RECEIPT, LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER])
def test_germans_and_french_are_acknowledged_in_their_language(
    letter: LetterKind, language: Language, hello: str
) -> None:
    text = _text(LETTERS.compose(letter, rich(letter, language)))

    assert hello in text
    assert not re.search(r"Goedendag|Hello|identiteitsbewijs|identity document", text)
    assert missing_blocks((letter,), LETTERS.compose(letter, rich(letter, language)).blocks) == frozenset()


@pytest.mark.parametrize("language", [Language.GERMAN, Language.FRENCH])
def test_what_the_letter_asks_germans_and_french_to_answer_is_understood(language: Language) -> None:
    text = _text(LETTERS.compose(LetterKind.CHALLENGE, bare(LetterKind.CHALLENGE, language)))

    answer = re.search(r"[A-Z]{3}(?: [A-Z]{2,})+", text)
    assert answer is not None
    assert Intent.NOT_ME in intents_in("", answer.group(), np.full(len(Intent), -9.0))


@pytest.mark.parametrize("language", [Language.GERMAN, Language.FRENCH, Language.OTHER])
def test_answers_in_other_languages_are_english(language: Language) -> None:
    answer = _text(LETTERS.compose(LetterKind.ACCESS, bare(LetterKind.ACCESS, language)))

    assert "Kind regards" in answer
    assert "Met vriendelijke groet" not in answer


@pytest.mark.parametrize(
    "letter", [LetterKind.COMPLAINT, LetterKind.REFUSAL, LetterKind.OTHER_PRIVACY, LetterKind.EXTENSION]
)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_a_letter_that_a_person_must_complete_is_not_whole(letter: LetterKind, language: Language) -> None:
    blocks = LETTERS.compose(letter, bare(letter, language)).blocks

    assert missing_blocks((letter,), blocks)


def test_a_complaint_is_whole_once_finding_and_measures_are_written() -> None:
    draft = LETTERS.compose(LetterKind.COMPLAINT, bare(LetterKind.COMPLAINT, Language.DUTCH)).blocks
    edited = tuple(replace(block, text="Klopt.") if block.code.startswith("KLA-") else block for block in draft)

    assert missing_blocks((LetterKind.COMPLAINT,), draft) == {"KLA-finding", "KLA-measures"}
    assert missing_blocks((LetterKind.COMPLAINT,), edited) == frozenset()


def test_an_edit_that_takes_out_a_block_is_noticed() -> None:
    blocks = LETTERS.compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.DUTCH)).blocks
    emptied = tuple(Block(block.code, " ") if block.code == "ACC-d" else block for block in blocks)
    without = tuple(block for block in blocks if block.code != "ACC-f")

    assert missing_blocks((LetterKind.ACCESS,), emptied) == {"ACC-d"}
    assert "ACC-f" in missing_blocks((LetterKind.ACCESS,), without)


def test_an_access_letter_must_carry_all_fourteen_codes() -> None:
    codes = {f"ACC-{code}" for code in "01234abcdefgh"}

    assert codes <= required_blocks(LetterKind.ACCESS)


@pytest.mark.parametrize("code", RefusalReason)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_a_reason_of_the_catalogue_still_asks_for_the_facts_of_the_case(
    code: RefusalReason, language: Language
) -> None:
    text = refusal_text(code, language)
    facts = replace(bare(LetterKind.REFUSAL, language), reason=text)

    alone = LETTERS.compose(LetterKind.REFUSAL, facts).blocks
    told = LETTERS.compose(LetterKind.REFUSAL, replace(facts, reason=f"{text}\nDat zit zo.")).blocks

    assert "REF-3" in missing_blocks((LetterKind.REFUSAL,), alone)
    assert missing_blocks((LetterKind.REFUSAL,), told) == frozenset()


def test_the_catalogue_is_complete_and_names_its_articles() -> None:
    assert set(REFUSALS) == set(RefusalReason)
    assert set(EXTENSIONS) == set(ExtensionReason)
    assert all(
        reason.article.split(",")[0].split("(")[0].removeprefix("recital ") in refusal_text(code, "nl")
        for code, reason in REFUSALS.items()
    )
    assert RefusalReason.LEGAL_DUTY in refusals_for(RequestKind.ERASURE)
    assert RefusalReason.LEGAL_DUTY not in refusals_for(RequestKind.ACCESS)


@pytest.mark.parametrize("code", [*RefusalReason, *ExtensionReason])
def test_staff_may_name_a_reason_by_its_code(code: str) -> None:
    letter = LetterKind.REFUSAL if code in set(RefusalReason) else LetterKind.EXTENSION
    facts = replace(bare(letter, Language.ENGLISH), reason=f"{code}: You wrote nine times in May.")

    blocks = LETTERS.compose(letter, replace(facts, new_due_on=date(2027, 2, 26))).blocks

    text = "\n".join(block.text for block in blocks)
    assert f"{code}:" not in text
    assert in_words(code, "en", facts.kinds) in text
    assert "You wrote nine times in May." in text
    assert missing_blocks((letter,), blocks) == frozenset()


def test_a_code_alone_still_asks_for_the_facts() -> None:
    blocks = LETTERS.compose(
        LetterKind.REFUSAL, replace(bare(LetterKind.REFUSAL, Language.DUTCH), reason="excessive")
    ).blocks

    assert missing_blocks((LetterKind.REFUSAL,), blocks) == {"REF-3"}


OF_ANY_RIGHT = {"excessive", "unfounded", "no_mandate", "legal_person", "deceased", "exception"}


@pytest.mark.requirement("REF-05")
@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (RequestKind.CORRECTION, {"not_wrong", "bookkeeping_fixed", "opinion"}),
        (RequestKind.RESTRICTION, {"no_ground_restriction"}),
    ],
)
def test_a_right_with_few_grounds_is_refused_on_no_other(kind: RequestKind, own: set[str]) -> None:
    said = "de factuur is van mei"
    for code in OF_ANY_RIGHT | own:
        assert refusal_ground(f"{code}: {said}", {kind}) == code
    for code in set(RefusalReason) - OF_ANY_RIGHT - own:
        with pytest.raises(RefusedActError, match="is no ground to refuse this"):
            refusal_ground(f"{code}: {said}", {kind})

    with pytest.raises(RefusedActError, match="no ground"):
        refusal_ground("het is druk", {kind})
    with pytest.raises(RefusedActError, match="no ground"):
        refusal_ground(f"opinion: {said}", {RequestKind.CORRECTION, RequestKind.RESTRICTION})


@pytest.mark.requirement("REF-03")
@pytest.mark.parametrize("kind", [RequestKind.CONSENT_WITHDRAWAL, RequestKind.COMPLAINT])
@pytest.mark.parametrize("code", ["excessive", "unfounded", "exception"])
def test_what_article_12_5_and_41_uavg_do_not_touch_is_not_refused_on_them(code: str, kind: RequestKind) -> None:
    assert refusal_ground(f"{code}: negen keer in mei", {RequestKind.ACCESS}) == code

    for kinds in ({kind}, {kind, RequestKind.ACCESS}):
        with pytest.raises(RefusedActError, match="is no ground to refuse this"):
            refusal_ground(f"{code}: negen keer in mei", kinds)


@pytest.mark.requirement("REF-05")
def test_an_exception_of_the_law_needs_its_facts_and_stands_in_no_letter_of_ours() -> None:
    with pytest.raises(RefusedActError, match="stands on facts"):
        refusal_ground("exception", {RequestKind.ACCESS})

    for language in (Language.DUTCH, Language.ENGLISH):
        for letter in WITH_TEMPLATE:
            assert not re.search(
                r"41 UAVG|(?:artikel|Article) 23\b", _text(LETTERS.compose(letter, rich(letter, language)))
            )


@pytest.mark.requirement("REF-05")
@pytest.mark.parametrize(
    ("code", "kinds", "nl", "en"),
    [
        ("other_people", {"access"}, "(artikel 15 lid 4 AVG)", "(Article 15(4) GDPR)"),
        ("other_people", {"portability"}, "(artikel 20 lid 4 AVG)", "(Article 20(4) GDPR)"),
        (
            *("other_people", {"access", "portability"}),
            *("(artikel 15 lid 4 en artikel 20 lid 4 AVG)", "(Article 15(4) and Article 20(4) GDPR)"),
        ),
        ("legal_claim", {"erasure"}, "(artikel 17 lid 3 onder e AVG)", "(Article 17(3)(e) GDPR)"),
        ("legal_claim", {"objection"}, "(artikel 21 lid 1 AVG)", "(Article 21(1) GDPR)"),
    ],
)
def test_a_refusal_names_the_article_of_the_right_that_is_refused(code: str, kinds: set[str], nl: str, en: str) -> None:
    for language, article in ((Language.DUTCH, nl), (Language.ENGLISH, en)):
        asked = tuple(RequestKind(kind) for kind in sorted(kinds))
        facts = replace(bare(LetterKind.REFUSAL, language), kinds=asked, reason=code)

        alone = LETTERS.compose(LetterKind.REFUSAL, facts).blocks

        why = next(block.text for block in alone if block.code == "REF-3")
        assert article in why
        assert len(re.findall(r"artikel|Article", why)) == len(kinds)
        assert missing_blocks((LetterKind.REFUSAL,), alone) == {"REF-3"}  # the facts are still to be told


def test_own_words_with_a_colon_stay_own_words() -> None:
    facts = replace(bare(LetterKind.REFUSAL, Language.DUTCH), reason="Let op: dit account is niet van u.")

    assert "Let op: dit account is niet van u." in _block(LETTERS.compose(LetterKind.REFUSAL, facts), "REF-3")


def test_a_first_reminder_repeats_no_secret() -> None:
    facts = replace(rich(LetterKind.CHALLENGE_REMINDER, Language.DUTCH), code=None)

    assert facts.passphrase is not None
    assert facts.passphrase not in _text(LETTERS.compose(LetterKind.CHALLENGE_REMINDER, facts))


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="too_busy"):
        extension_text("too_busy", "nl")


def test_facts_that_nobody_confirmed_leave_an_open_place_outside_the_demo() -> None:
    letters = Letters(TEMPLATES, sample_organisation(confirmed=False))

    blocks = letters.compose(LetterKind.ERASURE, rich(LetterKind.ERASURE, Language.DUTCH)).blocks

    assert set(unconfirmed(blocks)) == {
        f"organisation.toml: {name}" for name in ("backup_days", "mailbox_days", "privacy_contact")
    }
    assert missing_blocks((LetterKind.ERASURE,), blocks) == {"ERA-backups", "ERA-kept", "contact"}


def test_the_demo_prints_unconfirmed_facts_as_examples() -> None:
    letters = Letters(TEMPLATES, sample_organisation(confirmed=False), mark_unconfirmed=True)

    letter = letters.compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.DUTCH))

    assert "Nederland (voorbeeld)" in _block(letter, "ACC-2")
    assert "binnen de Europese Economische Ruimte. (voorbeeld)" in _block(letter, "ACC-2")
    assert unconfirmed(letter.blocks) == ()
    assert missing_blocks((LetterKind.ACCESS,), letter.blocks) == frozenset()


def test_recipients_that_nobody_confirmed_are_marked_where_they_are_named() -> None:
    place = {"Rekenhost B.V.": "datamap.yaml: recipients.host"}
    letters = Letters(TEMPLATES, sample_organisation(), open_texts=place)

    letter = letters.compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.ENGLISH))

    assert "Rekenhost B.V. [not yet confirmed: datamap.yaml: recipients.host]" in _block(letter, "ACC-c")
    assert "- Betaalbrug B.V.: payments" in _block(letter, "ACC-c")
    assert unconfirmed(letter.blocks) == ("datamap.yaml: recipients.host",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("geen", "Nee. Uw gegevens blijven binnen de Europese Economische Ruimte."),
        ("VOORBEELD: geen doorgifte buiten de EER", "Nee. Uw gegevens blijven binnen de Europese Economische Ruimte."),
        ("geen, behalve naar Zwitserland", "geen, behalve naar Zwitserland"),
        ("Naar de VS, met modelcontracten.", "Naar de VS, met modelcontracten."),
    ],
)
def test_transfers_are_denied_only_where_there_are_none(value: str, expected: str) -> None:
    organisation = sample_organisation().model_copy(update={"transfers": Fact(value=value, confirmed=True)})

    letter = Letters(TEMPLATES, organisation).compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.DUTCH))

    assert expected in _block(letter, "ACC-2")


def test_who_runs_the_mailbox_is_a_recipient_and_messages_have_an_end() -> None:
    letter = LETTERS.compose(LetterKind.ACCESS, bare(LetterKind.ACCESS, Language.DUTCH))

    assert "- Postmeester B.V.: uw berichten aan ons" in _block(letter, "ACC-c")
    assert "tot 365 dagen na het einde van uw verzoek" in _block(letter, "ACC-d")
    assert "tot 5 jaar na het einde van uw verzoek" in _block(letter, "ACC-d")


def test_nobody_is_named_where_nobody_else_sees_the_mail() -> None:
    organisation = sample_organisation().model_copy(update={"mail_readers": Fact(value="geen", confirmed=True)})

    letter = Letters(TEMPLATES, organisation).compose(LetterKind.ACCESS, bare(LetterKind.ACCESS, Language.DUTCH))

    assert _block(letter, "ACC-c").endswith("Niemand buiten ons bedrijf.")


@pytest.mark.parametrize("country", ["NL", "Nederland", "VOORBEELD: Nederland"])
def test_a_country_is_named_in_the_language_of_the_letter(country: str) -> None:
    organisation = sample_organisation().model_copy(update={"hosting_country": Fact(value=country, confirmed=True)})

    letter = Letters(TEMPLATES, organisation).compose(LetterKind.ACCESS, rich(LetterKind.ACCESS, Language.ENGLISH))

    assert "Our servers are in this country: Netherlands." in _block(letter, "ACC-2")


def test_backups_end_so_many_days_after_the_erasure() -> None:
    organisation = sample_organisation().model_copy(
        update={"backup_days": Fact(value="VOORBEELD: 30 dagen", confirmed=True)}
    )
    facts = replace(rich(LetterKind.ERASURE, Language.DUTCH), done_on=date(2026, 12, 10))

    letter = Letters(TEMPLATES, organisation).compose(LetterKind.ERASURE, facts)

    assert "uiterlijk op 9 januari 2027" in _block(letter, "ERA-backups")


def test_a_rotation_without_a_number_stops_the_letter() -> None:
    organisation = sample_organisation().model_copy(update={"backup_days": Fact(value="onbekend", confirmed=False)})

    with pytest.raises(MissingFactError, match="backup_days"):
        Letters(TEMPLATES, organisation).compose(LetterKind.ERASURE, rich(LetterKind.ERASURE, Language.DUTCH))


def _kept(label: str, reason: str | None) -> PlannedChange:
    until = date(2033, 12, 31)
    return PlannedChange("crm", "invoices", label, ChangeAction.KEEP, count=1, reason=reason, keep_until=until)


def test_what_is_kept_is_told_with_reason_and_last_day() -> None:
    facts = replace(
        bare(LetterKind.ERASURE, Language.DUTCH),
        changes=(_kept("facturen", "artikel 52 AWR"), _kept("betalingen", "artikel 52 AWR")),
    )

    text = _block(LETTERS.compose(LetterKind.ERASURE, facts), "ERA-kept")

    assert "Wij bewaren nog: facturen en betalingen." in text
    assert "De reden: artikel 52 AWR." in text
    assert "tot en met 31 december 2033" in text


def test_nothing_is_kept_without_a_reason() -> None:
    facts = replace(bare(LetterKind.ERASURE, Language.DUTCH), changes=(_kept("facturen", None),))

    blocks = LETTERS.compose(LetterKind.ERASURE, facts).blocks

    assert "ERA-kept" in missing_blocks((LetterKind.ERASURE,), blocks)


def test_the_warning_about_bookkeeping_stands_only_where_bookkeeping_is_returned() -> None:
    with_books = LETTERS.compose(LetterKind.ERASURE, rich(LetterKind.ERASURE, Language.DUTCH))
    without = LETTERS.compose(LetterKind.ERASURE, bare(LetterKind.ERASURE, Language.DUTCH))

    assert "zeven jaar" in _block(with_books, "ERA-warning")
    assert "ERA-warning" not in {block.code for block in without.blocks}


def test_no_letter_says_erased_of_what_a_person_still_has_to_erase() -> None:
    by_hand = PlannedChange("mail", "inbox", "uw e-mails", ChangeAction.ERASE_BY_HAND, count=3)
    facts = replace(bare(LetterKind.ERASURE, Language.DUTCH), changes=(by_hand,))

    letter = LETTERS.compose(LetterKind.ERASURE, facts)

    assert "Wij hebben nu niets gewist." in _block(letter, "ERA-erased")
    assert "uw e-mails" in _block(letter, "ERA-by-hand")


@pytest.mark.requirement("ID-04")
def test_a_copy_of_an_identity_document_is_said_to_be_gone_only_when_it_is() -> None:
    facts = rich(LetterKind.ACCESS, Language.DUTCH)

    gone = LETTERS.compose(LetterKind.ACCESS, replace(facts, id_copy_removed_on=date(2026, 11, 27)))

    assert "Wij hebben de kopie op 27 november 2026 verwijderd." in _block(gone, "request")
    assert "kopie van een identiteitsbewijs" not in _text(LETTERS.compose(LetterKind.ACCESS, facts))


def test_an_empty_table_is_not_among_what_we_hold() -> None:
    facts = rich(LetterKind.ACCESS, Language.DUTCH)
    empty = replace(facts.holdings[1], rows=0, recipients=("Niemand B.V.",))

    some = LETTERS.compose(LetterKind.ACCESS, replace(facts, holdings=(facts.holdings[0], empty)))
    none = LETTERS.compose(LetterKind.ACCESS, replace(facts, holdings=(empty,)))

    assert "betalingen" not in _text(some)
    assert "Niemand B.V." not in _text(some)
    assert "Andere gegevens van u hebben wij niet." in _block(none, "ACC-0")


@pytest.mark.parametrize("others", [True, False])
def test_a_table_that_is_withheld_is_named_with_its_reason_and_no_letter_says_there_is_nothing(others: bool) -> None:
    facts = rich(LetterKind.ACCESS, Language.DUTCH)
    reason = "hangt alleen aan een e-mailadres, en is niet met zekerheid van één persoon"
    kept_back = replace(facts.holdings[1], rows=0, withheld=True, recipients=("Post B.V.",), left_out=(reason,))

    held = (facts.holdings[0], kept_back) if others else (kept_back,)
    letter = LETTERS.compose(LetterKind.ACCESS, replace(facts, holdings=held))

    assert "Andere gegevens van u hebben wij niet." not in _text(letter)
    assert "- betalingen: iDEAL-betalingen\n" in f"{_block(letter, 'ACC-b')}\n"
    assert "- Post B.V.: betalingen" in _block(letter, "ACC-c")
    assert f"iDEAL-betalingen – {reason}" in _block(letter, "ACC-3")


def _support(label: str, **texts: str) -> HoldingFact:
    plain = HoldingFact(label, "correspondentie", "uw vragen beantwoorden", "contract", ("Post B.V.",), "", "twee jaar")
    return replace(plain, **texts)  # type: ignore[arg-type]


def test_a_category_with_two_origins_is_one_line_that_names_the_tables() -> None:
    tables = (
        _support("vragen", origin="door u gevraagd"),
        _support("berichten", origin="door u en door ons geschreven"),
        _support("terugbelverzoeken", origin="door u gevraagd"),
        replace(_support("account", origin="van uzelf"), category="account"),
        replace(_support("nieuwsbrief", origin="van uzelf"), category="marketing"),
    )
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), holdings=tables)

    letter = LETTERS.compose(LetterKind.ACCESS, facts)

    assert _block(letter, "ACC-g").splitlines()[1:] == [
        "- correspondentie: door u gevraagd (vragen en terugbelverzoeken) en door u en door ons geschreven (berichten)",
        "- account en marketing: van uzelf",
    ]
    assert "- correspondentie, account en marketing: twee jaar" in _block(letter, "ACC-d")


@pytest.mark.parametrize("code", ["ACC-a", "ACC-d", "ACC-g"])
def test_no_category_stands_on_two_lines_of_one_list(code: str) -> None:
    tables = tuple(
        _support(f"tabel{number}", purpose=f"doel{number}", origin=f"bron{number}", retention=f"{number} jaar")
        for number in range(3)
    )
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), holdings=tables)

    lines = _block(LETTERS.compose(LetterKind.ACCESS, facts), code).splitlines()

    told = [line for line in lines if line.startswith("- correspondentie: ") and line != "- correspondentie: contract"]
    assert len(told) == 1
    assert all(f"(tabel{number})" in told[0] for number in range(3))


def test_two_tables_that_nobody_confirmed_keep_their_marks_on_one_line() -> None:
    open_texts = {"via de bank": "datamap.yaml: crm.betalingen.origin"}
    tables = (_support("vragen", origin="door u gevraagd"), _support("betalingen", origin="via de bank"))
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), holdings=tables)

    letter = Letters(TEMPLATES, sample_organisation(), open_texts=open_texts).compose(LetterKind.ACCESS, facts)

    assert unconfirmed(letter.blocks) == ("datamap.yaml: crm.betalingen.origin",)
    assert "ACC-g" in missing_blocks((LetterKind.ACCESS,), letter.blocks)


def test_a_field_that_was_empty_is_not_said_to_have_changed_from_something() -> None:
    facts = rich(LetterKind.CORRECTION, Language.DUTCH)
    facts = replace(facts, changes=(replace(facts.changes[0], old=None),))

    assert "- IBAN: naar NL69INGB0123456789" in _block(LETTERS.compose(LetterKind.CORRECTION, facts), "COR-fields")


def test_an_export_without_challenge_promises_the_password_apart() -> None:
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), challenged_on=None)

    assert "Het wachtwoord krijgt u apart van ons." in _block(LETTERS.compose(LetterKind.ACCESS, facts), "files")


@pytest.mark.parametrize("letter", WITH_TEMPLATE)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_the_shipped_organisation_can_sign_every_letter_of_the_demo(letter: LetterKind, language: Language) -> None:
    letters = Letters(TEMPLATES, _shipped_organisation(), mark_unconfirmed=True)

    composed = letters.compose(letter, rich(letter, language))

    assert missing_blocks((letter,), composed.blocks) == frozenset()
    assert "VOORBEELD:" not in _text(composed)


@pytest.mark.requirement("ACC-2", "AUT-01")
@pytest.mark.parametrize(("name", "code"), [("transfers", "ACC-2"), ("automated_decisions", "ACC-h")])
def test_an_english_letter_tells_the_owners_facts_in_english_or_waits_for_them(name: str, code: str) -> None:
    facts = rich(LetterKind.ACCESS, Language.ENGLISH)
    dutch = Fact(value="Naar Zwitserland, met een adequaatheidsbesluit.", confirmed=True)
    both = dutch.model_copy(update={"value_en": "To Switzerland, under an adequacy decision."})

    waits = Letters(TEMPLATES, sample_organisation().model_copy(update={name: dutch})).compose(LetterKind.ACCESS, facts)
    told = Letters(TEMPLATES, sample_organisation().model_copy(update={name: both})).compose(LetterKind.ACCESS, facts)

    assert unconfirmed(waits.blocks) == (f"organisation.toml: {name}.value_en",)
    assert "To Switzerland, under an adequacy decision." in _block(told, code)
    assert unconfirmed(told.blocks) == ()


@pytest.mark.requirement("POR-07")
def test_what_cannot_be_taken_along_is_named_without_a_list_of_columns() -> None:
    facts = replace(rich(LetterKind.PORTABILITY, Language.DUTCH), not_portable=("Klantgegevens: intern nr, status",))

    text = _block(LETTERS.compose(LetterKind.PORTABILITY, facts), "POR-left")

    assert "- Klantgegevens: 2 onderdelen" in text
    assert "intern nr" not in text


@pytest.mark.requirement("CON-01")
def test_a_withdrawal_speaks_of_a_day_only_where_there_is_one() -> None:
    facts = rich(LetterKind.CONSENT_WITHDRAWAL, Language.DUTCH)

    with_day = _block(LETTERS.compose(LetterKind.CONSENT_WITHDRAWAL, facts), "CON-before")
    without = _block(LETTERS.compose(LetterKind.CONSENT_WITHDRAWAL, replace(facts, done_on=None)), "CON-before")

    assert with_day.startswith("Wat wij vóór 10 december 2026 met uw toestemming deden")
    assert without.startswith("Wat wij eerder met uw toestemming deden")


@pytest.mark.requirement("REF-5")
@pytest.mark.parametrize("kind", [LetterKind.ACCESS, LetterKind.COMPLAINT, LetterKind.OBJECTION, LetterKind.REFUSAL])
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_a_late_letter_says_sorry_and_names_no_six_weeks(kind: LetterKind, language: Language) -> None:
    text = _text(LETTERS.compose(kind, replace(rich(kind, language), late=True)))

    assert re.search(r"excuses|apologise", text)
    assert not re.search(r"zes weken|six weeks", text)


@pytest.mark.requirement("KLA-03", "REF-5")
@pytest.mark.parametrize(
    ("language", "anybody", "six_weeks"),
    [(Language.DUTCH, "artikel 79 AVG", "zes weken"), (Language.ENGLISH, "Article 79 GDPR", "six weeks")],
)
@pytest.mark.parametrize("late", [True, False])
def test_a_complaint_where_no_right_was_used_names_the_court_and_no_six_weeks(
    language: Language, anybody: str, six_weeks: str, late: bool
) -> None:
    facts = replace(rich(LetterKind.COMPLAINT, language), right_used=False, late=late)

    without = _block(LETTERS.compose(LetterKind.COMPLAINT, facts), "court")
    used = _block(LETTERS.compose(LetterKind.COMPLAINT, replace(facts, right_used=True, late=False)), "court")

    assert anybody in without
    assert "35" not in without
    assert six_weeks not in without
    assert "35 UAVG" in used
    assert six_weeks in used


@pytest.mark.requirement("ID-07")
@pytest.mark.parametrize(
    ("asked", "dutch", "english"),
    [
        ({RequestKind.ACCESS, RequestKind.PORTABILITY}, "uw gegevens krijgt.", "gets your data."),
        ({RequestKind.ERASURE}, "uw gegevens laat wissen.", "has your data erased."),
        ({RequestKind.CORRECTION}, "uw gegevens laat wijzigen.", "has your data changed."),
        ({RequestKind.OBJECTION}, "namens u bezwaar maakt.", "objects in your name."),
        (
            {RequestKind.ACCESS, RequestKind.ERASURE},
            "uw gegevens krijgt of uw gegevens laat wissen.",
            "gets your data or has your data erased.",
        ),
    ],
)
def test_who_is_not_identified_reads_what_was_asked_and_is_prevented(
    asked: set[RequestKind], dutch: str, english: str
) -> None:
    for language, told in ((Language.DUTCH, f"iemand anders {dutch}"), (Language.ENGLISH, f"nobody else {english}")):
        facts = replace(bare(LetterKind.NOT_IDENTIFIED, language), kinds=tuple(asked))

        assert told in _block(LETTERS.compose(LetterKind.NOT_IDENTIFIED, facts), "not-identified")


@pytest.mark.parametrize(
    ("language", "call"),
    [(Language.DUTCH, r"\b[Bb]el\b|\bbellen\b"), (Language.ENGLISH, r"\b[Cc]all (?:or mail )?us\b")],
)
def test_nobody_is_asked_to_call_a_company_without_a_number(language: Language, call: str) -> None:
    reached = Letters(TEMPLATES, sample_organisation().model_copy(update={"phone": "050 123 45 67"}))
    for kind in WITH_TEMPLATE:
        assert not re.search(call, _text(LETTERS.compose(kind, bare(kind, language)))), kind

    letter = reached.compose(LetterKind.PAPER_CODE, rich(LetterKind.PAPER_CODE, language))

    assert re.search(call, _block(letter, "code"))
    assert re.search(call, _block(letter, "not-me"))
    assert "050 123 45 67" in _block(letter, "contact")


@pytest.mark.requirement("REF-1", "REF-2", "REF-3", "REF-4", "REF-5", "REF-6", "REF-7")
@pytest.mark.parametrize("element", [f"REF-{number}" for number in range(1, 8)])
def test_a_refusal_says_each_of_seven_things_and_lacks_none_unnoticed(element: str) -> None:
    blocks = LETTERS.compose(LetterKind.REFUSAL, rich(LetterKind.REFUSAL, Language.DUTCH)).blocks

    assert missing_blocks((LetterKind.REFUSAL,), blocks) == frozenset()
    without = [block for block in blocks if block.code != element]
    assert len(without) == len(blocks) - 1
    assert missing_blocks((LetterKind.REFUSAL,), without) == {element}


@pytest.mark.requirement("REF-02")
def test_an_extension_and_a_refusal_never_share_a_letter() -> None:
    extension = LETTERS.compose(LetterKind.EXTENSION, rich(LetterKind.EXTENSION, Language.DUTCH))
    refusal = LETTERS.compose(LetterKind.REFUSAL, rich(LetterKind.REFUSAL, Language.DUTCH))

    assert not {block.code for block in extension.blocks} & {f"REF-{number}" for number in range(1, 8)}
    assert not {block.code for block in refusal.blocks} & {"EXT-reason", "EXT-date"}
    assert LetterKind.EXTENSION in SIDE_LETTERS  # it answers no request, so no shared letter takes it in

"""The reader of drafts: silent about our own letters and kind edits, loud about what people are coached to catch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.cases.changes import ChangeAction
from bot.cases.draft import Block
from bot.cases.letters import LETTER_OF, WITH_TEMPLATE, LetterKind
from bot.replies.letters import Letters
from bot.replies.linting import Composed, Finding, findings
from bot.replies.reasons import EXTENSIONS, REFUSALS, ExtensionReason, RefusalReason, refusals_for
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language, RequestKind, Role

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = Letters(TEMPLATES, sample_organisation())
LANGUAGES = (Language.DUTCH, Language.ENGLISH)
PLACES = {
    LetterKind.ACCESS: "ACC-1",
    LetterKind.COMPLAINT: "KLA-measures",
    LetterKind.REFUSAL: "REF-6",
    LetterKind.NOT_IDENTIFIED: "what-helps",
    LetterKind.OTHER_PRIVACY: "answer",
    LetterKind.OBJECTION: "OBJ-decision",
    LetterKind.FORWARDED: "forwarded",
}
"""Where a person adds a sentence to a letter of this kind."""


@cache
def _composed(kind: LetterKind, language: Language) -> Composed:
    facts = rich(kind, language)
    planned = frozenset(change.action for change in facts.changes)
    return Composed((kind,), LETTERS.compose(kind, facts).blocks, planned)


def _with(kind: LetterKind, language: Language, sentence: str) -> Composed:
    """The letter after a person added this sentence."""
    whole, place = _composed(kind, language), PLACES[kind]
    blocks = tuple(
        replace(block, text=f"{block.text}\n\n{sentence}") if block.code == place else block for block in whole.blocks
    )
    return replace(whole, blocks=blocks)


def _replaced(kind: LetterKind, language: Language, code: str, text: str) -> Composed:
    whole = _composed(kind, language)
    return replace(whole, blocks=tuple(Block(code, text) if block.code == code else block for block in whole.blocks))


def _told(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.block, finding.sentence) for finding in found]


@pytest.mark.parametrize("kind", WITH_TEMPLATE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_that_we_write_has_a_fault(kind: LetterKind, language: Language) -> None:
    assert _told(findings(_composed(kind, language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_that_answers_everything_has_no_fault(language: Language) -> None:
    kinds = tuple(letter for letter in LETTER_OF.values() if letter is not LetterKind.ERASURE)
    facts = replace(
        rich(LetterKind.COMPLAINT, language),
        changes=rich(LetterKind.CORRECTION, language).changes + rich(LetterKind.RESTRICTION, language).changes,
    )

    blocks = LETTERS.compose_answer(kinds, facts).blocks

    planned = frozenset(change.action for change in facts.changes)
    assert _told(findings(Composed(kinds, blocks, planned))) == []


@pytest.mark.parametrize("kind", WITH_TEMPLATE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_that_waits_for_words_only_lacks_those(kind: LetterKind, language: Language) -> None:
    blocks = LETTERS.compose(kind, bare(kind, language)).blocks

    found = findings(Composed((kind,), blocks, right_used=bare(kind, language).right_used))

    assert not [
        finding for finding in found if "[" not in finding.sentence and finding.block not in {"", "REF-3", "FEE-reason"}
    ]


@pytest.mark.parametrize("code", [*RefusalReason, *ExtensionReason])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_of_the_catalogue_with_its_facts_has_no_fault(code: str, language: Language) -> None:
    kind = LetterKind.REFUSAL if code in set(RefusalReason) else LetterKind.EXTENSION
    said = "U schreef ons negen keer in mei." if language is Language.DUTCH else "You wrote to us nine times in May."

    blocks = LETTERS.compose(kind, replace(rich(kind, language), reason=f"{code}: {said}")).blocks

    assert len(REFUSALS) + len(EXTENSIONS) == len(RefusalReason) + len(ExtensionReason)
    assert _told(findings(Composed((kind,), blocks))) == []


BAD_DUTCH = [
    # A copy of an identity document
    ("ID-COPY", "Stuur ons een kopie van uw paspoort."),
    ("ID-COPY", "Wilt u een scan van uw identiteitskaart mailen?"),
    ("ID-COPY", "Wij ontvangen graag een kopie van uw identiteitsbewijs."),
    ("ID-COPY", "Zonder kopie van uw rijbewijs kunnen wij uw verzoek niet behandelen."),
    ("ID-COPY", "Wij kunnen u niet helpen zolang wij geen kopie van uw ID-bewijs hebben."),
    ("ID-COPY", "Pas na ontvangst van een geldig legitimatiebewijs gaan wij verder."),
    ("ID-COPY", "Wat is uw BSN?"),
    ("ID-COPY", "U moet zich legitimeren met een foto van uw paspoort."),
    # A form, a portal, a log-in
    ("FORM", "Vul eerst het formulier op onze website in."),
    ("FORM", "U moet uw verzoek indienen via ons klantenportaal."),
    ("FORM", "Wij nemen uw verzoek pas in behandeling als u het formulier heeft ingevuld."),
    ("FORM", "Log in op uw account om uw gegevens te zien."),
    ("FORM", "Zonder ingevuld formulier kunnen wij niets voor u doen."),
    ("FORM", "U kunt uw gegevens alleen opvragen door in te loggen."),
    ("FORM", "U dient hiervoor een account aan te maken en u te registreren."),
    # Another medium or language
    ("MEDIUM", "U moet uw verzoek per aangetekende brief sturen."),
    ("MEDIUM", "Wij nemen alleen verzoeken per post in behandeling."),
    ("MEDIUM", "Stuur uw verzoek opnieuw per post."),
    ("MEDIUM", "Dien uw verzoek schriftelijk in."),
    ("MEDIUM", "Verzoeken per e-mail nemen wij niet in behandeling."),
    ("MEDIUM", "Gelieve persoonlijk op kantoor langs te komen."),
    ("MEDIUM", "Stuur uw verzoek opnieuw in het Nederlands."),
    ("MEDIUM", "U dient ons daarvoor telefonisch te benaderen."),
    # A fee
    ("FEE", "Voor de behandeling van uw verzoek brengen wij € 25 in rekening."),
    ("FEE", "De administratiekosten zijn 10 euro."),
    ("FEE", "U betaalt voor dit overzicht een vergoeding van 4,50 euro."),
    ("FEE", "U betaalt hiervoor 4,50 euro."),
    ("FEE", "Na betaling van 15 euro sturen wij de kopie."),
    ("FEE", "Hiervoor rekenen wij € 5."),
    ("FEE", "Wij vragen u hiervoor 5 euro."),
    ("FEE", "Hiervoor moet u eerst 5 euro betalen."),
    ("FEE", "Wilt u daarvoor 5 euro overmaken?"),
    ("FEE", "U bent daarvoor 5 euro verschuldigd."),
    ("FEE", "De kosten hiervoor zijn 5 euro."),
    ("FEE", "Hiervoor geldt een vergoeding van 5 euro."),
    ("FEE", "Er wordt hiervoor 5 euro in rekening gebracht."),
    # No day
    ("NO-DATE", "U hoort zo spoedig mogelijk van ons."),
    ("NO-DATE", "Wij wissen uw gegevens binnenkort."),
    ("NO-DATE", "Wij komen hier later op terug."),
    ("NO-DATE", "Te zijner tijd ontvangt u ons antwoord."),
    # Blanks
    ("BLANK", "Wij wissen dit op [datum]."),
    ("BLANK", "Beste <naam>,"),
    ("BLANK", "De reden is ‹reden invullen›."),
    ("BLANK", "Het bedrag is XXX."),
    ("BLANK", "Wij doen dit uiterlijk op ______."),
    # Said to be done, and not planned
    ("NOT-DONE", "Wij hebben uw gegevens gewist."),
    ("NOT-DONE", "Uw account is verwijderd."),
    ("NOT-DONE", "Uw adres is aangepast."),
    ("NOT-DONE", "Wij hebben op 8 december 2026 al uw gegevens gewist."),
    # Why
    ("ASKS-WHY", "Kunt u ons laten weten waarom u deze gegevens wilt hebben?"),
    ("ASKS-WHY", "Wat is de reden van uw verzoek?"),
    ("ASKS-WHY", "Waarvoor heeft u dit overzicht nodig?"),
    ("ASKS-WHY", "Motiveer uw verzoek."),
    # Threats
    ("THREAT", "Als u doorgaat met uw klacht, zien wij ons genoodzaakt een deurwaarder in te schakelen."),
    ("THREAT", "Wij raden u aan uw klacht in te trekken. Trek uw klacht in."),
    ("THREAT", "Anders moeten wij uw account blokkeren."),
    ("THREAT", "Wij stellen u aansprakelijk voor de schade."),
    # First to us
    ("FIRST-US", "U moet eerst bij ons klagen voordat u naar de Autoriteit Persoonsgegevens gaat."),
    ("FIRST-US", "Naar de rechter kunt u pas als onze klachtenprocedure bij ons is afgerond."),
    # A refusal without a reason
    ("NO-REASON", "Wij wijzen uw verzoek af."),
]

BAD_ENGLISH = [
    ("ID-COPY", "Please send us a copy of your passport."),
    ("ID-COPY", "We need a scan of your identity card."),
    ("ID-COPY", "We cannot help you without a copy of your driving licence."),
    ("ID-COPY", "We will only go on after we have received your ID card."),
    ("ID-COPY", "What is your citizen service number? Please provide your BSN."),
    ("FORM", "Please fill in the form on our website."),
    ("FORM", "You must submit your request through our portal."),
    ("FORM", "We only handle requests made by using our web form."),
    ("FORM", "Log in to your account to see your data."),
    ("FORM", "You need to create an account first."),
    ("MEDIUM", "You must send your request by registered post."),
    ("MEDIUM", "We only accept requests in writing."),
    ("MEDIUM", "Please send your request again in Dutch."),
    ("MEDIUM", "We do not handle requests by e-mail."),
    ("FEE", "We charge a fee of 20 euro for this copy."),
    ("FEE", "For this you pay 5 euro."),
    ("FEE", "For that we charge 5 euro."),
    ("FEE", "You have to pay us 5 euro for this."),
    ("FEE", "There is a charge of 5 euro for this."),
    ("FEE", "You have to pay € 10 for the handling of your request."),
    ("NO-DATE", "You will hear from us shortly."),
    ("NO-DATE", "We will erase your data as soon as possible."),
    ("NO-DATE", "We will get back to you in due course."),
    ("BLANK", "We will do this on [date]."),
    ("BLANK", "Dear <customer name>,"),
    ("BLANK", "The reason is TBD."),
    ("NOT-DONE", "We have erased your data."),
    ("NOT-DONE", "Your account has been deleted."),
    ("NOT-DONE", "We changed your address."),
    ("ASKS-WHY", "Why do you want these data?"),
    ("ASKS-WHY", "Please tell us the reason for your request."),
    ("THREAT", "If you go on, we will take legal action."),
    ("THREAT", "We advise you to withdraw your complaint."),
    ("FIRST-US", "You can go to the authority only after our own complaints procedure is over."),
    ("NO-REASON", "We refuse your request."),
]


@pytest.mark.requirement("ID-02", "INT-13", "KLA-03", "REF-3", "REF-04")
@pytest.mark.parametrize(("code", "sentence"), BAD_DUTCH)
def test_a_dutch_sentence_that_no_answer_may_hold_is_found(code: str, sentence: str) -> None:
    for kind in (LetterKind.ACCESS, LetterKind.COMPLAINT, LetterKind.OBJECTION):
        found = findings(_with(kind, Language.DUTCH, sentence))

        assert code in {finding.code for finding in found}, kind


@pytest.mark.requirement("ID-02", "INT-13", "KLA-03", "REF-3")
@pytest.mark.parametrize(("code", "sentence"), BAD_ENGLISH)
def test_an_english_sentence_that_no_answer_may_hold_is_found(code: str, sentence: str) -> None:
    for kind in (LetterKind.ACCESS, LetterKind.COMPLAINT, LetterKind.OBJECTION):
        found = findings(_with(kind, Language.ENGLISH, sentence))

        assert code in {finding.code for finding in found}, kind


INNOCENT_DUTCH = [
    "U hoeft ons geen kopie van uw paspoort te sturen.",
    "Wij vragen u nooit om uw identiteitsbewijs.",
    "U stuurde ons een foto van uw rijbewijs. Die hebben wij op 8 december 2026 vernietigd.",
    "Ook zonder kopie van uw identiteitsbewijs helpen wij u.",
    "Wij hebben uw BSN niet nodig.",
    "U hoeft geen formulier in te vullen.",
    "U kunt uw gegevens ook bekijken door in te loggen. Dat hoeft niet.",
    "Wilt u liever het formulier gebruiken? Dat mag ook.",
    "U mag uw facturen ook zelf downloaden in uw account.",
    "Wij sturen u de brief ook per post als u dat liever heeft.",
    "Bel ons gerust op 050 123 45 67.",
    "Wij stuurden u op 3 december 2026 een brief per post.",
    "Op het formulier van de Autoriteit Persoonsgegevens vult u uw klacht in.",
    "De rechtbank vraagt griffierecht. Dat betaalt u aan de rechtbank.",
    "Dit overzicht is gratis.",
    "Hiervoor betaalt u niets.",
    "U hoeft voor dit antwoord niet te betalen.",
    "Uw licentie kost 12 euro per maand.",
    "U betaalde 12 euro per maand en daarvoor kreeg u toegang.",
    "U betaalt 12 euro per maand en daarvoor krijgt u toegang.",
    "Op 3 mei 2026 betaalde u twee keer 35 euro; daarvoor krijgt u vóór 15 december 2026 geld terug.",
    "Wij rekenden u daarvoor 35 euro te veel.",
    "De 35 euro die u daarvoor betaalde, krijgt u terug.",
    "Wij betalen u daarvoor 35 euro terug.",
    "Wij bieden u hiervoor onze excuses aan en betalen de 35 euro terug.",
    "Uw laatste factuur van 35 euro staat nog open.",
    "Wij hebben op 8 december 2026 uw adres van de lijst verwijderd.",
    "Er is niets gewist.",
    "Uw facturen worden gewist op 1 januari 2034.",
    "Wij hebben uw gegevens niet gewijzigd.",
    "Wij wissen dit zo snel mogelijk, en uiterlijk op 15 december 2026.",
    "U hoort uiterlijk 20 december 2026 van ons.",
    "Reageer zo snel mogelijk als u dit niet zelf vroeg.",
    "Hieronder leest u waarom wij uw facturen bewaren.",
    "U hoeft niet te zeggen waarom u dit vraagt.",
    "Schrijf ons waarom u het anders ziet.",
    "Meer over onze bewaartermijnen staat ook in onze privacyverklaring.",
    "Als uw account stopt, kunt u niet meer inloggen.",
    "U kunt een advocaat om hulp vragen.",
    "U kunt eerst bij ons klagen, maar dat hoeft niet.",
    "Onze collega Fatima (klantenservice) helpt u verder.",
    "Op uw verzoek zoeken wij verder [zie bijlage 2].",
    "Wij wijzen uw verzoek om smartengeld af, omdat er geen schade is.",
    "Uw gegevens staan in het programma onder ‘Mijn bedrijf’.",
]

INNOCENT_ENGLISH = [
    "You do not have to send us a copy of your passport.",
    "Please never send us your ID card.",
    "You do not need to fill in a form.",
    "You can also log in to see your data, but you do not have to.",
    "We can also send you this letter by post if you prefer.",
    "This copy is free of charge.",
    "Your licence costs 12 euro a month.",
    "We charged you 35 euro for that month by mistake.",
    "You paid 12 euro a month and for that you had the programme.",
    "We are sorry for this, and pay the 35 euro back.",
    "On 8 December 2026 we removed your address from the list.",
    "We have not erased anything.",
    "Your invoices will be erased on 1 January 2034.",
    "We will erase this as soon as we can, and by 15 December 2026.",
    "You need not tell us why you want this.",
    "Below you read why we keep your invoices.",
    "You can ask a lawyer for help.",
    "Feel free to call us on 050 123 45 67.",
    "You do not have to complain to us before you go to the authority.",
]


@pytest.mark.parametrize("sentence", INNOCENT_DUTCH)
def test_a_kind_edit_in_dutch_is_left_alone(sentence: str) -> None:
    for kind in PLACES:
        assert _told(findings(_with(kind, Language.DUTCH, sentence))) == [], kind


@pytest.mark.parametrize("sentence", INNOCENT_ENGLISH)
def test_a_kind_edit_in_english_is_left_alone(sentence: str) -> None:
    for kind in PLACES:
        assert _told(findings(_with(kind, Language.ENGLISH, sentence))) == [], kind


REPLACED = [
    (LetterKind.ACCESS, "ACC-f", "U kunt ergens klagen.", "ELEMENT"),
    (LetterKind.ACCESS, "ACC-d", "", "ACC-d"),
    (LetterKind.ACCESS, "court", "U kunt ook iemand anders vragen.", "ELEMENT"),
    (LetterKind.ACCESS, "request", "Wij kregen uw bericht.", "ELEMENT"),
    (LetterKind.ACCESS, "ACC-a", "Dat leest u in onze privacyverklaring.", "STATEMENT"),
    (LetterKind.ACCESS, "ACC-c", "Wie krijgt uw gegevens?\nZie de privacyverklaring op onze website.", "STATEMENT"),
    (LetterKind.OTHER_PRIVACY, "answer", "Wij verwijzen u naar onze privacyverklaring.", "STATEMENT"),
    (LetterKind.EXTENSION, "EXT-date", "U krijgt ons antwoord later.", "ELEMENT"),
    (LetterKind.REFUSAL, "REF-3", "Waarom niet?\nVanwege ons beleid.", "NO-REASON"),
    (LetterKind.REFUSAL, "REF-3", "Waarom niet?\nOm privacyredenen (artikel 15 AVG).", "NO-REASON"),
    (LetterKind.REFUSAL, "REF-3", "Uw licentie loopt nog tot 1 mei 2027. Wij hebben dit nodig.", "ELEMENT"),
    (LetterKind.REFUSAL, "REF-4", "U kunt naar de Autoriteit Persoonsgegevens.", "ELEMENT"),
    (LetterKind.REFUSAL, "REF-5", "U kunt naar de rechtbank (artikel 35 UAVG).", "COURT-TERM"),
    (LetterKind.FEE_NOTICE, "FEE-amount", "Dit kost geld.", "ELEMENT"),
    (LetterKind.FEE_NOTICE, "FEE-choice", "Gaat u akkoord? Schrijf ons dat.", "ELEMENT"),
    (LetterKind.FEE_NOTICE, "FEE-reason", "Dit is veel werk.", "ELEMENT"),
    (LetterKind.CORRECTION, "COR-fields", "Dit hebben wij niet gewijzigd:\n- factuur 2026-114:", "NO-REASON"),
    (LetterKind.RESTRICTION, "RES-not-done", "Voor deze gegevens kan dat niet:\n- facturen", "NO-REASON"),
]


@pytest.mark.requirement("ACC-01", "ACC-03", "REF-1", "REF-3", "REF-4", "REF-5", "EXT-01")
@pytest.mark.parametrize(("kind", "block", "text", "code"), REPLACED)
def test_a_block_that_no_longer_says_what_it_is_for_is_found(
    kind: LetterKind, block: str, text: str, code: str
) -> None:
    found = findings(_replaced(kind, Language.DUTCH, block, text))

    assert code in {finding.code for finding in found}


@pytest.mark.requirement("REF-05")
@pytest.mark.parametrize(
    "kind", [RequestKind.CORRECTION, RequestKind.RESTRICTION, RequestKind.PORTABILITY, RequestKind.OBJECTION]
)
@pytest.mark.parametrize("code", RefusalReason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_of_a_right_with_few_grounds_names_one_of_them(
    code: RefusalReason, kind: RequestKind, language: Language
) -> None:
    reason = f"{code}: U schreef ons negen keer in mei."
    facts = replace(rich(LetterKind.REFUSAL, language), kinds=(kind,), reason=reason)
    letter = Composed((LetterKind.REFUSAL,), LETTERS.compose(LetterKind.REFUSAL, facts).blocks, asked=frozenset({kind}))

    found = {finding.code for finding in findings(letter)}

    assert ("GROUND" in found) is (code not in refusals_for(kind))


@pytest.mark.requirement("ROL-02")
@pytest.mark.parametrize(
    "sentence",
    [
        "Bakkerij De Krul is klant bij ons.",
        "Dit bedrijf is geen klant van ons.",
        "Wij hebben uw bericht doorgestuurd naar Bakkerij De Krul.",
        "Bakkerij De Krul gebruikt ons programma.",
    ],
)
def test_a_letter_to_a_third_person_tells_of_no_customer(sentence: str) -> None:
    found = findings(_with(LetterKind.FORWARDED, Language.DUTCH, sentence))
    elsewhere = findings(replace(_with(LetterKind.OBJECTION, Language.DUTCH, sentence), role=Role.PROCESSOR))

    assert "CUSTOMER-KNOWN" in {finding.code for finding in found}
    assert "CUSTOMER-KNOWN" in {finding.code for finding in elsewhere}


@pytest.mark.requirement("REF-5")
@pytest.mark.parametrize(
    ("language", "named"), [(Language.DUTCH, "Over ons antwoord van 5 maart 2026"), (Language.ENGLISH, "5 March 2026")]
)
def test_a_complaint_names_six_weeks_only_for_the_earlier_answer(language: Language, named: str) -> None:
    facts = replace(rich(LetterKind.COMPLAINT, language), right_used=False, earlier_answer_on=date(2026, 3, 5))

    letter = Composed((LetterKind.COMPLAINT,), LETTERS.compose(LetterKind.COMPLAINT, facts).blocks, right_used=False)

    court = next(block.text for block in letter.blocks if block.code == "court")
    assert named in court
    assert "COURT-TERM" not in {finding.code for finding in findings(letter)}
    assert "COURT-TERM" in {finding.code for finding in findings(replace(letter, right_used=True))}


@pytest.mark.requirement("REF-5")
def test_a_late_answer_says_sorry_and_names_no_six_weeks() -> None:
    late = replace(_composed(LetterKind.ACCESS, Language.DUTCH), late=True)
    facts = replace(rich(LetterKind.ACCESS, Language.DUTCH), late=True)

    mended = replace(late, blocks=LETTERS.compose(LetterKind.ACCESS, facts).blocks)

    assert {"LATE", "COURT-TERM"} <= {finding.code for finding in findings(late)}
    assert _told(findings(mended)) == []


@pytest.mark.requirement("REF-5", "KLA-03")
@pytest.mark.parametrize("language", LANGUAGES)
def test_six_weeks_for_the_court_are_named_where_a_right_was_used_and_nowhere_else(language: Language) -> None:
    with_term = _composed(LetterKind.COMPLAINT, language)
    facts = replace(rich(LetterKind.COMPLAINT, language), right_used=False)
    without = replace(with_term, blocks=LETTERS.compose(LetterKind.COMPLAINT, facts).blocks)

    assert _told(findings(replace(without, right_used=False))) == []
    assert "COURT-TERM" in {finding.code for finding in findings(without)}
    assert "COURT-TERM" in {finding.code for finding in findings(replace(with_term, right_used=False))}


@pytest.mark.requirement("REF-5", "ROL-05")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("late", [False, True])
def test_a_letter_that_hands_a_part_on_names_the_court_only_where_it_is_the_answer(
    language: Language, late: bool
) -> None:
    facts = replace(rich(LetterKind.FORWARDED, language), late=late)
    beside = Composed((LetterKind.FORWARDED,), LETTERS.compose(LetterKind.FORWARDED, facts).blocks, late=late)
    answer = LETTERS.compose(LetterKind.FORWARDED, replace(facts, own_answer=False)).blocks
    asked = frozenset({RequestKind.ACCESS})

    assert "court" not in {block.code for block in beside.blocks}
    assert _told(findings(beside)) == []
    assert _told(findings(replace(beside, blocks=answer, asked=asked))) == []
    assert "court" in {finding.code for finding in findings(replace(beside, asked=asked))}


@pytest.mark.parametrize("kind", WITH_TEMPLATE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_to_call_is_no_fault(kind: LetterKind, language: Language) -> None:
    reached = Letters(TEMPLATES, sample_organisation().model_copy(update={"phone": "050 123 45 67"}))
    whole = replace(_composed(kind, language), blocks=reached.compose(kind, rich(kind, language)).blocks)

    assert _told(findings(whole)) == []


def test_what_is_planned_may_be_told_as_done() -> None:
    said = _with(LetterKind.COMPLAINT, Language.DUTCH, "Wij hebben uw gegevens gewist.")

    assert _told(findings(replace(said, planned=frozenset({ChangeAction.ERASE})))) == []


def test_the_words_of_the_customer_are_his_own() -> None:
    quoted = 'U schreef ons: "Vul eerst het formulier in, stuur een kopie van uw paspoort, anders aangifte!"'

    assert _told(findings(_replaced(LetterKind.COMPLAINT, Language.DUTCH, "KLA-about", quoted))) == []


def test_a_finding_names_block_sentence_and_mend_and_tells_no_words_of_the_letter() -> None:
    (found,) = findings(_with(LetterKind.ACCESS, Language.DUTCH, "Sanne, stuur ons een kopie van uw paspoort."))

    assert (found.block, found.sentence) == ("ACC-1", "Sanne, stuur ons een kopie van uw paspoort.")
    assert found.told.startswith("ID-COPY in ACC-1: vraag geen identiteitsbewijs")
    assert "Sanne" not in found.told


def test_labels_of_the_data_map_in_a_plan_are_no_fault_that_nobody_could_mend() -> None:
    whole = _replaced(
        LetterKind.ERASURE, Language.DUTCH, "ERA-erased", "Wij hebben op 8 december 2026 gewist:\n- [naam]"
    )

    assert _told(findings(whole)) == []

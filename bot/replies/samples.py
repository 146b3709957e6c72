"""Invented facts for every letter, rich and bare: all templates can be tried before a real letter needs them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.letters import LetterKind
from bot.replies.facts import FileFact, HoldingFact, LetterFacts
from bot.settings import AuthorityBlock, Fact, Organisation
from bot.triage.labels import Language, RequestKind

_ASKED: dict[LetterKind, tuple[RequestKind, ...]] = {
    LetterKind.SECURITY_NOTICE: (RequestKind.ERASURE,),
    LetterKind.ACCOUNT_NOTICE: (RequestKind.ERASURE,),
    LetterKind.PAPER_CODE: (RequestKind.ERASURE,),
    LetterKind.NOTHING_FOUND: (RequestKind.ACCESS,),
    LetterKind.NOT_IDENTIFIED: (RequestKind.ACCESS,),
    LetterKind.REFUSAL: (RequestKind.ERASURE,),
    LetterKind.EXTENSION: (RequestKind.ACCESS,),
    LetterKind.FORWARDED: (RequestKind.ACCESS,),
    LetterKind.QUESTION: (RequestKind.CORRECTION,),
    LetterKind.AP_REFERENCE: (RequestKind.COMPLAINT,),
    LetterKind.MANDATE_REQUEST: (RequestKind.ACCESS,),
    LetterKind.GUARDIAN_REQUEST: (RequestKind.ERASURE,),
    LetterKind.DECEASED: (RequestKind.ACCESS,),
    LetterKind.NO_DATA_SUBJECT: (RequestKind.PORTABILITY,),
    LetterKind.FORWARD_TO_CUSTOMER: (RequestKind.ACCESS,),
    LetterKind.MASKED_COPY: (RequestKind.ACCESS,),
    LetterKind.RESTRICTION_LIFTED: (RequestKind.RESTRICTION,),
    LetterKind.FEE_NOTICE: (RequestKind.ACCESS,),
}
"""What was asked, for the letters that are no answer to one right."""


def sample_organisation(*, confirmed: bool = True) -> Organisation:
    """A company that does not exist."""
    return Organisation(
        name="Voorbeeld B.V.",
        brand="Voorbeeld",
        street="Dorpsstraat 1",
        postcode="1234AB",
        city="Ergens",
        address="info@voorbeeld.example",
        website="www.voorbeeld.example",
        kvk="00000000",
        vat="NL000000000B01",
        privacy_statement_on=date(2018, 5, 22),
        signature="Team Voorbeeld",
        privacy_contact=Fact(value="privacy@voorbeeld.example", confirmed=confirmed),
        hosting_country=Fact(value="NL", confirmed=confirmed),
        backup_days=Fact(value="30", confirmed=confirmed),
        transfers=Fact(value="geen", confirmed=confirmed),
        automated_decisions=Fact(value="geen", confirmed=confirmed),
        mail_readers=Fact(value="Postmeester B.V.", confirmed=confirmed),
        mailbox_days=Fact(value="365", confirmed=confirmed),
        authority=AuthorityBlock(
            name="Autoriteit Persoonsgegevens",
            postal_address="Postbus 93374, 2509 AJ Den Haag",
            complaint_url="https://autoriteitpersoonsgegevens.nl/een-tip-of-klacht-indienen-bij-de-ap",
            phone="088 - 1805 250",
            verified_on=date(2026, 11, 1),
        ),
    )


def bare(letter: LetterKind, language: Language) -> LetterFacts:
    """The least that this letter can be written with."""
    facts = LetterFacts(
        ref="KB-2026-0042",
        language=language,
        today=date(2026, 12, 10),
        received_on=date(2026, 11, 26),
        due_on=date(2026, 12, 24),
        kinds=_ASKED.get(letter, ()),
    )
    match letter:
        case LetterKind.CHALLENGE:
            return replace(facts, code=_CODE, passphrase=_PASSPHRASE, code_until=date(2026, 12, 10))
        case LetterKind.PAPER_CODE:
            return replace(facts, postal=_POSTAL, code=_CODE, code_until=date(2026, 12, 31))
        case LetterKind.COMPLAINT:
            return replace(facts, right_used=False)
        case LetterKind.PASSPHRASE:
            return replace(facts, passphrase=_PASSPHRASE)
        case LetterKind.NOTHING_FOUND:
            return replace(facts, address="sanne@klant.example")
        case LetterKind.EXTENSION:
            return replace(facts, new_due_on=date(2027, 2, 26))
        case LetterKind.RESTRICTION_LIFTED:
            return replace(facts, hold_until=date(2026, 12, 17))
        case LetterKind.FEE_NOTICE:
            return replace(facts, fee=Decimal("4.50"))
        case LetterKind.FORWARD_TO_CUSTOMER:
            words = "Welke gegevens heeft u van mij?"
            return replace(facts, company="Bakkerij De Krul", asker="bas@klant.example", asker_words=words)
        case _:
            return facts


def rich(letter: LetterKind, language: Language) -> LetterFacts:
    """Everything that this letter can say."""
    texts = _DUTCH if language is Language.DUTCH else _ENGLISH
    facts = replace(
        bare(letter, language),
        name="Sanne de Vries",
        challenged_on=date(2026, 11, 27),
        files=(
            FileFact("KB-2026-0042-overzicht.pdf", 48_000, "overview"),
            FileFact("KB-2026-0042-gegevens.zip", 20_000, "package"),
            FileFact("KB-2026-0042-overdracht.zip", 12_000, "transfer"),
        ),
        holdings=texts.holdings,
        collected_on=date(2026, 12, 8),
        not_portable=texts.not_portable,
        portable_transfer=True,
        terms=texts.terms,
        changes=_changes(letter, texts),
        pending=(texts.correction,) if letter is LetterKind.ACCESS else (),
        not_done=(texts.not_done,) if letter in _PARTLY else (),
        by_hand=(texts.by_hand,),
        recipients_told=("Rekenhost B.V.",),
        done_on=date(2026, 12, 10),
        hold_until=date(2026, 12, 17),
        reason=texts.reasons.get(letter),
        measures=texts.measures,
        consequences=texts.consequences,
        complaint_about=texts.complaint,
        right_used=True,
        company="Bakkerij De Krul",
        own_answer=True,
        address="sanne@klant.example",
        marketing=True,
        custody=True,
        asker="bas@klant.example",
        asker_words=texts.asker_words,
        ap_ref="z2026-12345",
        download_link=_DOWNLOAD_LINK,
        link_days=7,
        downloads=3,
    )
    match letter:
        case LetterKind.CHALLENGE:
            confirmed = replace(facts, kinds=_CONFIRMED, fields=("iban", "phone"), from_this_address=False)
            return replace(confirmed, confirm_link=_CONFIRM_LINK, link_hours=72)
        case LetterKind.CHALLENGE_REMINDER:
            return replace(
                facts,
                kinds=_CONFIRMED,
                fields=("street",),
                from_this_address=True,
                code=_CODE,
                passphrase=_PASSPHRASE,
                code_until=date(2026, 12, 24),
                confirm_link=_CONFIRM_LINK,
                link_hours=72,
            )
        case _:
            return facts


_POSTAL = "Lindelaan 12, 9999 AB, Voorbeeldstad"
_CODE = "KRT7-92WF"
_CONFIRM_LINK = "https://privacy.voorbeeld.example/bevestig/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
_DOWNLOAD_LINK = "https://privacy.voorbeeld.example/afhalen/00112233445566778899aabbccddeeff"
_PASSPHRASE = "molen-tafel-groen-stoel-42"  # noqa: S105 - invented
_CONFIRMED = (RequestKind.ACCESS, RequestKind.CORRECTION)
_PARTLY = {LetterKind.CORRECTION, LetterKind.ERASURE, LetterKind.RESTRICTION, LetterKind.REFUSAL}


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the data map and staff would have written, in one language."""

    holdings: tuple[HoldingFact, ...]
    not_portable: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    correction: PlannedChange
    erasure: tuple[PlannedChange, ...]
    restriction: PlannedChange
    not_done: tuple[str, str]
    by_hand: tuple[str, str]
    reasons: dict[LetterKind, str]
    measures: str
    consequences: str
    complaint: str
    asker_words: str


def _changes(letter: LetterKind, texts: _Texts) -> tuple[PlannedChange, ...]:
    match letter:
        case LetterKind.CORRECTION:
            return (texts.correction,)
        case LetterKind.ERASURE:
            return texts.erasure
        case LetterKind.CONSENT_WITHDRAWAL:
            return texts.erasure[:1]
        case LetterKind.RESTRICTION:
            return (texts.restriction,)
        case _:
            return ()


def _planned(
    action: ChangeAction, label: str, *, reason: str | None = None, until: date | None = None
) -> PlannedChange:
    return PlannedChange("voorbeeld", "tabel", label, action, count=1, reason=reason, keep_until=until)


def _corrected(label: str) -> PlannedChange:
    return PlannedChange(
        "voorbeeld",
        "tabel",
        label,
        ChangeAction.CORRECT,
        column="iban",
        old="NL91ABNA0417164300",
        new="NL69INGB0123456789",
        count=1,
    )


_DUTCH = _Texts(
    holdings=(
        HoldingFact(
            label="klantgegevens",
            category="account",
            purpose="uw account beheren",
            legal_basis="nodig voor het contract met u (artikel 6 lid 1 onder b AVG)",
            recipients=("Rekenhost B.V.",),
            origin="van uzelf",
            retention="tot uw account stopt",
            rows=1,
            left_out=("namen van medewerkers (gegevens van andere mensen)",),
        ),
        HoldingFact(
            label="iDEAL-betalingen",
            category="betalingen",
            purpose="uw licentie afrekenen",
            legal_basis="wettelijke plicht (artikel 6 lid 1 onder c AVG)",
            recipients=("Rekenhost B.V.", "Betaalbrug B.V."),
            origin="van uw bank",
            retention="zeven jaar na het jaar van betaling",
            rows=12,
        ),
        HoldingFact(
            label="uw verkoopfacturen",
            category="uw eigen boekhouding",
            purpose="uw administratie voor u bewaren",
            legal_basis="in uw opdracht (artikel 28 AVG)",
            recipients=("Rekenhost B.V.",),
            origin="van uzelf",
            retention="zolang u dat wilt",
            rows=240,
            role="processor",
        ),
    ),
    not_portable=("facturen van ons aan u", "klantgegevens: klantnummer, datum van aanmaak"),
    terms=(("licentie_type 2", "een jaarlicentie"),),
    correction=_corrected("IBAN"),
    erasure=(
        _planned(ChangeAction.ERASE, "vragen aan de helpdesk"),
        _planned(ChangeAction.PSEUDONYMISE, "inloggegevens"),
        _planned(
            ChangeAction.KEEP,
            "facturen van ons aan u",
            reason="wij moeten onze administratie zeven jaar bewaren (artikel 52 AWR, artikel 17 lid 3 onder b AVG)",
            until=date(2033, 12, 31),
        ),
        _planned(ChangeAction.RESTRICT, "de lijst van mensen die geen reclame willen"),
        _planned(ChangeAction.RETURN, "uw eigen boekhouding"),
    ),
    restriction=_planned(ChangeAction.RESTRICT, "uw betaalgegevens"),
    not_done=("factuur 2026-114", "een verstuurde factuur mogen wij niet veranderen (artikel 52 AWR)"),
    by_hand=("uw e-mails in onze mailbox", "dat doen wij uiterlijk op 15 december 2026"),
    reasons={
        LetterKind.COMPLAINT: "Wij stuurden u twee keer reclame, terwijl u die niet wilde. Dat was niet goed. Sorry.",
        LetterKind.OTHER_PRIVACY: "Uw gegevens staan op een server in Nederland.",
        LetterKind.NOT_IDENTIFIED: (
            "U bevestigde uw verzoek. Voor dit verzoek is nog een tweede bewijs nodig. Dat kregen wij niet."
        ),
        LetterKind.REFUSAL: (
            "Uw licentie loopt nog tot 1 mei 2027. Tot die dag hebben wij deze gegevens nodig (artikel 17 lid 1 AVG)."
        ),
        LetterKind.EXTENSION: "Uw gegevens staan in veel verschillende systemen en archieven.",
        LetterKind.QUESTION: "U vroeg ons om uw adres te wijzigen. Wat is uw nieuwe postcode?",
        LetterKind.OBJECTION: "U maakte bezwaar tegen onze nieuwsbrief.",
        LetterKind.MASKED_COPY: "U kunt niet meer bij uw e-mail, en u heeft geen telefoon en geen postadres meer.",
        LetterKind.RESTRICTION_LIFTED: "U vroeg ons te wachten tot uw adres klopte. Dat is nu zo.",
        LetterKind.FEE_NOTICE: "further_copy: Op 12 oktober 2026 kreeg u dezelfde gegevens over dezelfde periode.",
        LetterKind.OPENING_HELP: "Bij u stopt 7-Zip met de melding dat het bestand beschadigd is.",
        LetterKind.BREACH_NOTICE: "Op 8 december 2026 stuurden wij uw overzicht naar een verkeerd e-mailadres.",
    },
    measures="Uw adres staat sinds 8 december 2026 niet meer op de lijst. Wij hebben de lijst nagekeken.",
    consequences="Iemand kan uw naam, adres en rekeningnummer kennen. Let op valse mail en valse rekeningen.",
    complaint="Ik krijg nog steeds jullie reclame!",
    asker_words="Ik kreeg factuur 2026-31 van Bakkerij De Krul.\nWelke gegevens staan er van mij in hun boekhouding?",
)

_ENGLISH = _Texts(
    holdings=(
        HoldingFact(
            label="customer details",
            category="account",
            purpose="to run your account",
            legal_basis="needed for the contract with you (Article 6(1)(b) GDPR)",
            recipients=("Rekenhost B.V.",),
            origin="from you",
            retention="until your account ends",
            rows=1,
            left_out=("names of our staff (data about other people)",),
        ),
        HoldingFact(
            label="iDEAL payments",
            category="payments",
            purpose="to charge for your licence",
            legal_basis="legal duty (Article 6(1)(c) GDPR)",
            recipients=("Rekenhost B.V.", "Betaalbrug B.V."),
            origin="from your bank",
            retention="seven years after the year of payment",
            rows=12,
        ),
        HoldingFact(
            label="your sales invoices",
            category="your own bookkeeping",
            purpose="to keep your books for you",
            legal_basis="on your instructions (Article 28 GDPR)",
            recipients=("Rekenhost B.V.",),
            origin="from you",
            retention="as long as you wish",
            rows=240,
            role="processor",
        ),
    ),
    not_portable=("invoices from us to you", "customer details: customer number, day of creation"),
    terms=(("licentie_type 2", "a yearly licence"),),
    correction=_corrected("IBAN"),
    erasure=(
        _planned(ChangeAction.ERASE, "questions to our help desk"),
        _planned(ChangeAction.PSEUDONYMISE, "log-in records"),
        _planned(
            ChangeAction.KEEP,
            "invoices from us to you",
            reason="the law makes us keep our accounts for seven years (Article 52 AWR, Article 17(3)(b) GDPR)",
            until=date(2033, 12, 31),
        ),
        _planned(ChangeAction.RESTRICT, "the list of people who do not want advertising"),
        _planned(ChangeAction.RETURN, "your own bookkeeping"),
    ),
    restriction=_planned(ChangeAction.RESTRICT, "your payment details"),
    not_done=("invoice 2026-114", "we may not change an invoice that was sent (Article 52 AWR)"),
    by_hand=("your e-mails in our mailbox", "we will do this by 15 December 2026"),
    reasons={
        LetterKind.COMPLAINT: "We sent you advertising twice, although you did not want it. That was wrong. Sorry.",
        LetterKind.OTHER_PRIVACY: "Your data are on a server in the Netherlands.",
        LetterKind.NOT_IDENTIFIED: (
            "You confirmed your request. This request needs a second proof as well. We did not get that."
        ),
        LetterKind.REFUSAL: (
            "Your licence runs until 1 May 2027. We need these data until that day (Article 17(1) GDPR)."
        ),
        LetterKind.EXTENSION: "Your data are in many different systems and archives.",
        LetterKind.QUESTION: "You asked us to change your address. What is your new postcode?",
        LetterKind.OBJECTION: "You objected to our newsletter.",
        LetterKind.MASKED_COPY: "You cannot reach your e-mail any more, and have no telephone or postal address now.",
        LetterKind.RESTRICTION_LIFTED: "You asked us to wait until your address was right. It is now.",
        LetterKind.FEE_NOTICE: "further_copy: On 12 October 2026 you received the same data about the same period.",
        LetterKind.OPENING_HELP: "At your end, 7-Zip stops and says that the file is damaged.",
        LetterKind.BREACH_NOTICE: "On 8 December 2026 we sent your overview to a wrong e-mail address.",
    },
    measures="Your address has been off the list since 8 December 2026. We checked the whole list.",
    consequences="Somebody may know your name, address and account number. Beware of false mail and false bills.",
    complaint="I still get your advertising!",
    asker_words="I received invoice 2026-31 from Bakkerij De Krul.\nWhich data about me are in their books?",
)

"""The catalogue of reasons: why a request is refused (Art. 12(4)) or takes longer (Art. 12(3)), in plain words.

A catalogue text never stands alone in a refusal: the letter leaves an open place for the facts of the case, because a
reason without them is no reason (EDPB Guidelines 01/2022, 193).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from bot.cases.errors import RefusedActError
from bot.triage.labels import RequestKind


class RefusalReason(StrEnum):
    """Grounds on which staff may refuse, wholly or in part. Stored: add, never rename."""

    EXCESSIVE = "excessive"
    UNFOUNDED = "unfounded"
    OTHER_PEOPLE = "other_people"
    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIM = "legal_claim"
    STILL_NEEDED = "still_needed"
    NOT_WRONG = "not_wrong"
    BOOKKEEPING_FIXED = "bookkeeping_fixed"
    OPINION = "opinion"
    NOT_PROVIDED_BY_YOU = "not_provided_by_you"
    NO_GROUND_RESTRICTION = "no_ground_restriction"
    CONTRACT_OR_DUTY = "contract_or_duty"
    COMPELLING_GROUND = "compelling_ground"
    NO_MANDATE = "no_mandate"
    LEGAL_PERSON = "legal_person"
    DECEASED = "deceased"
    EXCEPTION = "exception"


class ExtensionReason(StrEnum):
    """Grounds for up to two more months; being busy is none. Stored: add, never rename."""

    VOLUME = "volume"
    SPREAD = "spread"
    REDACTION = "redaction"
    SEVERAL_REQUESTS = "several_requests"


class FeeReason(StrEnum):
    """Grounds on which a request may cost money, announced before. Stored: add, never rename."""

    FURTHER_COPY = "further_copy"
    EXCESSIVE = "excessive"
    UNFOUNDED = "unfounded"


@dataclass(frozen=True, slots=True)
class Cited:
    """Where the law gives a reason against one right, as both languages cite it before "AVG" or "GDPR"."""

    kind: RequestKind
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in both languages. `kinds` are the rights it can stand against; empty is all of them.

    Where each right has its own article, `cited` gives them, and `{cited}` in the text is their place.
    """

    nl: str
    en: str
    article: str
    kinds: frozenset[RequestKind] = frozenset()
    cited: tuple[Cited, ...] = ()

    def text(self, language: str, kinds: Collection[RequestKind] = ()) -> str:
        """The reason against these rights; against all it can stand against, where none of them is among those."""
        cited = [each for each in self.cited if each.kind in kinds] or self.cited
        if language == "nl":
            return self.nl.replace("{cited}", " en ".join(each.nl for each in cited))
        return self.en.replace("{cited}", " and ".join(each.en for each in cited))

    def texts(self) -> Iterator[str]:
        """In every language, against each choice of rights."""
        rights = [each.kind for each in self.cited]
        for number in range(len(rights) + 1):
            for kinds in combinations(rights, number):
                yield from (self.text("nl", kinds), self.text("en", kinds))


K = RequestKind
_ARTICLES_15_TO_22 = frozenset(K) - {K.COMPLAINT, K.CONSENT_WITHDRAWAL}
"""To these Art. 12(5) and UAVG Art. 41 apply; neither touches Art. 7(3) or 77."""

REFUSALS: dict[RefusalReason, Reason] = {
    RefusalReason.EXCESSIVE: Reason(
        "U deed hetzelfde verzoek vaker, zonder dat er iets was veranderd. Wij vinden dit verzoek daarom buitensporig "
        "(artikel 12 lid 5 AVG).",
        "You made the same request several times, and nothing had changed. We therefore find this request excessive "
        "(Article 12(5) GDPR).",
        "12(5)",
        _ARTICLES_15_TO_22,
    ),
    RefusalReason.UNFOUNDED: Reason(
        "Wij vinden dit verzoek kennelijk ongegrond (artikel 12 lid 5 AVG).",
        "We find this request manifestly unfounded (Article 12(5) GDPR).",
        "12(5)",
        _ARTICLES_15_TO_22,
    ),
    RefusalReason.OTHER_PEOPLE: Reason(
        "In deze gegevens staat ook iets over andere mensen. Hun privacy mogen wij niet schenden ({cited} AVG).",
        "These data also say something about other people. We may not harm their privacy ({cited} GDPR).",
        "15(4), 20(4)",
        frozenset({K.ACCESS, K.PORTABILITY}),
        (
            Cited(K.ACCESS, "artikel 15 lid 4", "Article 15(4)"),
            Cited(K.PORTABILITY, "artikel 20 lid 4", "Article 20(4)"),
        ),
    ),
    RefusalReason.LEGAL_DUTY: Reason(
        "Wij moeten onze eigen administratie zeven jaar bewaren (artikel 52 AWR). Daarom mogen wij deze gegevens nu "
        "niet wissen (artikel 17 lid 3 onder b AVG).",
        "The law makes us keep our own accounts for seven years (Article 52 AWR). That is why we may not erase these "
        "data now (Article 17(3)(b) GDPR).",
        "17(3)(b)",
        frozenset({K.ERASURE}),
    ),
    RefusalReason.LEGAL_CLAIM: Reason(
        "Wij hebben deze gegevens nodig voor een juridisch geschil. Dat mag van de wet ({cited} AVG).",
        "We need these data for a legal claim. The law allows that ({cited} GDPR).",
        "17(3)(e), 21(1)",
        frozenset({K.ERASURE, K.OBJECTION}),
        (
            Cited(K.ERASURE, "artikel 17 lid 3 onder e", "Article 17(3)(e)"),
            Cited(K.OBJECTION, "artikel 21 lid 1", "Article 21(1)"),
        ),
    ),
    RefusalReason.STILL_NEEDED: Reason(
        "Wij hebben deze gegevens nog nodig voor het doel waarvoor wij ze kregen. Geen van de gronden uit artikel 17 "
        "lid 1 AVG past daarom.",
        "We still need these data for the purpose for which we received them. None of the grounds of Article 17(1) "
        "GDPR applies.",
        "17(1)",
        frozenset({K.ERASURE}),
    ),
    RefusalReason.NOT_WRONG: Reason(
        "Wij hebben deze gegevens nagekeken. Volgens ons kloppen ze (artikel 16 AVG). U mag ons een aanvulling sturen. "
        "Die voegen wij dan toe.",
        "We checked these data. In our view they are correct (Article 16 GDPR). You may send us a statement. We will "
        "add it to the data.",
        "16",
        frozenset({K.CORRECTION}),
    ),
    RefusalReason.BOOKKEEPING_FIXED: Reason(
        "Een verstuurde factuur of boeking mogen wij niet overschrijven (artikel 52 AWR). Ook artikel 16 AVG vraagt "
        "dat niet. Een fout herstelt u met een correctieboeking.",
        "We may not overwrite an invoice that was sent, or an entry in the books (Article 52 AWR). Article 16 GDPR "
        "does not ask for that either. A mistake is put right with a correcting entry.",
        "16",
        frozenset({K.CORRECTION}),
    ),
    RefusalReason.OPINION: Reason(
        "Dit is een mening van een medewerker en geen feit. Artikel 16 AVG gaat over feiten. U mag ons wel uw eigen "
        "verklaring sturen. Die voegen wij dan toe.",
        "This is an opinion of a member of staff, not a fact. Article 16 GDPR is about facts. You may send us your own "
        "statement. We will add it to the data.",
        "16",
        frozenset({K.CORRECTION}),
    ),
    RefusalReason.NOT_PROVIDED_BY_YOU: Reason(
        "Meenemen geldt voor gegevens die u zelf aan ons gaf (artikel 20 lid 1 AVG). Voor deze gegevens geldt dat "
        "niet. U kunt ze wel inzien.",
        "Portability covers data that you gave us yourself (Article 20(1) GDPR). These data are different. You can "
        "ask us for access to them.",
        "20(1)",
        frozenset({K.PORTABILITY}),
    ),
    RefusalReason.NO_GROUND_RESTRICTION: Reason(
        "Beperken kan in vier gevallen (artikel 18 lid 1 AVG). Geen van die gevallen past hier.",
        "Restriction is possible in four situations (Article 18(1) GDPR). None of them applies here.",
        "18(1)",
        frozenset({K.RESTRICTION}),
    ),
    RefusalReason.CONTRACT_OR_DUTY: Reason(
        "Bezwaar kan niet als wij gegevens nodig hebben voor een contract of een wettelijke plicht (artikel 21 lid 1 "
        "AVG). Dat is hier zo.",
        "You cannot object where we need the data for a contract or a legal duty (Article 21(1) GDPR). That is so "
        "here.",
        "21(1)",
        frozenset({K.OBJECTION}),
    ),
    RefusalReason.COMPELLING_GROUND: Reason(
        "Wij hebben een dwingende reden om de gegevens te blijven gebruiken (artikel 21 lid 1 AVG). Die reden weegt "
        "zwaarder dan uw bezwaar.",
        "We have a compelling reason to go on using the data (Article 21(1) GDPR). That reason outweighs your "
        "objection.",
        "21(1)",
        frozenset({K.OBJECTION}),
    ),
    RefusalReason.NO_MANDATE: Reason(
        "U vraagt dit voor iemand anders. Wij kregen geen machtiging die dat bewijst (artikel 12 lid 6 AVG).",
        "You ask this for somebody else. We received no authorisation that proves it (Article 12(6) GDPR).",
        "12(6)",
    ),
    RefusalReason.LEGAL_PERSON: Reason(
        "De AVG beschermt mensen. U vraagt dit voor een bedrijf of stichting (artikel 4 onder 1 AVG).",
        "The GDPR protects people. You ask this for a company or foundation (Article 4(1) GDPR).",
        "4(1)",
    ),
    RefusalReason.DECEASED: Reason(
        "De AVG geldt niet voor iemand die is overleden (overweging 27 AVG). Voor het account of het contract helpen "
        "wij u graag op een andere manier.",
        "The GDPR does not apply to a person who has died (recital 27 GDPR). We are glad to help you with the account "
        "or the contract in another way.",
        "recital 27",
    ),
    RefusalReason.EXCEPTION: Reason(
        "De wet staat toe dat wij dit soms niet doen (artikel 41 UAVG, artikel 23 lid 1 AVG). Dat is hier nodig:",
        "The law allows us not to do this in some cases (Article 41 UAVG, Article 23(1) GDPR). That is needed here:",
        "23(1)",
        _ARTICLES_15_TO_22,
    ),
}

FEES: dict[FeeReason, Reason] = {
    FeeReason.FURTHER_COPY: Reason(
        "U kreeg deze gegevens al een keer, gratis. Dit is een extra kopie van dezelfde gegevens (artikel 15 lid 3 "
        "AVG).",
        "You already received these data once, free of charge. This is a further copy of the same data (Article 15(3) "
        "GDPR).",
        "15(3)",
        frozenset({K.ACCESS}),
    ),
    FeeReason.EXCESSIVE: REFUSALS[RefusalReason.EXCESSIVE],
    FeeReason.UNFOUNDED: REFUSALS[RefusalReason.UNFOUNDED],
}

EXTENSIONS: dict[ExtensionReason, Reason] = {
    ExtensionReason.VOLUME: Reason(
        "Uw verzoek gaat over uitzonderlijk veel gegevens.",
        "Your request is about an exceptional amount of data.",
        "12(3)",
    ),
    ExtensionReason.SPREAD: Reason(
        "Uw gegevens staan in veel verschillende systemen en archieven.",
        "Your data are in many different systems and archives.",
        "12(3)",
    ),
    ExtensionReason.REDACTION: Reason(
        "In uw gegevens staan ook gegevens van andere mensen. Die moeten wij eerst afschermen.",
        "Your data also contain data about other people. We have to remove those first.",
        "12(3)",
    ),
    ExtensionReason.SEVERAL_REQUESTS: Reason(
        "U deed meer verzoeken in korte tijd. Wij behandelen ze allemaal.",
        "You made several requests in a short time. We are working on all of them.",
        "12(3)",
    ),
}


def refusal_text(code: str, language: str) -> str:
    """The reason in the letter's language. Raises ValueError for a code that does not exist."""
    return REFUSALS[RefusalReason(code)].text(language)


def extension_text(code: str, language: str) -> str:
    """The reason in the letter's language. Raises ValueError for a code that does not exist."""
    return EXTENSIONS[ExtensionReason(code)].text(language)


def in_words(stated: str, language: str, kinds: Collection[RequestKind]) -> str:
    """What staff gave as the reason: their own words, a code, or "code: the facts of this case".

    A code names the article of each right in `kinds` that the letter answers.
    """
    code, _, facts = stated.strip().partition(":")
    reason = _CODES.get(code.strip())
    if reason is None:
        return stated
    return "\n".join(part for part in (reason.text(language, kinds), facts.strip()) if part)


def refusals_for(kind: RequestKind) -> tuple[RefusalReason, ...]:
    """The reasons that can stand against this right."""
    return tuple(code for code, reason in REFUSALS.items() if not reason.kinds or kind in reason.kinds)


def refusal_ground(stated: str, kinds: Iterable[RequestKind]) -> RefusalReason:
    """The ground that staff name as "code: the facts", where it can stand against each of these rights.

    Correction and restriction are refused under Art. 12(5), because the grounds of Art. 16 or 18 are not met, or under
    an exception of Art. 23 (UAVG Art. 41), which only people invoke, with its facts. Raises RefusedActError.
    """
    code, _, facts = (part.strip() for part in stated.partition(":"))
    fitting = [each for each in RefusalReason if all(each in refusals_for(kind) for kind in kinds)]
    if code not in fitting:
        raise RefusedActError(
            f"'{code}' is no ground to refuse this; known are {', '.join(fitting)}, then ': the facts'"
        )
    if code == RefusalReason.EXCEPTION and not facts:
        raise RefusedActError("an exception of the law stands on facts: give them as 'exception: the facts'")
    return RefusalReason(code)


def is_catalogue_text(text: str) -> bool:
    """The text is a refusal or a fee of the catalogue and nothing more: the facts of the case are still to be told."""
    return text.strip() in _NO_FACTS


_CODES = {code.value: reason for code, reason in (*REFUSALS.items(), *FEES.items(), *EXTENSIONS.items())}
_NO_FACTS = {text for reason in (*REFUSALS.values(), *FEES.values()) for text in reason.texts()}

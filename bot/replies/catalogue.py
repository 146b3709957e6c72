"""Every letter as a page to read: when it leaves, who approves it, what the law wants in it, and how it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cases.approving import OFFICERS_LETTERS, TWO_READERS
from bot.cases.letters import AUTOMATIC, LETTER_OF, WITH_TEMPLATE, LetterKind
from bot.replies.facts import LetterFacts
from bot.replies.letters import ALSO_IN, Letter, Letters
from bot.replies.required import required_blocks
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language

_TWO_READERS = TWO_READERS | {LetterKind.BREACH_NOTICE}
_NAMES = {Language.DUTCH: "Nederlands", Language.ENGLISH: "Engels", Language.GERMAN: "Duits", Language.FRENCH: "Frans"}


@dataclass(frozen=True, slots=True)
class Use:
    """When a letter leaves, in Dutch, and the requirements that it carries beside its blocks."""

    when: str
    carries: str


USES: Mapping[LetterKind, Use] = {
    LetterKind.RECEIPT: Use("meteen nadat een verzoek is herkend; voor iedereen gelijk", "INT-08, INT-09, INT-11"),
    LetterKind.CHALLENGE: Use("als bewijs nodig is; alleen naar het bekende adres", "ID-01, ID-02, ID-08"),
    LetterKind.CHALLENGE_REMINDER: Use("op dag 3, 10 en 20 zonder antwoord", "ID-01, ID-02"),
    LetterKind.SECURITY_NOTICE: Use("bij een ingrijpend verzoek, naar andere adressen van de klant", "ERA-12"),
    LetterKind.ACCESS: Use("inzage, ook als er alleen berichten zijn", "ACC-01, ACC-03, ACC-07, AUT-01"),
    LetterKind.PORTABILITY: Use("meenemen van gegevens", "POR-02, POR-04, POR-06, POR-07"),
    LetterKind.CORRECTION: Use("wijzigen, geheel, deels of niet", "REC-01, REC-04, REC-06"),
    LetterKind.RESTRICTION: Use("minder gebruiken van gegevens", "RES-02, RES-03, RES-04"),
    LetterKind.OBJECTION: Use("bezwaar, tegen reclame of anders", "OBJ-01, OBJ-02, OBJ-03"),
    LetterKind.CONSENT_WITHDRAWAL: Use("toestemming ingetrokken", "CON-01"),
    LetterKind.COMPLAINT: Use("antwoord op een klacht", "KLA-03, KLA-04"),
    LetterKind.ERASURE: Use("wissen, geheel of deels, na uitvoering", "ERA-02, ERA-04, ERA-08, ERA-11"),
    LetterKind.OTHER_PRIVACY: Use("antwoord op een vraag over privacy die geen verzoek is", "INT-07"),
    LetterKind.NOTHING_FOUND: Use("onder het adres van de schrijver is niets bekend", "ACC-10, ROL-02"),
    LetterKind.NOT_IDENTIFIED: Use("op de streefdatum, als niet vaststaat wie het vraagt", "ID-07"),
    LetterKind.PASSPHRASE: Use("de klant is zijn wachtwoord kwijt", "INT-13"),
    LetterKind.REFUSAL: Use("een verzoek wordt geheel of deels geweigerd", "REF-01, REF-02, REF-05, OBJ-03"),
    LetterKind.EXTENSION: Use("er is meer tijd nodig, één keer", "EXT-01, EXT-02, EXT-04"),
    LetterKind.FORWARDED: Use("de gegevens staan in de boeken van een klant", "ROL-02, ROL-05, ROL-06"),
    LetterKind.QUESTION: Use("wij hebben een vraag", "ID-01, INT-13"),
    LetterKind.AP_REFERENCE: Use("iemand gaat of ging naar de AP", "KLA-04, KLA-05"),
    LetterKind.PAPER_CODE: Use("een code op papier, naar het bekende postadres", "ID-01"),
    LetterKind.BREACH_NOTICE: Use("gegevens kwamen bij een ander terecht, en het risico is hoog", "BRE-04"),
    LetterKind.MANDATE_REQUEST: Use("iemand schrijft voor een ander, zonder machtiging", "ID-10"),
    LetterKind.GUARDIAN_REQUEST: Use("een minderjarige, of iemand onder curatele of bewind", "ID-11"),
    LetterKind.DECEASED: Use("het gaat om iemand die is overleden", "ID-12"),
    LetterKind.NO_DATA_SUBJECT: Use("een bedrijf of stichting vraagt over zichzelf", "ROL-01"),
    LetterKind.FORWARD_TO_CUSTOMER: Use("naar de klant om wiens boeken het gaat", "ROL-04, ROL-06, ROL-07"),
    LetterKind.MASKED_COPY: Use("niets anders laat zien wie het is, en twee mensen zeggen dat", "ID-03"),
    LetterKind.ACCOUNT_NOTICE: Use("een gedeeld account stopt of wordt beperkt; naar de andere eigenaren", "ERA-12"),
    LetterKind.RESTRICTION_LIFTED: Use("vóórdat beperkte gegevens weer gebruikt worden", "RES-03"),
    LetterKind.OPENING_HELP: Use("de klant krijgt een bestand niet open", "ACC-02, ACC-09"),
    LetterKind.FEE_NOTICE: Use("vóór een verzoek geld kost; standaard staat dit uit", "REF-04, ACC-09"),
    LetterKind.WRONG_RECIPIENT: Use("iemand meldt dat ons bericht niet voor hem is", "BRE-01, BRE-02"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One way in which a letter can read."""

    title: str
    letters: tuple[LetterKind, ...]
    facts: LetterFacts


def pages(templates: Path) -> dict[str, str]:
    """File name to Markdown: an index, and a page for every letter with invented facts, rich and bare."""
    letters = Letters(templates, sample_organisation())
    found = {f"{kind}.md": _page(letters, kind) for kind in WITH_TEMPLATE}
    found["samen.md"] = _shown(letters, "samen", _together())
    return {"README.md": _index(), **found}


def _index() -> str:
    lines = [
        "# Alle brieven",
        "",
        "Gemaakt met `privacybot letters --out docs/letters`, met verzonnen gegevens. Elke pagina toont de brief met",
        "alles wat hij kan zeggen, en met zo min mogelijk. Wat tussen [ ] staat moet een mens nog schrijven: zolang",
        "dat er staat, kan de brief niet weg. Verzoeken die tegelijk klaar zijn delen een brief: [samen](samen.md).",
        "",
        "| brief | wanneer | wie keurt goed | eisen | vaste blokken |",
        "|---|---|---|---|---|",
    ]
    for kind in WITH_TEMPLATE:
        blocks = ", ".join(sorted(required_blocks(kind)))
        lines.append(
            f"| [{kind}]({kind}.md) | {USES[kind].when} | {_approver(kind)} | {USES[kind].carries} | {blocks} |"
        )
    return "\n".join(lines) + "\n"


def _approver(kind: LetterKind) -> str:
    if kind in AUTOMATIC:
        return "niemand: vertrekt vanzelf"
    if kind in OFFICERS_LETTERS:
        return "de functionaris"
    return "twee lezers" if kind in _TWO_READERS else "een medewerker; bij hoog risico twee"


def _page(letters: Letters, kind: LetterKind) -> str:
    use = USES[kind]
    head = f"{use.when[0].upper()}{use.when[1:]}. Goedkeuring: {_approver(kind)}. Eisen: {use.carries}."
    return _shown(letters, str(kind), _examples(kind), head)


def _examples(kind: LetterKind) -> Iterator[Example]:
    for language, name in _NAMES.items():
        if language in ALSO_IN and kind not in ALSO_IN[language]:
            continue
        yield Example(f"{name}, met alles", (kind,), rich(kind, language))
        yield Example(f"{name}, met zo min mogelijk", (kind,), bare(kind, language))
    if kind in (*LETTER_OF.values(), LetterKind.REFUSAL):
        yield Example("Nederlands, na de wettelijke termijn", (kind,), replace(rich(kind, Language.DUTCH), late=True))


def _together() -> Iterator[Example]:
    exports = (LetterKind.ACCESS, LetterKind.PORTABILITY, LetterKind.CORRECTION)
    for language in (Language.DUTCH, Language.ENGLISH):
        kinds = tuple(right for right, letter in LETTER_OF.items() if letter in exports)
        yield Example(_NAMES[language], exports, replace(rich(LetterKind.CORRECTION, language), kinds=kinds))


def _shown(letters: Letters, title: str, examples: Iterator[Example], head: str = "") -> str:
    parts = [f"# {title}", *([head] if head else [])]
    for example in examples:
        parts.append(f"## {example.title}")
        parts.append(_as_text(letters.compose_answer(example.letters, example.facts)))
    return "\n\n".join(parts) + "\n"


def _as_text(letter: Letter) -> str:
    body = "\n\n".join(block.text for block in letter.blocks)
    return f"```text\n{letter.subject}\n\n{body}\n```"

"""What staff read in the report of a rehearsal: Dutch words for lanes, writers, languages and troubles."""

from __future__ import annotations

import re

from bot.cases.rehearsal import Lane
from bot.cli.words import KINDS
from bot.triage.labels import Language, Writer

LANES = {
    Lane.CASE: "wordt een zaak",
    Lane.PERSON: "een mens kijkt eerst",
    Lane.FOLLOW_UP: "hoort bij een eerdere zaak",
    Lane.ORDINARY: "gewone mail",
    Lane.AUTOMATIC: "automatische mail",
    Lane.OWN: "door onszelf verstuurd",
    Lane.DUPLICATE: "dubbel",
}
UNREAD = "niet te lezen"
CLOSED = "bestand niet te openen"
OTHER_FILES = "geen mail"

WRITERS = {
    Writer.SUBJECT: "iemand over zijn eigen gegevens",
    Writer.THIRD_PARTY: "iemand die alleen in de boeken van een klant staat",
    Writer.AGENT: "iemand namens een ander",
    Writer.HEIR: "een nabestaande",
    Writer.CONTROLLER_CUSTOMER: "een klant, over de mensen in zijn eigen boeken",
    Writer.STAFF: "een eigen medewerker",
    Writer.AUTHORITY: "een toezichthouder, rechter of de politie",
}

LANGUAGES = {
    Language.DUTCH: "Nederlands",
    Language.ENGLISH: "Engels",
    Language.GERMAN: "Duits",
    Language.FRENCH: "Frans",
    Language.OTHER: "een andere taal",
}

FIELDS = {
    "name": "naam",
    "street": "straat en huisnummer",
    "postcode": "postcode",
    "city": "woonplaats",
    "email": "e-mailadres",
    "phone": "telefoonnummer",
    "iban": "rekeningnummer (IBAN)",
    "company": "bedrijfsnaam",
    "kvk": "KvK-nummer",
    "btw": "btw-nummer",
    "birthdate": "geboortedatum",
    "other": "iets anders",
}

_TROUBLES = (
    (r"empty", "het bestand is leeg"),
    (r"too large", "te groot: lees het zelf in de mailbox"),
    (r"took too long", "het lezen duurde te lang: lees het zelf in de mailbox"),
    (r"out of memory", "het lezen kostte te veel geheugen: lees het zelf in de mailbox"),
    (r"too deep|too many parts", "te ingewikkeld opgebouwd: lees het zelf in de mailbox"),
    (r"header block too large|header too long|too many headers", "te veel kopregels: lees het zelf in de mailbox"),
    (r"crashed.*", "misvormd: lees het zelf in de mailbox"),
    (r"PermissionError", "geen leesrechten: geef ze aan deze gebruiker"),
    (r"FileNotFoundError", "het bestand is er niet (meer): een verwijzing die nergens heen leidt"),
    (r"IsADirectoryError", "een map zonder leesrechten: geef ze aan deze gebruiker"),
)


def trouble_in_words(reason: str) -> str:
    """Why a mail was not read or a file not opened, with what to do about it."""
    return next(
        (words for pattern, words in _TROUBLES if re.fullmatch(pattern, reason)), "leesfout: probeer het opnieuw"
    )


def rights_in_words(kinds: tuple[str, ...]) -> str:
    """The rights in one line, such as "inzage en wissen"; a question about privacy is named as such."""
    named = [KINDS[kind] if kind != "other_privacy" else "vraag over privacy" for kind in kinds]
    return " en ".join((", ".join(named[:-1]), named[-1])) if len(named) > 1 else "".join(named)

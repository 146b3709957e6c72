"""The name of the company that reads the mail: in the labelled mails it is Kleinboek, elsewhere what `brand` says."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from bot.triage.other_firms import GREETS

TAUGHT = "Kleinboek"
"""Who is asked in the labelled mails. "Beste Kleinboek, ..." asks us there, "Beste Bol, ..." somebody else."""
_SHORTEST = 3  # letters of a name that can be told from other words
_AHEAD = (
    r"(?P<ahead>\b(?i:beste|hallo|hoi|dag|geachte|team|bij|van|aan|door|met|naar|dear|hi|hello|from|at|by|liebes?|hallo|bei"
    r"|von|cher|chère|chez|de)\s{1,3})"
)
"""Behind these a name may stand in small letters."""
_ROLE = (
    r"(?:(?:data )?privacy[ -]?(?:officer|team|afdeling|functionaris)"
    r"|functionaris (?:voor )?(?:de )?gegevensbescherming|fg|dpo"
    r"|data protection officer|datenschutzbeauftragte[rn]?|délégué à la protection des données"
    r"|(?:help|service)[ -]?desk|support|klanten(?:service|team|contact)|customer (?:service|support|care)"
    r"|kundenservice|administratie|directie|afdeling [a-z]{3,20}|boekhoud(?:programma|software|pakket)"
    r"|software(?:boer|bedrijf|leverancier|maker)s?)"
)
"""Whoever has such a name in a greeting, and no firm behind it, is one of those who read here."""
_TO_A_ROLE = re.compile(
    rf"(?i)^(?P<ahead>\W{{0,3}}{GREETS}"
    r"(?: (?:heer|mevrouw|heer/mevrouw|heer of mevrouw|uw|de|het|herr|frau))?\s{1,3})"
    rf"{_ROLE}(?:[ /-](?:boekhouding|privacy|avg|facturen|support|{_ROLE}))?(?=\s{{0,2}}(?:[,.:;!\n]|$))"
)
_BEGIN, _END = r"(?<![\w@./+-])", r"(?![\w@+]|[.-]\w)"  # not within a word, an address of mail or of the web


def as_taught(text: str, brand: str) -> str:
    """The same words with our own name as the model learned it, and that one as any other's.

    In capitals or as it is configured; in small letters behind a greeting or a preposition alone, since "data" or
    "account" may be a name too. An address of mail or of the web stays as it is.
    """
    brand = " ".join(normalize("NFC", brand).split())
    if len(brand) < _SHORTEST or brand.casefold() == TAUGHT.casefold():
        return text
    return _either(brand).sub(lambda found: _other(found, brand), normalize("NFC", text))


def as_spoken_to(text: str) -> str:
    """A greeting of a role ("Geachte Functionaris Gegevensbescherming,") as one of us, under the taught name.

    In capitals a role looks like another firm's name, and what is asked of another firm is left alone. One with a firm
    behind it ("Beste privacy officer van Bol") stays as it is.
    """
    return _TO_A_ROLE.sub(lambda found: found["ahead"] + TAUGHT, text)


def _other(found: re.Match[str], brand: str) -> str:
    return (found["ahead"] or "") + (brand if found["taught"] else TAUGHT)


@lru_cache(maxsize=4)
def _either(brand: str) -> re.Pattern[str]:
    """Our name, or the taught one; where one is a part of the other, both are ours."""
    ours, loud = (r"\s{1,3}".join(map(re.escape, name.split())) for name in (brand, brand.upper()))
    akin = TAUGHT.casefold() in brand.casefold() or brand.casefold() in TAUGHT.casefold()
    taught = r"(?P<taught>(?!))" if akin else rf"(?P<taught>(?i:{TAUGHT}))"
    return re.compile(rf"{_AHEAD}(?i:{ours}){_END}|{_BEGIN}(?:{ours}|{loud}|{taught}){_END}")

"""Words of a mail without the people in them: names, addresses and numbers become others of the same kind.

What was learned from a mail needs its wording, not its writer. A name that nothing marks as one may stay: what comes
out of here is still treated as personal data, kept sealed and deleted with its case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bot.triage.identifiers import MAX_TEXT, companies, names
from bot.triage.numbers import EMAIL, IBAN, PHONE, POSTCODE, SPELLED_EMAIL

FIRST, LAST = "Robin", "Jansen"
COMPANY = "Voorbeeld B.V."
STREET = "Dorpsstraat 1"
PLACE = "Dorpstad"
MAIL = "iemand@klant.example"
ACCOUNT = "NL00BANK0000000000"

_PARTICLES = frozenset(
    ["van", "de", "der", "den", "het", "ter", "ten", "el", "von", "'t", "te", "la", "le", "da", "al", "ap"]
)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']{1,500}", re.IGNORECASE)
_TAX = re.compile(r"\b(?:NL ?)?\d{9} ?B ?\d{2}\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)\d(?:[ ./-]?\d){4,}(?!\d)|(?<![\d,.])(?!(?:19|20)\d\d(?!\d))\d{4}(?!\d)")
_HOME = re.compile(
    r"\b[A-ZÀ-Ý][\w'’.-]{0,30}(?: [A-ZÀ-Ý][\w'’.-]{0,30}){0,2}?(?: ?(?:straat|str\.|weg|laan|plein|kade|gracht|dijk"
    r"|singel|hof|steeg|pad|dreef|plantsoen|markt|allee|street|road|lane|avenue|stra(?:ß|ss)e))"
    r" \d{1,5}(?: ?(?:-|/)? ?(?:[a-z]|[IVX]{1,4}|\d{1,4}|bis|hs))?\b",
    re.IGNORECASE,
)
_TOWN = re.compile(r"(?<=0000 AA)([ ,]{1,3})[A-ZÀ-Ý'’][\w'’-]{1,30}(?: [A-ZÀ-Ý][\w'’-]{1,30}){0,2}")
_GREETED = re.compile(
    r"(?im)^(\W{0,3}(?:beste|geachte|hallo|hoi|dag|hi|dear|hello|lieve|goedemorgen|goedemiddag|goedenavond)"
    r"(?: (?:heer|mevrouw|mr\.?|mrs\.?|ms\.?|dhr\.?|mevr\.?))? )([^\n,!.]{1,60})"
)
_WITHIN = re.compile(r"(?<=[a-zà-ÿ0-9,;:)] )[A-ZÀ-Ý][a-zà-ÿ]{1,24}(?:-[A-ZÀ-Ý][a-zà-ÿ]{1,24})?\b")
_WORD = re.compile(r"[\w'’-]+")
_COMMON = """
kleinboek gravytrain autoriteit persoonsgegevens algemene verordening gegevensbescherming general data protection
regulation avg gdpr dsgvo ap artikel article lid wet kvk btw iban bsn pdf csv excel xml word outlook google mail
nederland nederlandse nederlands engels english dutch duits german france belgie europa europese european
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday
sunday januari februari maart april mei juni juli augustus september oktober november december january february
march may june july august october december team klantenservice support helpdesk privacy officer functionaris
heer mevrouw meneer dames heren sir madam ik u uw jullie wij we graag alvast met de het een en of maar
this that the please thanks thank regards groet groeten robin jansen voorbeeld dorpsstraat dorpstad
"""
_NO_NAME = frozenset(_COMMON.split())


def pseudonymised(text: str, known: Iterable[str] = (), *, nouns_are_capital: bool = False) -> str:
    """The text, at most its first MAX_TEXT characters, with invented people in it; `known` are names in the case file.

    `nouns_are_capital`: German, where a capital letter inside a sentence is no sign of a name.
    """
    text = text[:MAX_TEXT]
    people, firms = [*known, *_first(names(text))], [*companies(text)]
    for pattern, instead in _KINDS:
        text = pattern.sub(instead, text)
    for firm in sorted(firms, key=len, reverse=True):
        text = text.replace(firm, COMPANY)
    text = _without(people, text)
    text = _GREETED.sub(lambda match: match[1] + _greeted(match[2]), text)
    return text if nouns_are_capital else _WITHIN.sub(_within, text)


def _first(found: Iterator[str], most: int = 20) -> list[str]:
    return [name for name, _ in zip(found, range(most), strict=False)]


def _zeros(match: re.Match[str]) -> str:
    return re.sub(r"\d", "0", match[0])


_KINDS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_LINK, "https://klant.example/"),
    (EMAIL, MAIL),
    (SPELLED_EMAIL, MAIL),
    (IBAN, ACCOUNT),
    (_TAX, "NL000000000B00"),
    (POSTCODE, "0000 AA"),
    (_TOWN, rf"\1{PLACE}"),
    (_HOME, STREET),
    (PHONE, _zeros),
    (_DIGITS, _zeros),
)
"""In this order: what is written as an account number is not first taken for another number."""


def _without(people: Iterable[str], text: str) -> str:
    """Each word of these names, wherever it stands: the first of a name is a first name."""
    words: dict[str, str] = {}
    for name in people:
        parts = [part for part in _WORD.findall(name) if part.lower() not in _PARTICLES | _NO_NAME and len(part) > 1]
        for number, part in enumerate(parts):
            words.setdefault(part.lower(), FIRST if number == 0 else LAST)
    if not words:
        return text
    pattern = r"\b(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + r")\b"
    return re.sub(pattern, lambda match: words[match[0].lower()], text, flags=re.IGNORECASE)


def _greeted(name: str) -> str:
    """Whom a mail greets: a name, or a team, which is left as it is."""
    kept = [word for word in name.split() if word.lower().strip(".,") in _NO_NAME | _PARTICLES]
    return name if len(kept) == len(name.split()) else FIRST


def _within(match: re.Match[str]) -> str:
    return match[0] if match[0].lower() in _NO_NAME else FIRST

"""Mail that is not simply somebody's own request: what a person must know of it, and what goes before all else.

Words and addresses are hints. They slow nothing down that the law wants, and they prove nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.mail.lookalike import shape, shown_domain
from bot.mail.message import ParsedMail
from bot.triage.labels import Writer
from bot.triage.numbers import EMAIL
from bot.triage.verdict import Verdict
from bot.triage.writers import speaks_as_lawyer

_READ = 20_000  # characters
_AUTHORITIES = (
    "autoriteitpersoonsgegevens.nl",
    "rechtspraak.nl",
    "belastingdienst.nl",
    "politie.nl",
    "fiod.nl",
    "justis.nl",
    "om.nl",
    "acm.nl",
)
_LONG = 8  # letters: a name that nobody has by chance, also inside another
_ALIKE = 0.9
_AGE = re.compile(
    r"\b(?:ik ben (?:nog |pas |maar ){0,2}|i am (?:only )?|(?:zoon|dochter|kind|son|daughter|child)"
    r"(?: is| van| of| who is| die){0,2} (?:nog |pas |maar |aged ){0,2})(\d{1,2})\b(?! (?:juni|juli|mei))",
    re.IGNORECASE,
)
_PRESSES = re.compile(
    r"\b(?:laatste (?:waarschuwing|kans|aanmaning|sommatie)|binnen (?:24|48|vierentwintig|achtenveertig) uur|ultimatum"
    r"|dwangsom|in gebreke|ingebrekestelling|naar de (?:pers|media|krant)|final (?:warning|notice)"
    r"|within (?:24|48) hours|go to the press)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class House:
    """What the company's configuration says about special people."""

    minor_age: int = 16
    authority_phone: str = ""


@dataclass(frozen=True, slots=True)
class Special:
    """Why a person must look, and why before all else; each None without a reason, the same where one says both."""

    needs: str | None = None
    urgent: str | None = None


def special(mail: ParsedMail, verdict: Verdict, house: House) -> Special:
    """What is special about a mail that opens a case."""
    text = f"{mail.subject}\n{mail.new_text}"[:_READ]
    if verdict.writer is Writer.AUTHORITY or pretends(mail.sender.address) is not None:
        return _authority(mail, house)
    if speaks_as_lawyer(text):
        words = "van een advocaat of deurwaarder: geen automatisch antwoord; een machtiging is nodig (represents)"
        return _first(f"{words}, en de controle blijft gelijk")
    pressed = "dringende toon: met voorrang behandelen; de controle blijft gelijk" if _PRESSES.search(text) else None
    return Special(_another(mail, verdict, text, house), pressed)


def _another(mail: ParsedMail, verdict: Verdict, text: str, house: House) -> str | None:
    named = {found.lower() for found in EMAIL.findall(text)} - {mail.sender.address}
    if verdict.writer is Writer.AGENT and len(named) > 1:
        return "één bericht voor meer mensen: ieder krijgt een eigen zaak en machtiging (represents --who agent)"
    if any(int(age) < house.minor_age for age in _AGE.findall(text)):
        return f"het gaat om iemand jonger dan {house.minor_age}: een ouder of voogd vraagt (represents --who guardian)"
    return None


def _authority(mail: ParsedMail, house: House) -> Special:
    """Unproved, whatever it says: somebody calls back, on a number that did not come with the mail."""
    of = pretends(mail.sender.address)
    seems = f"LET OP, het domein lijkt op {of} maar is het niet; " if of else ""
    number = f" (AP: {house.authority_phone})" if house.authority_phone else ""
    how = f"bel terug op het nummer uit onze eigen instellingen{number}, antwoord nooit op dit bericht"
    return _first(f"{seems}komt van of gaat over een toezichthouder, rechter of politie, niet bewezen: {how}")


def _first(words: str) -> Special:
    """What a person must know is also why it goes first: one task says both."""
    return Special(words, words)


def pretends(address: str | None) -> str | None:
    """The authority whose domain this one can be taken for, without being it."""
    domain = shown_domain((address or "").rpartition("@")[2].lower())
    if not domain or any(domain == known or domain.endswith(f".{known}") for known in _AUTHORITIES):
        return None
    labels = [shape(label.replace("-", "")) for label in domain.split(".")[:-1]]
    return next((known for known in _AUTHORITIES if any(_taken_for(label, known) for label in labels)), None)


def _taken_for(label: str, known: str) -> bool:
    name = shape(known.partition(".")[0])
    if len(name) < _LONG:
        return len(name) > 3 and label in (name, f"{name}nl")
    return name in label or SequenceMatcher(None, name, label).ratio() >= _ALIKE

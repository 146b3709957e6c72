"""What stands about somebody without a field of its own (a status, a title, a trade), told in plain wordings only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.triage.citizen_number import may_hold_bsn
from bot.triage.numbers import emails, ibans, phones, postcodes
from bot.triage.verdict import StatedCorrection

_OPENS, _CLOSES = "['‘\"“„]{1,2}", "['’\"”“]{1,2}"
_INSIDE = r"[^'‘’\"”“„\n]{1,45}"
_QUOTED = rf"{_OPENS}(?P<quoted>{_INSIDE}?)[.,!]?{_CLOSES}"
_BARE = r"(?-i:(?P<bare>[a-zé€\d][\w.'’/€-]*(?: [a-z\d][\w.'’/-]*){0,2}?))"
"""Up to three words, none with a capital: those are names, and have fields of their own."""
_OTHER = rf"(?:{_OPENS}{_INSIDE}{_CLOSES}|[\w.'’-]{{2,30}})"
_PLEASE = r"(?:maar|weer|gewoon|alsjeblieft|alstublieft|aub|svp|graag|dus|nu|dan|een|bij mij|van mij)"
_WHO = r"(?:u|je|jullie|mij|me|m|ons|hem|het|status|terug)"
_SO = r"(?:een|gewoon|nu|toch|toch echt|inmiddels|juist|namelijk|alleen|echt|al|nog|wel|sinds \w+(?: \d{1,4})?)"
_ENDS = r"(?=[.,;:!?\n)]|$)"
_MAKES = r"\b(?:maak|maakt u|maken|maakt|gemaakt)(?: u| je| jullie)?"
_NOT = rf"\b(?:geen|niet|niet langer|niet meer|niet als) {_OTHER}(?: meer| langer)?,? maar"
_CHANGES = r"\b(?:wijzig\w*|verander\w*|aanpas\w*|pas|omzet\w*|vervang\w*|verbeter\w*|corrige\w*)"
_WRITES = r"(?:vermelden|noteren|zetten|neerzetten|invullen|registreren|bezigen|opnemen)"
_MUST = r"\b(?:moet|hoort|behoort|dient|mag|moest)"
_BE = r"(?:te )?(?:zijn|worden|staan|wezen|luiden|heten|komen)\b"
_WORDINGS = (
    rf"{_MAKES}(?: {_PLEASE})* (?:er|daar)(?: {_PLEASE})* (?:{_QUOTED}|{_BARE}) van\b",
    rf"{_MAKES} (?:er|daar|worden:)\s?van\W{{1,3}}(?:maar |graag |liever |gewoon )?{_QUOTED}",
    rf"\b(?:er|daar)(?: {_PLEASE})* {_QUOTED} van\b",
    rf"{_MUST}(?: \w+){{0,4}}? {_QUOTED}(?: {_BE}|{_ENDS})",
    rf"{_CHANGES}(?: \w+){{0,5}}? (?:in|naar|door|met) {_QUOTED}",
    rf"{_OPENS}{_INSIDE}{_CLOSES}\W{{0,3}}(?:->|→|=>|>+|wordt|moet|mag|naar|in)\s{{1,2}}{_QUOTED}",
    rf"{_NOT}(?: \w+){{0,3}}? {_QUOTED}",
    rf"{_NOT} (?:{_SO} ){{0,2}}{_BARE}{_ENDS}",
    rf"\b(?:graag|liever|gewoon|voortaan|dus)(?: \w+){{0,2}}? {_QUOTED}(?: van maken| {_WRITES}|{_ENDS})",
    rf"{_QUOTED} (?:te )?{_WRITES}\b",
    rf"\bzet(?: (?:{_WHO}|er|daar|{_PLEASE})){{1,4}}(?: (?:op|als|naar))? {_QUOTED}",
    rf"\b(?:zet|zetten)(?: (?:{_WHO}|bij|{_PLEASE})){{1,4}} (?:op|terug naar) {_BARE}{_ENDS}",
)
"""The words by which somebody says what should stand there; each has one value, in quotation marks or bare."""
_ON_FILE = (
    r"\b(?:sta|staan|staat|stond|heet|noem\w*|vermeld\w*|ingeschreven|te boek|geregistreerd|genoteerd|ingevuld"
    r"|aangeschreven|tituleer\w*|spreek\w*|schrijf\w*)\b"
)
_CALLS_HIMSELF = (
    rf"{_ON_FILE}[^\n]{{0,70}}?[.;,!\"'’”]? ?\b(?:(?:maar|want|en|terwijl|echter|dat) )?"
    rf"(?:ik ben|wij zijn|we zijn|ben ik) (?:{_SO} ){{0,4}}"
    rf"(?-i:(?P<bare>[a-z][a-z.'’/-]{{2,30}}))(?:{_ENDS}| (?:en geen|en niet|hoor)\b)"
)
"""Behind what stands on file; read only in a mail that tells no other change: else it is chat."""
_PATTERNS = tuple(re.compile(one, re.IGNORECASE) for one in _WORDINGS)
_ONLY_CHANGE = re.compile(_CALLS_HIMSELF, re.IGNORECASE)
_NO_VALUE = re.compile(
    r"(?i)(?:.* )?(?:niet|geen|nooit|nee|dat|dit|het|die|er|hier|daar|maar|eens|even|zo|ook|te|t|ik|wij|u|je|jullie"
    r"|niets|ander|een|één|dus|hetzelfde|uit|weg|leeg|klant|lid|vent|verhuisd|gestopt|getrouwd|hertrouwd|boos|blij"
    r"|benieuwd|gepromoveerd|geweest|bent|ben|nu|voortaan|inmiddels|alleen|kwijt|opnieuw|i\.?o|opgericht|klaar|weer"
    r"|achttien|graag|vrij|blijft|bezig)"
    r"|(?:mijn|onze|haar|zijn|uw|jullie|de|wat|er|met|in|op|van|bij|al|dat|zo|te|lid) .*"
)
"""Bare words behind such wordings that say nothing by themselves."""
_NAMED = re.compile(
    r"[A-ZÀ-Ý][\w'’-]+ (?:(?:van|de|der|den|ter|ten|te|en) ){0,2}[A-ZÀ-Ý][\w'’-]+|\b[A-Z]\.(?:[A-Z]\.)* ?[A-Z]"
)
_ADDRESS = re.compile(r"[^\W\d_]{3,} \d{1,5}\b|\b(?:B\.?V|V\.?O\.?F|N\.?V)\b\.?")
_HAVE_FIELDS = (emails, ibans, phones, postcodes)
_READ = 6_000  # characters


def remark(text: str, found: Sequence[StatedCorrection]) -> Iterator[StatedCorrection]:
    """The one value that is told in such words, unless a change that was `found` tells it, or it has its own field."""
    known = [value.lower() for one in found for value in (one.new, one.old) if value]
    for value in _told(text[:_READ], _PATTERNS if found else (*_PATTERNS, _ONLY_CHANGE)):
        if _without_field(value) and not any(_overlap(value.lower(), one) for one in known):
            yield StatedCorrection("other", None, value)
            return


def _told(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            said = match.groupdict()
            words = said.get("quoted") or said.get("bare") or ""
            value = " ".join(words.split()).strip(" .,;")
            if value and (said.get("quoted") or not _NO_VALUE.fullmatch(value)):
                yield value


def _without_field(value: str) -> bool:
    if _NAMED.search(value) or _ADDRESS.search(value) or may_hold_bsn(value):
        return False
    return not any(next(iter(finder(value)), None) for finder in _HAVE_FIELDS)


def _overlap(value: str, other: str) -> bool:
    return value in other or other in value

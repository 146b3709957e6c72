"""What stands about somebody without a field of its own (a status, a title, a trade), told in plain wordings only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.triage.citizen_number import may_hold_bsn, spoken_of
from bot.triage.completing import CHECKED, OTHER
from bot.triage.kin import is_anothers
from bot.triage.verdict import StatedCorrection

_OPENS = r"(?<!\w)['‘\"“„]{1,2}(?!(?:s|t|k|n|m)(?![\w.]))"
_CLOSES = r"['’\"”“]{1,2}(?!\w)"
_INSIDE = r"[^'‘’\"”“„\n]{1,45}"
_QUOTED = rf"{_OPENS}(?P<quoted>{_INSIDE}?)[.,!]?{_CLOSES}"
_BARE = r"(?-i:(?P<bare>[a-zé€\d][\w.'’/€-]*(?: [a-z\d][\w.'’/-]*){0,2}?))"
"""Up to three words, none with a capital: those are names, and have fields of their own."""
_FORMER = rf"(?:{_OPENS}{_INSIDE}{_CLOSES}|[\w.'’-]{{2,30}})"
_WORD = r"(?: (?!(?:niet|geen|nooit|nee|not|zonder)\b)\w+)"
"""A word on the way to the value; none that denies it."""
_PLEASE = r"(?:toch|maar|weer|gewoon|alsjeblieft|alstublieft|aub|svp|graag|dus|nu|dan|een|bij mij|van mij)"
_ON_WHAT = r"(?:u|je|jullie|mij|me|m|ons|hem|het|status|terug)"
_SINCE = r"(?:een|gewoon|nu|toch|toch echt|inmiddels|juist|namelijk|alleen|echt|al|nog|wel|sinds \w+(?: \d{1,4})?)"
_ENDS = r"(?=[.,;:!?\n)]|$)"
_NOT = rf"\b(?:geen|niet|niet langer|niet meer|niet als) {_FORMER}(?: meer| langer)?,? maar"
_CHANGE = (
    r"\b(?:wijzigt?|wijzigen|verandert?|veranderen|aanpassen|past?|omzetten|vervangt?|vervangen|verbetert?|verbeteren"
    r"|corrigeert?|corrigeren)"
)
_WRITE = r"(?:vermelden|noteren|zetten|neerzetten|invullen|registreren|bezigen|opnemen)"
_MUST = r"\b(?:moet|hoort|behoort|dient|mag|moest)"
_BE = r"(?:te )?(?:zijn|worden|staan|wezen|luiden|heten|komen)\b"
_ON_FILE = (
    r"\b(?:sta|staan|staat|stond|noem\w*|vermeld\w*|ingeschreven|te boek|geregistreerd|genoteerd|ingevuld"
    r"|aangeschreven|tituleer\w*|functie|status|beroep|titel|aanhef|rechtsvorm)\b"
)
_WORDINGS = (
    rf"\b(?:maak|maakt u)(?: u| je| jullie)?(?: {_PLEASE})* (?:er|daar)(?: {_PLEASE})* (?:{_QUOTED}|{_BARE}) van\b",
    rf"\b(?:maak|maakt)(?: u| je)? (?:er|daar)\s?van\W{{1,3}}(?:maar |graag |liever |gewoon )?{_QUOTED}",
    rf"\b(?:er|daar)(?: {_PLEASE})* {_QUOTED} van (?:te )?(?:maken|gemaakt|maakt)",
    rf"{_MUST}{_WORD}{{0,4}}? {_QUOTED}(?: {_BE}|{_ENDS})",
    rf"{_CHANGE}{_WORD}{{0,5}}? (?:in|naar|door|met) {_QUOTED}",
    rf"{_OPENS}{_INSIDE}{_CLOSES}\W{{0,3}}(?:->|→|=>|>>|wordt|moet|mag|naar|in)\s{{1,2}}{_QUOTED}",
    rf"{_NOT}{_WORD}{{0,3}}? {_QUOTED}",
    rf"{_ON_FILE}[^.!?\n]{{0,60}}?{_NOT} (?:{_SINCE} ){{0,2}}{_BARE}{_ENDS}",
    rf"\b(?:graag|liever|gewoon|voortaan|dus){_WORD}{{0,2}}? {_QUOTED}(?: van maken| {_WRITE}|{_ENDS})",
    rf"{_QUOTED} (?:te )?{_WRITE}\b",
    rf"\bzet(?: (?:{_ON_WHAT}|er|daar|{_PLEASE})){{1,4}}(?: (?:op|als|naar))? {_QUOTED}",
    rf"\b(?:zet|zetten)(?: (?:{_ON_WHAT}|bij|{_PLEASE})){{1,4}} (?:op|terug naar) {_BARE}{_ENDS}",
)
"""The words by which somebody says what should stand there; each has one value, in quotation marks or bare."""
_CALLS_HIMSELF = (
    rf"{_ON_FILE}[^\n]{{0,70}}?[.;,!\"'’”]? ?\b(?<!dat )(?:(?:maar|want|en|terwijl|echter) )?"
    rf"(?:ik ben|wij zijn|we zijn) (?:{_SINCE} ){{0,4}}"
    rf"(?-i:(?P<bare>[a-z][a-z.’/-]{{2,30}}(?:'er)?))(?:{_ENDS}| (?:en geen|en niet|hoor)\b)"
)
"""Behind what stands on file; read only in a mail that tells no other change: else it is chat."""
_PATTERNS = tuple(re.compile(one, re.IGNORECASE) for one in _WORDINGS)
_ONLY_CHANGE = re.compile(_CALLS_HIMSELF, re.IGNORECASE)
_NO_VALUE = re.compile(
    r"(?i)(?:.* )?(?:niet|geen|nooit|nee|dat|dit|het|die|er|hier|daar|maar|eens|even|zo|ook|te|t|ik|wij|u|je|jullie"
    r"|niets|ander|een|één|dus|hetzelfde|uit|weg|leeg|klant|lid|vent|verhuisd|gestopt|getrouwd|hertrouwd|boos|blij"
    r"|benieuwd|gepromoveerd|geweest|bent|ben|nu|voortaan|inmiddels|alleen|kwijt|opnieuw|i\.?o|opgericht|klaar|weer"
    r"|achttien|graag|vrij|blijft|bezig|woedend|zwanger|ziek|overleden|jaren|jaar|teleurgesteld|belangrijk|bezwaar"
    r"|goed|week|werk|haast)"
    r"|(?:mijn|onze|haar|zijn|uw|jullie|de|wat|er|met|in|op|van|bij|al|dat|zo|te|lid|niet|geen|iets|wel|ook) .*"
)
"""Bare words behind such wordings that say nothing by themselves."""
_NO_WISH = re.compile(r"(?i)(?:voor|zonder|via|zo snel|per|uiterlijk|x{3,})\b.*")
"""Quoted words that are no value either."""
_NAMED = re.compile(
    r"[A-ZÀ-Ý][\w'’-]+ (?:(?:van|de|der|den|ter|ten|te|en) ){0,2}[A-ZÀ-Ý][\w'’-]+|\b[A-Z]\.(?:[A-Z]\.)* ?[A-Z]"
)
_ADDRESS = re.compile(r"[^\W\d_]{3,} \d{1,5}\b|\b(?:B\.?V|V\.?O\.?F|N\.?V)\b\.?")
_FIELD_AHEAD = re.compile(
    r"(?i)(?:\b(?!aanhef|tussen)\w{0,12}naam|\b(?:heten|heet|(?:woon)?plaats|straat|huisnummer|adres|postcode|wachtwoord|pin(?:code)?"
    r"|paspoort\w*|rijbewijs\w*|gebore\w*|geboortedat\w*|factuur\w*|klant(?:nummer|nr)|kvk\w*|btw\w*|iban|rekening\w*|e-?mail\w*"
    r"|telefoon\w*|knop|menu|bsn|burgerservice\w*))\b[^.!?\n]{0,30}$"
)
"""Words ahead of a value that has a field of its own, or must not be kept."""
_AHEAD = 45  # characters
_MOST_DIGITS = 7  # of a value: more may be a number of somebody
_READ = 6_000  # characters


def remark(text: str, found: Sequence[StatedCorrection]) -> Iterator[StatedCorrection]:
    """What is told in such words, unless a change that was `found` tells it, or it is somebody else's.

    Nothing that has a field of its own. Of two different values none: which of them counts is for a person.
    """
    known = [value.lower() for one in found for value in (one.new, one.old) if value]
    told = {
        value.lower(): value
        for value in _told(text[:_READ], _PATTERNS if found else (*_PATTERNS, _ONLY_CHANGE))
        if not any(value.lower() in one or one in value.lower() for one in known)
    }
    if len(told) == 1:
        yield StatedCorrection(OTHER, None, told.popitem()[1])


def _told(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            said = match.groupdict()
            which = "quoted" if said.get("quoted") else "bare"
            value = " ".join(said[which].split()).strip(" .,;")
            refused = _NO_WISH if which == "quoted" else _NO_VALUE
            if value and not refused.fullmatch(value) and _is_own(text, value, *match.span(which)):
                yield value


def _is_own(text: str, value: str, begin: int, end: int) -> bool:
    """Whether it is the writer's, and nothing that has a field of its own or must not be kept."""
    many = len(re.sub(r"\D", "", value)) > _MOST_DIGITS or may_hold_bsn(value)
    if many or _NAMED.search(value) or _ADDRESS.search(value):
        return False
    if any(char.isdigit() for char in value) and spoken_of(text, begin, end):
        return False
    if _FIELD_AHEAD.search(text[max(0, begin - _AHEAD) : begin]) or is_anothers(text, begin, end):
        return False
    return not any(next(iter(finder(value)), None) for finder in CHECKED.values())

"""The marks by which mail programs introduce what they quote, line by line: Dutch, English, German, French and others.

Each decision here looks at one line, or one attribution joined from its wrapped lines; how far a quote goes is decided
in quoting.py.
"""

from __future__ import annotations

import re

MAX_LINE = 400  # characters of a line that are looked at
MAX_WRAP = 4  # lines an attribution may be wrapped over

TIME = r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.]*\d)"
ADDRESS = re.compile(r"[^\s<>@:]{1,64}@[^\s<>@:]{1,100}")
ANGLED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,100}>|\[mailto:")
_QUOTE = re.compile(r"[ \t]{0,3}>(?!:\s*\Z)")
_NO_QUOTE = re.compile(  # a size, an amount, a face, a cry: as long as no quoted line stands beside it
    r"\s{0,3}>(?:\s?[€$]\s?\d|\s?\d[\d.,]*\s?(?:%|[KMGT]B\b|euro\b|jaar\b|dagen\b|uur\b|km\b)|\s?[:;]-?[()]"
    r"|>{0,5}[^<>]{1,80}<{2,6}\s*\Z)"
)
_SPEECH = re.compile(
    r"\b(?:schr[ei]\w*|geschreven|zei|zegt|vr(?:oeg|aagt)|stelt|stond|staat|meldt?|mail\w*|bericht\w*|antwoord\w*|reactie\w*"
    r"|quote\w*|respon\w*|reag\w*|opmerking\w*|citaat|citeer\w*|(?:hier)?onder\w*|inline|tussen\w*|wrote|writes?|said|says|asked|answers?|below|replies|schrieb"
    r"|[ée]crit)\b",
    re.IGNORECASE,
)
_PERSONS = re.compile(
    r"\b(?:ik|je|jij|jullie|u|wij|we|mij|me|ons|hij|zij|ze|dat|you|i|they|he|she|sie|ich|ihr|vous"
    r"|mijn|uw|jouw|onze|haar|zijn|my|your|our|his|her|mein|ihre?)\b(?!\.)",
    re.IGNORECASE,
)
_SPEAKERS = re.compile(
    r"\b(?:ik|je|jij|jullie|u|wij|we|mij|me|hij|zij|ze|dat|you|i|they|he|she|sie|ich|ihr|vous)\b(?!\.)", re.IGNORECASE
)
_MAX_WORDS = 22  # in an attribution line

# The words between date and name, or name and date; the name comes last or first.
_DATE_FIRST = (
    re.compile(r"Op .{3,200}? schreef .{1,200}? <[^<>]{3,100}> het volgende ?:$", re.IGNORECASE),
    re.compile(r"Op .{3,200}?\W+schreef(?: .{1,200}?)? ?:$", re.IGNORECASE),
    re.compile(r"Op .{3,200}? heeft .{1,200}? (?:het volgende )?geschreven ?:$", re.IGNORECASE),
    re.compile(r"On .{3,300}?(?:,|\s)\s*(?:\S.{0,200}?)?\s?wrote ?:$", re.IGNORECASE),
    re.compile(r"Am .{3,200}? schrieb .{1,200}? ?:$", re.IGNORECASE),
    re.compile(r"Am .{3,200}? hat .{1,200}? (?:folgendes )?geschrieben ?:$", re.IGNORECASE),
    re.compile(r"Le .{3,200}?[,\s]\s*\S.{0,200}?\s+a [ée]crit\s?:$", re.IGNORECASE),
    re.compile(
        r"(?:El|Il|Em) .{3,200}?[,\s]\s*\S.{0,200}? (?:escribi[óo]|ha scritto|escreveu)\s?:$",
        re.IGNORECASE,
    ),
    re.compile(r"(?:W dniu|Dnia) .{3,200}? \S.{0,200}? (?:pisze|napisał\(?a?\)?)\s?:$", re.IGNORECASE),
)
_NAME_FIRST = (
    re.compile(rf"\d[\d./-]{{5,9}},? {TIME}.{{0,20}}[ ,].{{1,120}}< ?[^<>\s]{{3,100}} ?>:$"),
    re.compile(r".{1,200}? schreef op .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r".{1,200}? wrote on .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r".{1,200}? schrieb am .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r"\d.{3,80}?, .{1,200}? schreef ?:$", re.IGNORECASE),
)
_BARE_NAME = re.compile(r"(?P<who>.{1,120}?) (?:schreef|wrote|writes|schrieb|schreibt|a [ée]crit) ?:$", re.IGNORECASE)
_NAMED = re.compile(r"(?:Citeren|Quoting|Zitat von|Citando a?) (?P<who>.{1,120}?) ?:$")
_ADDRESSED = re.compile(r".{0,80}<[^<>\s]{3,100}>.{0,40}:$")
_BEGINS = re.compile(r"(?:-{2,3} )?(?:(?:Op|On|Am|Le|El|Il|Em|W dniu|Dnia)\b|\d{1,4}[-./]\d{1,2}[-./]\d{1,4},? \d)")
_WROTE = r".{1,150}? (?:het volgende )?geschreven ?:"

_RULED = r"[-_=*~\u2010-\u2015]{2,}"
_SENTENCE = (  # an attribution that may stand in the middle of a line
    rf"Op \d.{{3,120}}? heeft {_WROTE}|Op .{{3,80}}?{TIME} schreef .{{1,150}}?:(?=\s*\Z)"
    rf"|On .{{3,80}}?{TIME}.{{1,150}}? wrote ?:"
)
_DASH = r"[-_\u2010-\u2015]"
_TITLE = (
    rf"(?<!{_DASH}){_DASH}{{4,}}\s?(?:Oorspronkelijk bericht|Original [Mm]essage|Origineel bericht)"
    rf"\s?{_DASH}{{4,}}(?!{_DASH})"
)
_GLUED = re.compile(rf"(?<=[^\s>\"'(])(?=(?:{_SENTENCE})|{_TITLE})")
_TAILED = re.compile(
    rf"\s{{0,4}}(?:Op \d.{{3,120}}?{TIME} heeft {_WROTE}|On .{{3,80}}?{TIME}.{{1,150}}? wrote ?:|{_TITLE})(?=\s*\S)"
)
ORIGINAL = re.compile(
    rf"\s*{_RULED}\s*(?:oorspronkelijke? bericht|oorspronkelijke afspraak|origineel bericht"
    rf"|original (?:message|e-?mail|appointment)"
    rf"|urspr[üu]ngliche (?:nachricht|e-?mail)|message d'origine|original-nachricht)\s*(?:{_RULED})?\s*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    rf"\s*(?:{_RULED}\s*(?:doorgestuurde? (?:bericht|e-?mail)|forwarded (?:message|email)|weitergeleitete nachricht"
    rf"|message transf[ée]r[ée])(?: (?:van|from|by) .{{1,100}})?\s*(?:{_RULED})?"
    rf"|{_RULED}\s*(?:(?:below this line|this) is a copy of .{{1,80}}|(?:original|unsent) message (?:follows|below)"
    rf"|message headers? follows?)\W*(?:{_RULED})?|original message headers\s?:"
    r"|(?:begin doorgestuurd bericht|begin forwarded message|anfang der weitergeleiteten nachricht"
    r"|d[ée]but du message transf[ée]r[ée])\s?:)\s*$",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"\s*(?:oorspronkelijk bericht|original message|doorgestuurd bericht|forwarded message)\s*:\s*$", re.IGNORECASE
)
REPLY_ABOVE = re.compile(
    rf"\s*(?:##)?\s*(?:{_RULED})?.{{0,20}}(?:(?:antwoord|reageer|typ uw antwoord)\w* (?:a\.u\.b\. )?boven deze?"
    r" (?:regel|lijn)|(?:please )?(?:reply|type your reply) above this line).{0,20}$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*[_\-=]{10,}\s*$")
OUTLOOK_RULE = re.compile(r"\s*_{32}\s*$")
ZOHO = re.compile(r"-{3,} ?(?:On|Op|Am|Le) .{3,250} (?:wrote|schreef|schrieb|geschreven|a [ée]crit) ?-{3,}\s*$")
GROUPWISE = re.compile(rf">>> .{{2,150}}? \d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}} {TIME}.{{0,10}}>>>\s*$")


def cuts(line: str) -> list[int]:
    """Where a line must be cut: before an attribution glued to the last words, and behind its colon."""
    shown = line[: 2 * MAX_LINE]
    glued = _GLUED.search(shown)
    start = glued.start() if glued else 0
    tailed = _TAILED.match(shown, start)
    return [cut for cut in (start, tailed.end() if tailed else 0) if cut]


def is_quote(line: str) -> bool:
    """A line that begins with `>`."""
    return bool(_QUOTE.match(line))


def doubtful_quote(line: str) -> bool:
    """A line that begins with `>` as people write it: "> 25 MB", "> € 500", ">:-)", ">>> now <<<"."""
    return bool(_NO_QUOTE.match(line))


def speaks(line: str) -> bool:
    """The line tells that somebody said, wrote or asked something, or points at what stands below."""
    return bool(_SPEECH.search(line))


def introduces(joined: str, *, before_quote: bool, wrapped: bool) -> bool:
    """Is this how a program introduces a quote, and not a customer's own sentence that ends in a colon?

    `before_quote`: the next words are `>` lines, so that even a bare "Kleinboek schreef:" will do.
    """
    joined = re.sub(r"\A-{2,3} ", "", joined)
    if re.search(r"\d", joined) and any(form.match(joined) for form in (*_DATE_FIRST, *_NAME_FIRST)):
        return before_quote or _by_program(joined)
    if before_quote and _ADDRESSED.match(joined):
        return True
    bare_name = None if wrapped else _BARE_NAME.match(joined) or _NAMED.match(joined)
    return bare_name is not None and before_quote and _is_name(bare_name["who"])


def may_wrap(first: str, second: str, count: int) -> bool:
    """May an attribution that begins with this line go on behind its first `count` lines?"""
    if _BEGINS.match(first):
        return True
    return count == 1 and bool(re.match(r"(schreef|wrote|schrieb)\b", second) and ADDRESS.search(first))


def _by_program(joined: str) -> bool:
    """Programs give an address or a time, and do not say "u", "mijn" or "het volgende:" unless a name does."""
    if ANGLED.search(joined) and re.search(TIME, joined) and not _SPEAKERS.search(ADDRESS.sub(" ", joined)):
        return True
    if _PERSONS.search(ADDRESS.sub(" ", joined)) or len(joined.split()) > _MAX_WORDS:
        return False
    if re.search(r"(?:volgende?|dit|following|folgendes|this)\s?:$", joined, re.IGNORECASE):
        return False
    return bool(ADDRESS.search(joined) or re.search(TIME, joined))


def _is_name(who: str) -> bool:
    """Short, and without the pronouns of somebody telling what was written to him."""
    return len(who.split()) <= 6 and not _PERSONS.search(who)

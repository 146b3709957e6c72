"""The marks by which mail programs introduce what they quote, line by line: Dutch, English, German, French and others.

Each decision here looks at one line, or one attribution joined from its wrapped lines; how far a quote goes is decided
in quoting.py.
"""

from __future__ import annotations

import re

MAX_LINE = 400  # characters of a line that are looked at
MAX_WRAP = 4  # lines an attribution may be wrapped over

_TIME = r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.]*\d)"
ADDRESS = re.compile(r"[^\s<>@:]{1,64}@[^\s<>@:]{1,100}")
ANGLED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,100}>|\[mailto:")
_QUOTE = re.compile(r"[ \t]{0,3}>(?!\s?[€$]?\s?\d[\d.,]*\s?(?:%|[KMGT]B\b|euro\b|jaar\b|dagen\b|uur\b|km\b))")
_PERSONS = re.compile(
    r"\b(?:ik|je|jij|jullie|u|wij|we|mij|me|ons|hij|zij|ze|dat|you|i|they|he|she|sie|ich|ihr|vous"
    r"|mijn|uw|jouw|onze|haar|zijn|my|your|our|his|her|mein|ihre?)\b(?!\.)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]{3,}")  # a word long enough to tell people apart
_MAX_WORDS = 22  # in an attribution line

# The words between date and name, or name and date; the name comes last or first.
_DATE_FIRST = (
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
    re.compile(r".{1,200}? schreef op .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r".{1,200}? wrote on .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r".{1,200}? schrieb am .{3,80}? ?:$", re.IGNORECASE),
    re.compile(r"\d.{3,80}?, .{1,200}? schreef ?:$", re.IGNORECASE),
)
_BARE_NAME = re.compile(r"(?P<who>.{1,120}?) (?:schreef|wrote|schrieb|a [ée]crit) ?:$", re.IGNORECASE)
_BEGINS = re.compile(r"(Op|On|Am|Le|El|Il|Em|W dniu|Dnia)\b")
_WROTE = r".{1,150}? (?:het volgende )?geschreven ?:"
_GLUED = re.compile(
    rf"(?<=[^\s>\"'(])(?=(?:Op \d.{{3,120}}? heeft {_WROTE}|Op .{{3,80}}?{_TIME} schreef .{{1,150}}?:\s*$"
    rf"|On .{{3,80}}?{_TIME}.{{1,150}}? wrote ?:))"
)
_TAILED = re.compile(rf"(Op \d.{{3,120}}?{_TIME} heeft {_WROTE})(?=\s*\S)")

_RULED = r"[-_=*~]{2,}"
ORIGINAL = re.compile(
    rf"\s*{_RULED}\s*(?:oorspronkelijke? bericht|origineel bericht|original (?:message|e-?mail|appointment)"
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

_LABELS = {
    "sender": "van von from de afzender",
    "recipient": "aan to an destinataire",
    "date": "verzonden sent gesendet datum date envoyé verstuurd",
    "subject": "onderwerp subject betreff objet",
    "other": "cc bcc kopie bijlagen attachments anlagen antwoord-aan reply-to prioriteit importance urgentie belang",
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_LABELLED = re.compile(r"[ \t]{0,8}[*_]{0,2}(?P<label>[A-Za-zÀ-ÿ-]{2,12})[*_]{0,2}[ \t]?:[*_]{0,2}(?P<value>.*)$")


def glue(line: str) -> int | None:
    """Where "...mijn iPhoneOp 4 aug. 2026 om 09:03 heeft X het volgende geschreven:" should be cut."""
    if found := _GLUED.search(line[:2000]):
        return found.start() if ADDRESS.search(line, found.start()) or re.search(_TIME, line[found.start() :]) else None
    if found := _TAILED.match(line[:MAX_LINE]):
        return found.end()
    return None


def is_quote(line: str) -> bool:
    """A line that begins with `>`, unless it is a customer's "> 25 MB"."""
    return bool(_QUOTE.match(line))


def introduces(joined: str, *, before_quote: bool, wrapped: bool) -> bool:
    """Is this how a program introduces a quote, and not a customer's own sentence that ends in a colon?

    `before_quote`: the next words are `>` lines, so that even a bare "Kleinboek schreef:" will do.
    """
    if re.search(r"\d", joined) and any(form.match(joined) for form in (*_DATE_FIRST, *_NAME_FIRST)):
        return before_quote or _by_program(joined)
    bare_name = None if wrapped else _BARE_NAME.match(joined)
    return bare_name is not None and before_quote and _is_name(bare_name["who"])


def may_wrap(first: str, second: str, count: int) -> bool:
    """May an attribution that begins with this line go on behind its first `count` lines?"""
    if _BEGINS.match(first):
        return True
    return count == 1 and bool(re.match(r"(schreef|wrote|schrieb)\b", second) and ADDRESS.search(first))


def labelled(line: str) -> tuple[str, str] | None:
    """(kind, value) of a line such as "Verzonden: ...": sender, recipient, date, subject or other."""
    match = _LABELLED.match(line[:MAX_LINE].rstrip())
    kind = _KIND_OF.get(match["label"].lower()) if match else None
    return (kind, match["value"].strip(" *_\t")) if match and kind else None


def has_time(value: str) -> bool:
    """The value names a time of day."""
    return bool(re.search(_TIME, value))


def names_in(value: str) -> frozenset[str]:
    """The words of a display name that tell people apart."""
    return frozenset(_NAME.findall(value.lower().partition("@")[0]))


def _by_program(joined: str) -> bool:
    """Programs give an address or a time, and do not say "u", "mijn" or "het volgende:"."""
    if _PERSONS.search(ADDRESS.sub(" ", joined)) or len(joined.split()) > _MAX_WORDS:
        return False
    if re.search(r"(?:volgende?|dit|following|folgendes|this)\s?:$", joined, re.IGNORECASE):
        return False
    return bool(ADDRESS.search(joined) or re.search(_TIME, joined))


def _is_name(who: str) -> bool:
    """Short, and without the pronouns of somebody telling what was written to him."""
    return len(who.split()) <= 6 and not _PERSONS.search(who)

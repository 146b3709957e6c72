"""Who signs a mail, and for which company: read from its last lines, or from how the writer introduces himself.

Rather no name than a wrong one. Every pattern is bounded, and only the end of a mail is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.triage.firms import firm_beside, firm_traded_as, firm_written, firms_named, is_sentence
from bot.triage.last_words import BETWEEN, company_in, last_words, may_be_firm, person_behind_a_firm
from bot.triage.numbers import POSTCODE
from bot.triage.person_names import LETTER, NAME, UPPER, WORD, ends_of, may_be_name, name_written, without_title
from bot.triage.signature_words import CLOSINGS, CONTINUES

_END = 700  # characters of the end in which somebody signs
_TAIL = 3_000  # characters of the end in which a postscript or a quoted mail may follow the signature
_FOOT = 120  # characters of the very end, where a name may stand behind the last full stop
_BLOCK = 8  # lines of a signature at most
_LINE = 70  # characters of a line in a signature; a longer one is a sentence
_LOOKED_AT = 20_000  # characters in which an introduction and a legal form are looked for

_CLOSED = re.compile(
    rf"(?:^|(?<=[\n.!?,;:)])[ ]?)[ \t]{{0,4}}(?:{'|'.join(CLOSINGS)})\b"
    rf"(?:[ ](?i:uit|aus|from)(?:[ ](?i:het|the|de|hot|sunny|zonnig))?[ ]{UPPER}[\w' -]{{2,30}}(?=[,\n]))?"
    rf"[\s,.!:;–—-]{{0,6}}",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"^(?:van|from|de|uw|je|your|namens)[ ](?=[A-Z])")
_INTRODUCED = re.compile(
    rf"\b(?i:mijn naam is|mijn naam:|m'?n naam is|mn naam is|ik ben|ik heet|my name is|i am|i'm|ich bin|mein name ist"
    rf"|ich heiße|je suis|je m'appelle|op naam van|ten name van|t\.n\.v\.|naam:|name:"
    rf"|ondergetekende,?|undersigned,?)[ ]"
    rf"((?:(?i:mevrouw|mevr\.?|mw\.?|de heer|dhr\.?|dr\.?|drs\.?)[ ])?{NAME})(?=[ ,.!?;:()\n]|$)"
)
_DEVICE = re.compile(
    r"(?im)^[ \t]{0,4}(?:verzonden|verstuurd|sent|gesendet|envoy[eé]|get outlook|von meinem)\b[^\n]{0,60}$"
)
_BELOW = re.compile(
    r"(?im)^[ \t]{0,4}(?:p\.?[ ]?s\b|(?:van|from|von): |op [^\n]{6,60}(?:schreef|wrote)|on [^\n]{6,60} wrote|-{3,}"
    r"|bijlagen?:|> )"
)
_INLINE = re.compile(
    rf"[ ](?:(?i:m\.?v\.?g\.?|(?:vr\.?[ ])?groet(?:en|jes)?|(?:vr[ ])?gr\.?|xx+|liefs|kusjes)[ ,]{{1,2}}(?:van[ ])?"
    rf"(?P<any>{LETTER}[\w'’.-]{{1,20}}(?:[ ][\w'’.-]{{1,20}}){{0,3}})"
    rf"|(?i:dank(?:je|u)?(?:[ ]wel)?|bedankt|thanks|merci)[ ,]{{1,2}}(?P<name>{NAME}))[ .!)]{{0,3}}$"
)
_SURNAMED = r"(?:van|de|der|den|ter|ten|het|'t|von|el|al|la|le|da|dos|del|di|bin|ben)"
_BY_SURNAME = re.compile(rf"[ ](?:{_SURNAMED}[ ]){{0,3}}({WORD})(?!['’\w]|[ ]{UPPER})")
_AFTER_NAME = re.compile(
    r"[,(|/·•]|[ ][-–—@][ ]?|[ ](?:van|bij|from|uit|of|namens|te)[ ]"
    r"(?=[A-Z][\w-]{1,20}['’]s\b|[A-Z][\w-]{1,20}[ ][A-Z]|support\b|de[ ][a-z])"
)
_MARK = re.compile(r",|[ ]\(")
_HAS_NUMBER = re.compile(
    r"(?:\d[ ./+=()-]{0,2}){3}|@|\b(?i:kl|klant(?:nr|nummer)?|lid(?:nr|nummer)?|deb(?:iteur)?(?:nr|nummer)?|code)\b"
)
"""What makes a piece of a line a number by which somebody is known or reached."""
_LAST = re.compile(
    rf"(?:(?:^|(?<![ .\n(]{UPPER})[^\w\s,&'’/+-][ ]|\n)(?:\(?[a-z]{{2,6}}\.?[ ])?)"
    rf"((?:[A-Za-z]{{2,9}}\.?[ ]){{0,2}}{NAME})"
    rf"(?:(?:[ ]?,|[ ][(/–-])[^.!?\n]{{0,50}})?[ .!)]{{0,3}}$"
)


def signed(text: str) -> str | None:
    """The name at the foot of the text, as written but without titles; None where nothing there is surely one."""
    closed, block = _block(text)
    found = (_name_in(line, small=closed and place < 2) for place, line in enumerate(block[:5]))
    name = next((one for one in found if one is not None), None) or _at_the_end(text)
    return _fuller(name, text[:_LOOKED_AT]) if name is not None else None


def introduced(text: str) -> str | None:
    """The name by which the writer introduces himself, first and last name at least."""
    for match in _INTRODUCED.finditer(text[:_LOOKED_AT]):
        name = without_title(match[1])
        if " " in name and may_be_name(name) and firm_written(name) is None and not name.endswith(("'s", "’s")):
            return name
    return None


def company_of(text: str) -> str | None:
    """The company for which the writer signs; else the only one of the text that is named with its legal form."""
    _, block = _block(text)
    pieces = (piece for line in block for piece in BETWEEN.split(line))
    found = next((firm for piece in pieces if (firm := firm_written(piece)) is not None), None)
    if found is None:
        found = _beside_the_name(block)
    found = found or (_in_last_words(text) if not block else None) or firm_traded_as(text[:_LOOKED_AT])
    if found is not None:
        return found
    named = firms_named(text[:_LOOKED_AT])
    return named[0] if len(named) == 1 else None


def _in_last_words(text: str) -> str | None:
    """The company behind the last sentence of a mail without lines; or what stands beside a name there."""
    last = last_words(own_end(text))
    found = company_in(last)
    if found is not None:
        return found
    return next((one.firm for one in _beside_names([last]) if may_be_firm(one.firm, one.name)), None)


def _block(text: str) -> tuple[bool, list[str]]:
    """Whether closing words stand before the signature, and its lines: what follows them, else the short last lines."""
    end = own_end(text)
    closing = next(reversed([*_CLOSED.finditer(end)]), None)
    if closing is not None:
        lines = _behind_closing(end[closing.end() :], same_line="\n" not in closing[0].rstrip(" ")[-3:])
        if lines and len(lines) <= _BLOCK and len(lines[0]) <= _LINE:
            return True, lines
    return False, _foot(end) if "\n" in text.strip() else []


def _behind_closing(rest: str, *, same_line: bool) -> list[str]:
    """The lines behind closing words, without the words on their own line that only go on with them."""
    lines = [line.strip() for line in _BEHIND.sub("", rest.strip()).splitlines() if line.strip()]
    if lines and same_line and len(lines) > 1 and lines[0].split()[0].lower().strip(",.!") in CONTINUES:
        return lines[1:]
    return lines


def _foot(end: str) -> list[str]:
    """The last lines that are short and no sentences, up to an empty one."""
    lines: list[str] = []
    for line in reversed(end.rstrip().splitlines()):
        stripped = line.strip()
        if stripped in ("", "--") and not lines:
            continue
        if not stripped or stripped == "--" or len(stripped) > _LINE or len(lines) == _BLOCK or is_sentence(stripped):
            break
        lines.insert(0, stripped)
    return lines


def own_end(text: str) -> str:
    """The end of what somebody wrote, without postscript, quoted words and "Verzonden vanaf mijn iPhone"."""
    end = text[-_TAIL:]
    below = _BELOW.search(end, 1)
    return _DEVICE.sub("", end[: below.start()] if below is not None and below.start() > 40 else end).rstrip()[-_END:]


def _name_in(line: str, *, small: bool = False) -> str | None:
    """The name at the head of a line of the signature, without what stands behind it."""
    if firm_written(line.strip(" .")) is not None and "," not in line:
        return _owner(line)
    head = _BEHIND.sub("", _AFTER_NAME.split(line.strip(" ,!-–—*_"))[0])
    name = name_written(head, small=small)
    if name is None or firm_written(name) is not None or (name.islower() and name.split()[0] in CONTINUES):
        return None
    return name


def _owner(line: str) -> str | None:
    """Of "Bas van Bas Bomen" and "Jan Smit van Smit Riool" who it is."""
    match = re.match(rf"({WORD}(?:[ ]{WORD})?)[ ](?:van|[-–—@/|])[ ]?(?={UPPER})", line)
    return name_written(match[1]) if match is not None and firm_written(match[1]) is None else None


def _at_the_end(text: str) -> str | None:
    """A name in the last words: behind a company, or behind the last full stop."""
    return person_behind_a_firm(last_words(own_end(text))) or _at_the_very_end(text)


def _at_the_very_end(text: str) -> str | None:
    """A name behind the last full stop: "… is opgezegd. Bertus Olde Wolbers"."""
    end = own_end(text)[-_FOOT:]
    match = _LAST.search(end)
    if match is not None and (name := _name_in(match[1])) is not None:
        return name
    inline = _INLINE.search(end)
    return _name_in(inline["any"] or inline["name"], small=True) if inline is not None else None


def _fuller(name: str, text: str) -> str:
    """A first name alone, where the text says the whole name once."""
    if " " in name or name.islower():
        return name
    surnames = (_BY_SURNAME.match(text, end) for end in ends_of(name, text))
    whole = {name + match[0] for match in surnames if match is not None and not match[1].startswith(name)}
    sure = {one for one in whole if may_be_name(one) and firm_written(one) is None}
    return sure.pop() if len(sure) == 1 else name


def _beside_the_name(block: Sequence[str]) -> str | None:
    """What stands behind the name or below it: there people put their company, if not what they are.

    In brackets, or ahead of numbers, stand towns, callings and people as well.
    """
    found = (one for one in _beside_names(block) if one.alone or may_be_firm(one.firm, one.name))
    return next((one.firm for one in found), None)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What may be a company beside a name; `alone` where it stands without brackets and numbers."""

    name: str
    firm: str
    alone: bool


def _beside_names(block: Sequence[str]) -> Iterator[_Beside]:
    behind = (pair for line in block for pair in _split(line))
    below = ((above, line, True) for above, line in pairwise(block) if "," not in above)
    for name, rest, plain in (*behind, *below):
        written = _without_numbers(rest)
        firm = firm_beside(written)
        whose = _name_in(name) if firm is not None and not POSTCODE.search(rest) else None
        if firm is not None and whose is not None:
            yield _Beside(whose, firm, alone=plain and written == rest)


def _split(line: str) -> Iterator[tuple[str, str, bool]]:
    """The line as a name and what stands behind it, and whether that is in no brackets."""
    for mark in (",", " / ", " | ", " - ", " – ", " ("):
        name, found, rest = line.partition(mark)
        if found:
            yield name, rest, mark != " ("


def _without_numbers(rest: str) -> str:
    """Without the numbers and addresses that follow: of "Doyle Translations, acct KB-40922" what is ahead of them."""
    end = len(rest)
    for mark in reversed(list(_MARK.finditer(rest))):
        if _HAS_NUMBER.search(rest, mark.end(), end) is None:
            break
        end = mark.start()
    return rest if end == len(rest) and not rest.endswith(")") else rest[:end].rstrip(" )")

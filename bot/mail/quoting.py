"""What the writer wrote now, told apart from what his mail program quoted below, above or between it.

Markers only: `>` lines, attribution lines ("Op ... schreef ...:"), header blocks and "original message" rules, as
Dutch, English, German and French programs write them. In doubt a line counts as new: showing a quote twice is a
nuisance, losing the customer's words is a fault. Nothing is thrown away: the segments joined are the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from itertools import groupby


class Origin(StrEnum):
    """Whose words a segment holds."""

    NEW = "new"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of lines of one origin, exactly as they stand in the text."""

    origin: Origin
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Split:
    """The text in two. `segments` joined give it back to the letter; `new` and `quoted` are trimmed for reading."""

    new: str = field(repr=False)
    quoted: str = field(repr=False)
    segments: tuple[Segment, ...] = field(repr=False)


class _Reach(Enum):
    """How far the quote goes that a marker opens."""

    MARKED = auto()  # only the `>` lines that follow
    BELOW = auto()  # everything below, if something new stands above; else the first paragraph
    REST = auto()  # everything below


@dataclass(frozen=True, slots=True)
class _Opening:
    lines: int  # that the marker itself takes
    reach: _Reach


_MAX_LINE = 400  # characters of a line that are looked at
_MAX_WRAP = 4  # lines an attribution may be wrapped over

_TIME = r"\d{1,2}[:.]\d{2}\b"
_ADDRESS = re.compile(r"[^\s<>@:]{1,64}@[^\s<>@:]{1,100}")
_ANGLED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,100}>|\[mailto:")
_QUOTE = re.compile(r"[ \t]{0,3}>(?!\s?[€$]?\s?\d[\d.,]*\s?(?:%|[KMGT]B\b|euro\b|jaar\b|dagen\b|uur\b|km\b))")
_PERSONS = re.compile(
    r"\b(?:ik|je|jij|jullie|u|wij|we|mij|me|ons|hij|zij|ze|dat|you|i|they|he|she|sie|ich|ihr|vous"
    r"|mijn|uw|jouw|onze|haar|zijn|my|your|our|his|her|mein|ihre?)\b(?!\.)",
    re.IGNORECASE,
)
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
_ORIGINAL = re.compile(
    rf"\s*{_RULED}\s*(?:oorspronkelijke? bericht|origineel bericht|original (?:message|e-?mail|appointment)"
    rf"|urspr[üu]ngliche (?:nachricht|e-?mail)|message d'origine|original-nachricht)\s*(?:{_RULED})?\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    rf"\s*(?:{_RULED}\s*(?:doorgestuurde? (?:bericht|e-?mail)|forwarded (?:message|email)|weitergeleitete nachricht"
    rf"|message transf[ée]r[ée])(?: (?:van|from|by) .{{1,100}})?\s*(?:{_RULED})?"
    r"|(?:begin doorgestuurd bericht|begin forwarded message|anfang der weitergeleiteten nachricht"
    r"|d[ée]but du message transf[ée]r[ée])\s?:)\s*$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"\s*(?:oorspronkelijk bericht|original message|doorgestuurd bericht|forwarded message)\s*:\s*$", re.IGNORECASE
)
_REPLY_ABOVE = re.compile(
    rf"\s*(?:##)?\s*(?:{_RULED})?.{{0,20}}(?:(?:antwoord|reageer|typ uw antwoord)\w* (?:a\.u\.b\. )?boven deze?"
    r" (?:regel|lijn)|(?:please )?(?:reply|type your reply) above this line).{0,20}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_\-=]{10,}\s*$")

_LABELS = {
    "sender": "van von from de afzender",
    "recipient": "aan to an à destinataire",
    "date": "verzonden sent gesendet datum date envoyé verstuurd",
    "subject": "onderwerp subject betreff objet",
    "other": "cc bcc kopie bijlagen attachments anlagen antwoord-aan reply-to prioriteit importance urgentie belang",
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_LABELLED = re.compile(r"[ \t]{0,8}[*_]{0,2}(?P<label>[A-Za-zÀ-ÿ-]{2,12})[*_]{0,2}[ \t]?:[*_]{0,2}(?P<value>.*)$")


def split(text: str, own_domain: str = "") -> Split:
    """Take the text apart. Pure and total; linear in the number of lines.

    `own_domain` is the mailbox's own: a copied mail "Aan: ... Onderwerp: ..." to another domain is a quote, a letter
    head that names us is not.
    """
    lines = _lines(text)
    origins = _Reader(lines, own_domain).origins()
    segments = tuple(
        Segment(origin, "".join(line for line, _ in run))
        for origin, run in groupby(zip(lines, origins, strict=True), key=lambda pair: pair[1])
    )
    return Split(_joined(segments, Origin.NEW), _joined(segments, Origin.QUOTED), segments)


def _joined(segments: tuple[Segment, ...], origin: Origin) -> str:
    texts = (segment.text for segment in segments if segment.origin is origin)
    whole = "".join(text if text.endswith(("\n", "\r")) else text + "\n" for text in texts)
    return re.sub(r"\n(?:[ \t\r]*\n){2,}", "\n\n", whole).strip()


def _lines(text: str) -> list[str]:
    """The lines with their ends; a line where an attribution is glued on or goes on behind its colon is cut in two."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        cut = _glue(line) if "schre" in line or "wrote" in line else None
        lines += [line[:cut], line[cut:]] if cut else [line]
    return lines


def _glue(line: str) -> int | None:
    """Where "...mijn iPhoneOp 4 aug. 2026 om 09:03 heeft X het volgende geschreven:" should be cut."""
    if found := _GLUED.search(line[:2000]):
        return (
            found.start() if _ADDRESS.search(line, found.start()) or re.search(_TIME, line[found.start() :]) else None
        )
    if found := _TAILED.match(line[:_MAX_LINE]):
        return found.end()
    return None


class _Reader:
    """One pass over the lines."""

    def __init__(self, lines: list[str], own_domain: str) -> None:
        self._lines = lines
        self._bare = [line[:_MAX_LINE].strip().removeprefix("\ufeff").replace("\xa0", " ") for line in lines]
        self._own_domain = own_domain.lower()
        self._origins = [Origin.NEW] * len(lines)

    def origins(self) -> list[Origin]:
        """The origin of every line."""
        at, above = 0, False
        while at < len(self._lines):
            if self._quoted(at):
                self._mark(at, at + 1)
                at += 1
            elif opening := self._opening(at, above):
                end = self._end(at + opening.lines, opening.reach, above)
                self._mark(at, end)
                at = end
            else:
                above = above or bool(self._bare[at])
                at += 1
        return self._origins

    def _mark(self, start: int, end: int) -> None:
        self._origins[start:end] = [Origin.QUOTED] * (min(end, len(self._lines)) - start)

    def _quoted(self, at: int) -> bool:
        return at < len(self._lines) and bool(_QUOTE.match(self._lines[at]))

    def _next_words(self, at: int) -> int:
        """The next line from `at` that is not empty; the number of lines if there is none."""
        while at < len(self._bare) and not self._bare[at]:
            at += 1
        return at

    def _end(self, at: int, reach: _Reach, above: bool) -> int:
        """The line behind the quote whose marker ends before line `at`."""
        below = self._next_words(at)
        if reach is not _Reach.REST and self._quoted(below):
            return below
        if reach is _Reach.REST or (reach is _Reach.BELOW and above):
            return len(self._lines)
        if reach is _Reach.MARKED:
            return at
        while below < len(self._bare) and self._bare[below]:
            below += 1
        return below

    def _opening(self, at: int, above: bool) -> _Opening | None:
        """The marker that begins in this line, if one does."""
        bare = self._bare[at]
        if not bare:
            return None
        if _FORWARD.match(bare):
            return _Opening(1 + self._header_lines(at + 1), _Reach.REST)
        if _REPLY_ABOVE.match(bare):
            return _Opening(1, _Reach.REST) if above else _Opening(1, _Reach.MARKED)
        if _ORIGINAL.match(bare):
            return _Opening(1 + self._header_lines(at + 1), _Reach.BELOW)
        if _CAPTION.match(bare) and (self._header_lines(at + 1) or self._quoted(self._next_words(at + 1))):
            return _Opening(1 + self._header_lines(at + 1), _Reach.BELOW)
        if _RULE.match(bare):
            return self._ruled_block(at)
        return self._attribution(at) or self._block(at, above)

    # Attribution lines

    def _attribution(self, at: int) -> _Opening | None:
        joined = ""
        for count in range(1, _MAX_WRAP + 1):
            last = at + count - 1
            if last >= len(self._bare) or not self._bare[last] or (count > 1 and self._quoted(last)):
                return None
            joined = f"{joined} {self._bare[last]}".strip()
            if joined.endswith(":") and self._attributes(at, count, joined):
                return _Opening(count, _Reach.BELOW)
            if len(joined) > _MAX_LINE or not self._may_wrap(at, count):
                return None
        return None

    def _may_wrap(self, at: int, count: int) -> bool:
        """May the attribution that begins at `at` go on behind its first `count` lines?"""
        if _BEGINS.match(self._bare[at]):
            return True
        name_then_verb = at + 1 < len(self._bare) and re.match(r"(schreef|wrote|schrieb)\b", self._bare[at + 1])
        return count == 1 and bool(name_then_verb) and bool(_ADDRESS.search(self._bare[at]))

    def _attributes(self, at: int, count: int, joined: str) -> bool:
        """Is this line how a program introduces a quote, and not a customer's own sentence that ends in a colon?"""
        before_quote = self._quoted(self._next_words(at + count))
        for form in (*_DATE_FIRST, *_NAME_FIRST):
            if form.match(joined) and re.search(r"\d", joined):
                return before_quote or _by_program(joined)
        bare_name = _BARE_NAME.match(joined) if count == 1 else None
        return bare_name is not None and before_quote and _is_name(bare_name["who"])

    # Header blocks

    def _header_lines(self, at: int) -> int:
        """How many lines from `at` belong to a header block, empty lines before it included; 0 without one."""
        start = self._next_words(at)
        fields, end = self._fields(start)
        return end - at if fields else 0

    def _fields(self, at: int) -> tuple[list[tuple[str, str]], int]:
        """The labelled lines from `at` as (kind, value), and the line behind them."""
        fields: list[tuple[str, str]] = []
        while at < len(self._lines) and len(fields) < 12:
            match = _LABELLED.match(self._lines[at][:_MAX_LINE].rstrip())
            kind = _KIND_OF.get(match["label"].lower()) if match else None
            if match and kind:
                fields.append((kind, match["value"].strip(" *_\t")))
            elif not (fields and self._goes_on(at, fields[-1][0])):
                break
            at += 1
        return fields, at

    def _goes_on(self, at: int, kind: str) -> bool:
        """A long list of recipients or subject wrapped onto the next line; more header lines must follow."""
        if not self._bare[at] or kind not in ("recipient", "subject", "other") or at + 1 >= len(self._lines):
            return False
        match = _LABELLED.match(self._lines[at + 1][:_MAX_LINE].rstrip())
        return bool(match and match["label"].lower() in _KIND_OF)

    def _ruled_block(self, at: int) -> _Opening | None:
        """Outlook draws a line above its header block: then one line that names the sender is enough."""
        start = self._next_words(at + 1)
        fields, end = self._fields(start)
        if fields and fields[0][0] == "sender" and (len(fields) > 1 or _ADDRESS.search(fields[0][1])):
            return _Opening(end - at, _Reach.BELOW)
        return None

    def _block(self, at: int, above: bool) -> _Opening | None:
        """A header block without anything to announce it."""
        fields, end = self._fields(at)
        if not fields or not self._written_by_program(fields, at, above):
            return None
        return _Opening(end - at, _Reach.BELOW)

    def _stands_apart(self, at: int) -> bool:
        return at == 0 or not self._bare[at - 1]

    def _written_by_program(self, fields: list[tuple[str, str]], at: int, above: bool) -> bool:
        """Told apart from "Van: Hooiweg 1 / Aan: Dorpsstraat 2" and from the head of a letter."""
        values = dict(reversed(fields))
        timed = bool(re.search(_TIME, values.get("date", "")))
        if not above:
            return timed and "sender" in values
        if fields[0][0] != "sender":
            return self._to_others(fields, values) or (timed and "subject" in values)
        if timed or {"date", "subject"} <= set(values):
            return True
        if not self._stands_apart(at):
            return False
        return "subject" in values or bool(_ANGLED.search(values["sender"])) or self._ours(values["sender"])

    def _ours(self, value: str) -> bool:
        address = _ADDRESS.search(value)
        return address is not None and address[0].lower().rpartition("@")[2] == self._own_domain

    def _to_others(self, fields: list[tuple[str, str]], values: dict[str, str]) -> bool:
        """A copied mail that went to somebody else."""
        address = _ADDRESS.search(values.get("recipient", ""))
        if not address or "subject" not in values or not self._own_domain or fields[0][0] != "recipient":
            return False
        return not self._ours(values["recipient"])


def _by_program(joined: str) -> bool:
    """Programs give an address or a time, and do not say "u", "mijn" or "het volgende:"."""
    if _PERSONS.search(_ADDRESS.sub(" ", joined)) or len(joined.split()) > _MAX_WORDS:
        return False
    if re.search(r"(?:volgende?|dit|following|folgendes|this)\s?:$", joined, re.IGNORECASE):
        return False
    return bool(_ADDRESS.search(joined) or re.search(_TIME, joined))


def _is_name(who: str) -> bool:
    """Short, and without the pronouns of somebody telling what was written to him."""
    return len(who.split()) <= 6 and not _PERSONS.search(who)

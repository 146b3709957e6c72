"""Header blocks that programs write above what they quote: "Van: ... Verzonden: ... Aan: ... Onderwerp: ...".

People write lines that look the same: "Van: Hooiweg 1 / Aan: Dorpsstraat 2", or the head of a letter. What tells them
apart is a full date with a time, an address, and who is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.mail.markers import ADDRESS, ANGLED, MAX_LINE, TIME

_MAX_FIELDS = 12
_LABELS = {
    "sender": "van von from de da fra från afzender",
    "recipient": "aan to an à a para til till destinataire ontvanger ontvangers",
    "sent": "verzonden sent gesendet envoyé verstuurd enviado inviato sendt skickat",
    "date": "datum date data fecha dato",
    "subject": "onderwerp subject betreff objet asunto oggetto emne ämne",
    "other": "cc bcc kopie bijlage bijlagen attachments anlagen antwoord-aan reply-to prioriteit importance urgentie"
    " belang gevoeligheid tijd locatie",
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_LABELLED = re.compile(
    r"[ \t]{0,8}[*_]{0,2}(?P<label>[A-Za-zÀ-ÿ-]{1,12})[*_]{0,2}(?: le)?[ \t]?:[*_]{0,2}(?P<value>.*)$"
)
_WRAPPING = frozenset({"recipient", "subject", "other"})  # values long enough to go on in the next line
_NAME = re.compile(r"[^\W\d_]{3,}")  # a word long enough to tell people apart
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class People:
    """Who may be named in a block: the domain that the mailbox belongs to, and the words of the writer's own name."""

    own_domain: str
    writer: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """The labelled lines from one line on, in order, and the line behind them."""

    fields: tuple[tuple[str, str], ...] = field(repr=False)
    end: int

    @property
    def first(self) -> str:
        """The kind of the first line."""
        return self.fields[0][0]

    def value(self, kind: str) -> str:
        """The first value of that kind, or nothing."""
        return next((value for one, value in self.fields if one == kind), "")

    def has(self, *kinds: str) -> bool:
        """A line of each kind is there."""
        return set(kinds) <= {kind for kind, _ in self.fields}

    @property
    def timed(self) -> bool:
        """It says when, to the minute and with the year, as programs do."""
        when = self.value("sent") or self.value("date")
        return bool(re.search(TIME, when) and _YEAR.search(when))

    @property
    def addressed(self) -> bool:
        """Sender or recipient is a mail address."""
        return bool(ADDRESS.search(self.value("sender")) or ADDRESS.search(self.value("recipient")))


def block_at(lines: Sequence[str], at: int) -> Block | None:
    """The block that begins in this line. Some programs leave an empty line between its lines."""
    fields: list[tuple[str, str]] = []
    spaced = False
    while at < len(lines) and len(fields) < _MAX_FIELDS:
        if found := _labelled(lines[at]):
            fields.append(found)
        elif len(fields) == 1 and not lines[at] and _labelled_at(lines, at + 1) and not _labelled_at(lines, at + 2):
            spaced = True
        elif not (fields and (_goes_on(lines, at, fields[-1][0]) or (spaced and _labelled_at(lines, at + 1)))):
            break
        at += 1
    return Block(tuple(fields), at) if fields else None


def names_in(value: str) -> frozenset[str]:
    """The words of a display name that tell people apart."""
    return frozenset(_NAME.findall(value.lower().partition("@")[0]))


def by_program(block: Block, people: People, *, above: bool, apart: bool) -> bool:
    """Did a mail program write this block? `above`: something new stands above it; `apart`: an empty line does."""
    himself = bool(people.writer & names_in(block.value("sender")))
    known = block.addressed or block.has("subject") or _named_like_us(block.value("sender"), people)
    if not above:
        return block.timed and block.has("sender") and known and not himself
    if block.first != "sender":
        whole = block.timed and block.has("sender", "subject")
        return _to_others(block, people) or (whole and not (himself and not block.addressed))
    if block.timed and known and (not himself or block.addressed or block.has("sent")):
        return True
    if himself or not (apart or (block.has("subject") and block.has("date"))):
        return False
    return _ours(block.value("sender"), people) or (
        block.has("subject") and (block.addressed or _named_like_us(block.value("sender"), people))
    )


def under_a_rule(block: Block, people: People, *, outlook: bool) -> bool:
    """The block has a line drawn above it; under Outlook's own line a sender with an address is enough."""
    himself = bool(people.writer & names_in(block.value("sender")))
    if outlook and len(block.fields) == 1 and block.first == "sender" and not himself:
        return bool(ANGLED.search(block.value("sender")))
    return by_program(block, people, above=True, apart=True)


def _labelled(line: str) -> tuple[str, str] | None:
    """(kind, value) of a line such as "Verzonden: ..."."""
    match = _LABELLED.match(line[:MAX_LINE].rstrip())
    kind = _KIND_OF.get(match["label"].lower()) if match else None
    return (kind, match["value"].strip(" *_\t")) if match and kind else None


def _labelled_at(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and _labelled(lines[at]) is not None


def _goes_on(lines: Sequence[str], at: int, kind: str) -> bool:
    """A long value wrapped onto the next line; more header lines must follow."""
    if not lines[at] or not _labelled_at(lines, at + 1):
        return False
    return kind in _WRAPPING or (kind == "sender" and bool(re.match(r"<[^<>\s]+>\Z", lines[at])))


def _ours(value: str, people: People) -> bool:
    address = ADDRESS.search(value)
    return address is not None and address[0].lower().rpartition("@")[2] == people.own_domain


def _named_like_us(value: str, people: People) -> bool:
    return bool(people.own_domain) and people.own_domain.partition(".")[0] in names_in(value)


def _to_others(block: Block, people: People) -> bool:
    """A copied mail that went to somebody else."""
    address = ADDRESS.search(block.value("recipient"))
    if not address or not block.has("subject") or not people.own_domain or block.first != "recipient":
        return False
    return not _ours(block.value("recipient"), people)

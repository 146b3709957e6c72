"""Who and which company stand behind the last sentence of a mail without lines: "... wat nu? B. Klijn, Klijn Bouw"."""

from __future__ import annotations

import re

from bot.triage.firms import firm_written, is_sentence, named_after
from bot.triage.person_names import UPPER, WORD, name_written

BETWEEN = re.compile(r"[,|·•(]|[ ][-–—/][ ]|\)")
"""What stands between the pieces of a line in which somebody signs."""
_LAST, _LONGEST = 120, 70  # characters of the end that is looked at, and of the words behind the last sentence
_OF_WHOM = re.compile(
    rf"^(?:[\w' -]{{2,25}}: |{WORD}(?:[ ]{WORD})?[ ](?:van|bij|v\.)[ ](?=(?!der?\b|den\b|het\b){UPPER}))"
)
_IN_WHICH_ROLE = re.compile(
    r"^(?:penningmeester|secretaris|secr\.|voorzitter|eigenaar|eigenaresse|beheerder|bestuurslid|administratie)[ ]"
    r"(?=[A-Z])"
)
_TOWNLIKE = re.compile(r"(?:Den|Ter|Sint|St\.|Nieuw|Oud|Bad|Klein|Groot|Hoek|Noord|Oost|Zuid|West)\b")
_NO_FIRM = re.compile(
    rf"^(?:(?:Ik|Wij|Het|Zet|Daar|Dit|Dat|De naam|Voor|Gewoon|Factuur|Zie|Geen|Graag|Bij|Van|Wie|Wat)\b"
    rf"|(?:(?i:mw|mevr|dhr|dr|drs|prof)\b\.? ?)*{UPPER}\.)|['’]$"
)
_ACTS_FOR_OTHERS = re.compile(
    r"(?i)\b(?:kantoor|\w*accountan\w*|administratie\w*|\w*bewind\w*|deurwaarder\w*|incasso\w*|notari\w*|\w*advoca\w*"
    r"|claim\w*|kredietbank|bureau voor)\b"
)
"""Whose name ends a mail without a name of a person: who mostly writes for somebody else."""
_SEAT = re.compile(rf"[ ]te(?:[ ](?:Den|De))?[ ]{WORD}$")
_SENTENCE = re.compile(
    r"(?<=\w{2}[.!?)])(?<!\bTh\.)(?<!\b[DMI]r\.)(?<!\b[dmi]r\.)(?<!\b[mM]w\.)[ ](?=[^a-z ])|(?<=[!?])[ ](?=\S)"
)


def last_words(end: str) -> str:
    """What stands behind the last sentence of the end of a mail; nothing if that is a sentence too."""
    words = _SENTENCE.split(end[-_LAST:])
    last = words[-1].strip()
    return last if len(words) > 1 and len(last) <= _LONGEST and not is_sentence(last) else ""


def company_in(last: str) -> str | None:
    """The company in the last words, by its trade or its legal form; none that may be an agent's."""
    pieces = (_OF_WHOM.sub("", piece.strip()) for piece in BETWEEN.split(last))
    own = (piece for piece in pieces if not (_NO_FIRM.search(piece) or _ACTS_FOR_OTHERS.search(piece)))
    found = next((firm for piece in own if (firm := firm_written(piece)) is not None), None)
    return _SEAT.sub("", found) if found is not None else None


def may_be_firm(beside: str, name: str) -> bool:
    """Whether what stands beside a name is no part of a sentence, and no name itself unless it is a company's.

    "Hol Zonwering" beside Pieter Hol is one, and so is "Knip & Krul"; "Jan & Marie Smit" beside Marie Smit is not.
    """
    if _NO_FIRM.search(beside) is not None:
        return False
    pair = " & " in beside and set(beside.split()).isdisjoint(name.split())
    return pair or named_after(beside, name) or name_written(beside) is None


def person_behind_a_firm(last: str) -> str | None:
    """Who stands behind the company in the last words: "Kapsalon Haar, mevrouw Er"."""
    firm, *rest = BETWEEN.split(last)
    if not rest or firm_written(firm) is None or _ACTS_FOR_OTHERS.search(firm):
        return None
    name = name_written(_IN_WHICH_ROLE.sub("", rest[0].strip()))
    return name if name is not None and _surely_a_person(name, rest[0].strip()) else None


def _surely_a_person(name: str, piece: str) -> bool:
    """With a title or a role, or two words: one may as well be the town, and so may "Den Oever"."""
    whole = " " in name and not _TOWNLIKE.match(name)
    return (whole or name != piece.rstrip(".")) and firm_written(name) is None

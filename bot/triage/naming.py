"""By which name, and which company, the record of who writes is found: what the wordings say, and what was marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.triage.kin import names_a_partner
from bot.triage.person_names import without_title
from bot.triage.principals import acts_for_another
from bot.triage.signatures import introduced, signed
from bot.triage.values import Spoken
from bot.triage.whole_names import is_form, whole_company, whole_name

NAME, COMPANY = "name", "company"
_REPLACES = {NAME: 0.6, COMPANY: 0.5}
"""How sure the encoder must be before its word goes before that of the wordings."""
_FILLS = {NAME: 0.5, COMPANY: 0.4}
"""And where the wordings found nothing: names they seldom miss."""
_PART = 0.5  # and that a longer form of the same name is one
_LONGEST = 60  # characters
_BEFORE = re.compile(r"^(?:(?:van(?! (?:der?|den|het|'t) )|von|t\.?n\.?v\.?|bij|namens|from|of|de(?= [A-Z])|team)[ ])+")


_MEETING = re.compile(
    r"(?:\b(?:ik ben|mijn naam is|t\.?a\.?v\.?|i am)|^\W{0,3}(?:beste|geachte|dag|hallo|dear))[ ](?:\w{2,4}\.? )?"
)
_NUMBER = re.compile(r"\d(?:[ .-]?\d){4}")
"""No name holds one, and a citizen service number or an old VAT number may hide in it (UAVG 46)."""


def named(found: Mapping[str, str], marked: Sequence[Spoken], text: str) -> dict[str, str]:
    """The identifiers, with the name and the company that the encoder marked where it is surer, or alone.

    In a mail whose writer surely acts for somebody else no company is taken from the marks, and no name that signs:
    an agent's own finds no record.
    """
    told = dict(found)
    if acts_for_another(text):
        return told | _of_whom(found.get(NAME), marked, text)
    own = [one for one in marked if one.field != NAME or not names_a_partner(text, one.words)]
    for field in (NAME, COMPANY):
        best = _best(field, own)
        if best is not None:
            told[field] = _chosen(field, found.get(field), best)
    return {field: value for field, value in _whole(told, text).items() if value}


def _of_whom(worded: str | None, marked: Sequence[Spoken], text: str) -> dict[str, str]:
    """The name of him for whom an agent writes, where the wordings know none or a part of it."""
    best = _best(NAME, marked)
    if best is None or best.chance < _REPLACES[NAME] or _is_the_agent(best.words, text):
        return {}
    return {NAME: whole_name(best.words, text)} if worded is None or _within(worded, best.words) else {}


def _is_the_agent(name: str, text: str) -> bool:
    """Whether it may be the name of who signs or introduces himself, or of whom he greets."""
    first, last = name[0].lower(), name.split()[-1].lower()
    signers = [one.lower() for one in (signed(text), introduced(text)) if one]
    same = any(one.split()[-1] == last and one[0] == first for one in signers)
    greeted = re.search(rf"{_MEETING.pattern}{re.escape(name)}", text, re.IGNORECASE)
    return same or any(_within(name, one) or _within(one, name) for one in signers) or greeted is not None


def _whole(told: dict[str, str], text: str) -> dict[str, str]:
    """Name and company with all their words, but no number that stands beside them."""
    name, company = told.get(NAME, ""), told.get(COMPANY, "")
    if company:
        grown = whole_company(company, text, name)
        company = company if _NUMBER.search(grown) else grown
    return told | {NAME: name and whole_name(name, text, company), COMPANY: company}


def _chosen(field: str, worded: str | None, best: Spoken) -> str:
    """Of two forms of a name the longer; of two that differ what the wordings say, unless the encoder is sure.

    Wordings take more into the name of a company than is in it ("Kwaliteitsfunctionaris Thuiszorg De Eik").
    """
    if worded is None:
        return best.words if best.chance >= _FILLS[field] else ""
    if field == NAME and _within(best.words, worded):
        return worded
    return best.words if best.chance >= _REPLACES[field] or _within(worded, best.words) else worded


def _within(part: str, whole: str) -> bool:
    """Whether the words of the one stand beside each other in the other."""
    return f" {part} ".lower() in f" {whole} ".lower()


def _best(field: str, marked: Sequence[Spoken]) -> Spoken | None:
    """The likeliest; of a name that stands whole and in part ("Anna", "Anna de Wit") the whole."""
    mine = list(_plausible(field, marked))
    best = max(mine, key=lambda one: one.chance, default=None)
    if best is None:
        return None
    whole = [one for one in mine if _within(best.words, one.words) and one.chance >= _PART]
    return replace(best, words=max((one.words for one in whole), key=len, default=best.words))


def _plausible(field: str, marked: Sequence[Spoken]) -> Iterator[Spoken]:
    for one in marked:
        if one.field != field or "@" in one.words or _NUMBER.search(one.words) or is_form(one.words):
            continue
        words = _BEFORE.sub("", one.words)
        words = without_title(words) if field == NAME else words
        if 1 < len(words) <= _LONGEST:
            yield Spoken(field, one.new, words, one.chance)

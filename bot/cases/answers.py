"""Whether the answer to a challenge is a plain yes; a code among other words proves nothing until a person read it."""

from __future__ import annotations

import re

from bot.cases.codes import normalise
from bot.triage.kin import KIN
from bot.triage.labels import Intent

_ABSENT = r"thuis|bereikbaar|aanwezig|beschikbaar|op\s+kantoor|in\s+de\s+gelegenheid|(?:on)?tevreden|blij|zo\s+van"
_NOT_THERE = rf"(?!\s+(?:{_ABSENT})\b)"
"""Behind "ben ik niet": who is out or content says no to nothing."""
_DENIALS = re.compile(
    rf"\bniet\s+ik\b|\bben\s+ik\s+niet\b{_NOT_THERE}|\bnot\s+me\b|\bwas\s*n[o']t\s+me\b"
    r"|\bniet\s+(?:zelf\s+)?(?:aan)?gevraagd\b|\bniets\s+(?:aan)?gevraagd\b|\bgeen\s+verzoek\b|\bnooit\s+(?:iets\s+)?gevraagd"
    r"|\bdid\s*n[o']t\s+(?:ask|request|make)\b|\bnever\s+(?:asked|requested)\b|\bno\s+request\b"
    r"|\bphishing\b|\bnep(?:mail)?\b|\boplichting\b|\bscam\b|\bfraud\w*"
    r"|\bintrekken\b|\btrek\b(?!(?:(?!\bin\b).){0,30}\b(?:niet|niets|niks)\s+in\b).{0,40}\bin\b|\bwithdraw\b|\bcancel\b|\bannuleer\w*|\blaat\s+(?:het\s+)?maar\b(?!\s+(?:weten|horen|zien|komen))",
    re.IGNORECASE,
)
_STOPPING = frozenset({Intent.NOT_ME, Intent.WITHDRAWAL, Intent.CANCELS_ERASURE, Intent.WRONG_RECIPIENT})
_TOP = 300  # characters of the new text in which the code must stand
_PLAIN = 1500  # characters: a code, a greeting and a long signature


_SAYS_NO = re.compile(
    rf"\bniet\s+ik\b|\b(?:was|ben)\s+ik\s+niet\b{_NOT_THERE}|\bik\s+(?:was|ben)\s+(?:dit|dat|het)\s+niet\b|\bniet\s+akkoord\b"
    r"|\bnot\s+me\b|\bwas\s*n[o']t\s+me\b|\bnot\s+agreed\b",
    re.IGNORECASE,
)
_NO_WITHIN = 300  # characters of the new text in which the no must stand


_A_NO = re.compile(
    r"\b(?:nee|neen|niet|niets|niks|no|nope|not|nein|nicht|nichts|onterecht|onjuist|bedacht)\b", re.IGNORECASE
)


_ANOTHER = re.compile(rf"\?|{KIN}|\b(?:zegt|zei|zeiden|said|told)\b", re.IGNORECASE)


def says_no(new_text: str) -> bool:
    """The words that our notices ask for from whoever did not ask, near the top of what he wrote."""
    return _SAYS_NO.search(new_text[:_NO_WITHIN]) is not None


def denies(new_text: str, intents: frozenset[Intent]) -> bool:
    """The writer says no, or takes the request back: that wins over any code."""
    return bool(intents & _STOPPING) or _DENIALS.search(new_text[:20_000]) is not None


def doubt(new_text: str, code: str, passphrase: str | None) -> str | None:
    """Why a right code is no plain yes, in words for staff; None if it is one.

    Our challenge carries the passphrase, so a text with both is a copy of our mail and not an answer to it.
    """
    if passphrase is not None and _plain(passphrase) in _plain(new_text):
        return "de code staat in een kopie van ons eigen bericht"
    if normalise(code) not in normalise(new_text[:_TOP]):
        return "de code staat niet bovenaan"
    if _A_NO.search(new_text[:_TOP]):
        return "er staat een nee of een niet bij de code"
    if _ANOTHER.search(new_text[:_TOP]):
        return "er staat een vraag of iemand anders bij de code"
    if len(new_text.strip()) > _PLAIN:
        return "er staat meer bij de code"
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()

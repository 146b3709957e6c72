"""What a mail in a running case does: the model's opinion, corrected by words that leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod

import numpy as np

from bot.triage.automatic import absent_by_subject, bounce, reads_absent
from bot.triage.labels import Intent
from bot.triage.plain_words import asks_plainly_to_erase
from bot.triage.reply_words import (
    ASKS,
    CLOSING,
    CONSENT,
    CONSENT_NEAR,
    DENIED,
    KIND_WORDS,
    PLAIN,
    POLITE,
    SAYS_MORE,
    THANKS,
)
from bot.triage.weights import INTENTS, Row

_CODE = re.compile(
    r"(?<![\w@/.-])(?=[A-Z0-9-]{0,11}\d)(?:[A-Z0-9]{5,10}|[A-Z0-9]{2,5}(?:-[A-Z0-9]{2,5}){1,3}"
    r"|\d(?: ?\d){5,7})(?![\w@/-])"
)
_CODE_AHEAD = re.compile(r"(?m)^[^\w\n]{0,3}[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])[ \t.,:;]{0,3}")
_ONLY_CODE = re.compile(r"\W{0,20}(?=\w{0,3}\d)[0-9A-Za-z]{4}[\W_]{0,3}[0-9A-Za-z]{4}\W{0,20}")
_NO_TO_CODE = re.compile(
    r"(?i)\W{0,9}(?=\w{0,3}\d)[0-9a-z]{4}[\W_]{0,3}[0-9a-z]{4}\W{1,9}(?:nee|neen|no|nope|nein|non|nie)\W{0,9}"
)
_CODE_HEAD = 240  # characters from the top in which a code answers
_NOT_CODES = re.compile(r"(?i)^(?:KB-\d{4}-\d+|AVG-\d{4}-\d+|20\d\d|19\d\d|\d{4} ?[A-Z]{2}|0\d{9})$")
_AGREES = re.compile(
    r"^\W{0,3}(?:(?:ja|yes|jazeker|akkoord|prima|oke|ok|okay|goed|is goed|doe maar|graag|agreed|fine|go ahead"
    r"|dat is goed|helemaal goed|ga je gang"
    r"|natuurlijk|zeker|graag zelfs|mee eens|einverstanden)\b\W{0,3}){1,3}",
    re.IGNORECASE,
)
_READ = 0.6  # how much the encoder's opinion weighs
_LINE = 0.35  # chance from which an intent counts beside the likeliest: one reply in three has two or three
_STOPPING_LINE = 0.3  # the same of what stops a case
_SURELY_STOPS = 0.5  # chance without the letter below from which it takes no stop away
_TOGETHER = 0.7  # or that one of all that would stop it is meant
_LEAST = 0.1  # chance that the likeliest must have
_QUIET_LINES = {Intent.THANKS: 0.5, Intent.OUT_OF_OFFICE: 0.7, Intent.BOUNCE: 0.7}
"""Nobody reads these: here the model must be sure."""
_WORDS_LEAST = (
    0.005  # chance that what the words say outright must have: below it the model is sure they mean another thing
)
_YES_LEAST = 0.1  # chance that a yes, or what looks like a code, must have
_UNDER_ITS_SUBJECT = 0.15  # chance from which what stands under the subject of an absence note is one
QUIET = frozenset(_QUIET_LINES)
_STOPPING = frozenset(
    {
        Intent.NOT_ME,
        Intent.WITHDRAWAL,
        Intent.CANCELS_ERASURE,
        Intent.DISPUTES,
        Intent.CHANGE_SCOPE,
        Intent.WRONG_RECIPIENT,
    }
)
_LINES: dict[Intent, float] = dict.fromkeys(Intent, _LINE) | dict.fromkeys(_STOPPING, _STOPPING_LINE) | _QUIET_LINES
_LEASTS: dict[Intent, float] = dict.fromkeys(Intent, _LEAST) | _QUIET_LINES | {Intent.UNRELATED: 0.0}
_LONGEST_THANKS = 400  # characters
_LONGEST_NAME = 4  # words
_LONGEST_YES = 60


_CALLED_OFF = re.compile(
    r"(?i)\b(?:(?:mijn|ons) (?:eerdere |vorige )?verzoek|vroeg ik|(?:had|heb) ik (?:u |jullie )?(?:\w+ ){0,3}gevraagd"
    r"|ik had (?:u |jullie )?(?:\w+ ){0,3}gevraagd|my (?:earlier )?request)\b.{0,160}?"
    r"\b(?:hoeft (?:\w+ ){0,5}niet|bij nader inzien|prullenbak|(?:trek|haal) ik (?:\w+ ){0,3}(?:in|terug)|kan vervallen"
    r"|vervalt|laat maar|van gedachten veranderd|never mind|no longer needed)\b",
    re.DOTALL,
)
_KEEPS_CONSENT = re.compile(
    r"(?i)\btrek(?:ken)?\b[^.!?\n]{0,30}\b(?:toestemming|akkoord|consent)\b[^.!?,\n]{0,12}\bniet\b[^.!?,\n]{0,6}\bin\b"
)
_OF_REQUEST = re.compile(r"(?i)\b(?:\w{0,12}verzoek|aanvraag|inzage|request|anfrage|demande)\b")
_ERASES = re.compile(r"(?i)\b(?:wis|wissen|gewist|verwijder\w{0,3}|opheffen|erase|delete|weggooien)\b")


def intents_in(subject: str, text: str, raw: Row, alone: Row | None = None) -> frozenset[Intent]:
    """The intents of a follow-up; `raw` are the model's log-odds, `alone` the same without what stands below it.

    Never empty: `unrelated` if nothing else.
    """
    if bounce(subject, text):
        return frozenset({Intent.BOUNCE})
    if is_only_code(text) or is_signed_code(text):
        return frozenset({Intent.CHALLENGE_ANSWER})
    chances = _chances(raw) if alone is None else _beside_letter(_chances(raw), _chances(alone), asks="?" in text)
    said = {one for one in _said_outright(text) if one in _STOPPING or chances[one] >= _WORDS_LEAST}
    if not said and only_thanks(text):
        return frozenset({Intent.THANKS})
    if _is_note(subject, text, chances) or (reads_absent(text) and not said):
        return frozenset({Intent.OUT_OF_OFFICE} | (said & _STOPPING))
    found = (_by_model(chances) - _ruled_out(text[:4000])) | said
    found |= {intent for intent in _answers(text) if chances[intent] >= _YES_LEAST}
    return frozenset(found - {Intent.UNRELATED} or {Intent.UNRELATED})


def _beside_letter(
    together: Mapping[Intent, float], alone: Mapping[Intent, float], *, asks: bool
) -> dict[Intent, float]:
    """The chances with the letter below a reply and without: nobody leaves a reply unread for what it quotes, no letter
    takes away a stop that the words make likely by themselves, and none makes "not me" of a question.

    Our letter asks whether somebody asked for this: below it every question sounds like a denial.
    """
    chances = dict(together)
    for intent in chances:
        if intent in QUIET:
            chances[intent] = min(together[intent], alone[intent])
        elif intent in _STOPPING and alone[intent] >= _SURELY_STOPS:
            chances[intent] = max(together[intent], alone[intent])
        elif intent is Intent.NOT_ME and asks:
            chances[intent] = alone[intent]
    return chances


def _said_outright(text: str) -> set[Intent]:
    return _by_words(text[:4000]) | ({Intent.NOT_ME} if _NO_TO_CODE.fullmatch(text) else set())


def _answers(text: str) -> set[Intent]:
    """A code near the top, and a yes with hardly a word more."""
    agrees = len(text.strip()) <= _LONGEST_YES and _AGREES.match(text)
    return ({Intent.CHALLENGE_ANSWER} if holds_code(text) else set()) | ({Intent.AGREES} if agrees else set())


def _is_note(subject: str, text: str, chances: Mapping[Intent, float]) -> bool:
    """Whether a mail under the subject of an absence note is one. People answer below such a subject too."""
    if not absent_by_subject(subject, text):
        return False
    return not text.strip() or reads_absent(text) or chances[Intent.OUT_OF_OFFICE] >= _UNDER_ITS_SUBJECT


def only_thanks(text: str) -> bool:
    """Thanks, a greeting and a name below or behind the closing words, and not one word more: nobody need read it."""
    *before, behind = CLOSING.split(POLITE.sub("", text[:_LONGEST_THANKS].strip()))
    kind = all(word.lower() in KIND_WORDS for part in before or [behind] for word in _words(part))
    signed = _words(behind) if before else []
    named = len(signed) <= _LONGEST_NAME and all(_may_sign(word) for word in signed)
    return len(text) <= _LONGEST_THANKS and "?" not in text and THANKS.search(text) is not None and kind and named


def _may_sign(word: str) -> bool:
    return word.lower() in KIND_WORDS or (word.istitle() and word.lower() not in SAYS_MORE)


def goes_unread(found: frozenset[Intent], subject: str, text: str) -> bool:
    """Whether nobody need read a reply: a machine's that asks nothing, or kind words and a name."""
    if not found or not found <= QUIET:
        return False
    if Intent.THANKS in found:
        return only_thanks(text)
    return bounce(subject, text) or not ASKS.search(text)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)


def calls_off_erasure(text: str) -> bool:
    """The words say outright that nothing is to be erased after all."""
    return PLAIN[Intent.CANCELS_ERASURE].search(text[:4000]) is not None


def calls_off_earlier(text: str) -> bool:
    """A mail outside its case that takes back an earlier request to erase: no new request, and not to be left alone."""
    return _CALLED_OFF.search(text[:4000]) is not None and _ERASES.search(text[:4000]) is not None


def taken_back(text: str) -> frozenset[Intent]:
    """What a mail outside its thread says of a request of the same person: it takes it back, or did not make it."""
    said = _by_words(text[:4000]) - _ruled_out(text[:4000])
    of_request = {Intent.WITHDRAWAL, Intent.NOT_ME} if _OF_REQUEST.search(text[:4000]) else set()
    return frozenset(said & {Intent.CANCELS_ERASURE, *of_request})


def keeps_consent(text: str) -> bool:
    """ "Ik trek mijn toestemming niet in": a withdrawal that is denied, which sounds like one."""
    return _KEEPS_CONSENT.search(text[:4000]) is not None


def with_meaning(counted: Row, read: Row | None) -> Row:
    """The log-odds of the intents by counting words, and by what the encoder read."""
    if read is None:
        return counted
    return np.asarray((1 - _READ) * counted + _READ * np.clip(read, -8, 8), dtype=np.float64)


def _by_words(text: str) -> set[Intent]:
    """What the words say outright. Who takes back a consent uses a right; he does not take back his request."""
    found = {intent: match for intent, pattern in PLAIN.items() if (match := pattern.search(text))}
    back = found.get(Intent.WITHDRAWAL)
    if back and CONSENT.search(text[max(0, back.start() - CONSENT_NEAR) : back.end()]):
        del found[Intent.WITHDRAWAL]
    return set(found)


def _ruled_out(text: str) -> set[Intent]:
    """What the words deny: the encoder hears "ik trek niets in" as if something was taken back.

    Who asks outright for an erasure, and says no more, does not call one off.
    """
    asks = {Intent.CANCELS_ERASURE} if asks_plainly_to_erase(text.strip()) else set()
    return {intent for intent, pattern in DENIED.items() if pattern.search(text)} | asks


def _by_model(chances: Mapping[Intent, float]) -> set[Intent]:
    """The likeliest, and whatever else is likely enough; where a stop is, but not which, the likeliest of them."""
    able = (intent for intent, chance in chances.items() if chance >= _LEASTS[intent])
    found = {max(able, key=lambda intent: chances[intent])}
    found |= {intent for intent, chance in chances.items() if chance >= _LINES[intent]}
    none = prod(1 - chances[intent] for intent in _STOPPING)
    if 1 - none >= _TOGETHER and not found & _STOPPING:
        found |= {max(_STOPPING, key=lambda intent: chances[intent])}
    return found


def _chances(raw: Row) -> dict[Intent, float]:
    return {Intent(name): float(chance) for name, chance in zip(INTENTS, 1 / (1 + np.exp(-raw)), strict=True)}


def holds_code(text: str) -> bool:
    """Whether something that looks like one of our codes stands near the top of the new words."""
    return any(not _NOT_CODES.match(match.group()) for match in _CODE.finditer(text[:_CODE_HEAD]))


def is_only_code(text: str) -> bool:
    """Whether somebody sent back a code and not one word more: its letters are drawn by lot and mean nothing."""
    return _ONLY_CODE.fullmatch(text) is not None


def is_signed_code(text: str) -> bool:
    """Whether a code is sent back with a greeting and a name: read as words, its letters would say anything."""
    rest = without_code(text)
    words = _words(POLITE.sub("", CLOSING.sub(" ", rest[:_LONGEST_THANKS])))
    named = len(words) <= _LONGEST_NAME and all(_may_sign(word) for word in words)
    return rest != text and len(rest) <= _LONGEST_THANKS and "?" not in rest and named and not _by_words(text)


def without_code(text: str) -> str:
    """The words without the code that stands ahead of them; its letters are drawn by lot and mean nothing."""
    return "" if is_only_code(text) else _CODE_AHEAD.sub("", text, count=1)


def says_yes(text: str) -> bool:
    """Whether the new words only agree with what was asked."""
    first = text.strip().split("\n", 1)[0]
    return len(text.strip()) <= 2 * _LONGEST_YES and _AGREES.match(first) is not None

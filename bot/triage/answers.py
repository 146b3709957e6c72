"""Short words that get their meaning from the mail below: "ja, doe maar" under our question, "zie hieronder"."""

from __future__ import annotations

import re

from bot.triage.intents import says_yes
from bot.triage.wording import sentences

_OFFER = re.compile(
    r"(?i)\?|\b(?:wilt u|wil je|zullen we|zullen wij|mogen we|mogen wij|weet u het zeker|bevestig\w{0,2}"
    r"|laat (?:het )?(?:ons )?weten|kunnen wij|kunnen we"
    r"|do you want|shall we|would you like|please confirm|are you sure|akkoord|dan (?:zet|wis|leg|stuur|pas"
    r"|verwijder)\w{0,3})\b"
)
_REFUSES = re.compile(
    r"(?i)\b(?:nee|neen|niet|niets|niks|geen|nooit|no|not|nothing|don't|nein|nichts?|kein\w{0,2}|stop|wacht\w{0,2}|wait"
    r"|laat (?:maar )?(?:staan|zitten)|liever|eerst|pas|later|first|before|erst|zuerst|d'abord|pas encore)\b|\?"
    r"|\b(?:goed|good|gut) (?:om|dat|te|nieuws|to|that|news|dass|zu)\b"
)
"""Who says one of these, or asks something, does not merely agree."""
_WELCOMES = re.compile(
    r"(?i)\b(?:lijkt (?:me|mij|ons)|klinkt|goed (?:plan|idee|voorstel)|prima|akkoord|het beste|voor mij (?:goed"
    r"|oké|ok)|sounds (?:good"
    r"|fine|great)|good (?:idea|plan)|klingt gut|gute idee|bonne idée|ça me va)\b"
)
_FEW_WORDS = 12
_POINTS_BELOW = re.compile(
    r"(?i)\b(?:hieronder|onderstaand\w?|hierbij (?:nogmaals|alsnog)|zie (?:mijn )?(?:mail|bericht|onder)"
    r"|nogmaals|opnieuw|doorgestuurd|see below|below"
    r"|forwarded|mijn (?:eerdere|vorige|vorig) (?:mail|bericht|verzoek)|unten)\b"
)
_HEADER = re.compile(
    r"(?i)^\W{0,4}(?:van|from|von|aan|to|an|verzonden|sent|gesendet|datum|date|onderwerp|subject|betreff"
    r"|cc)\s?:|(?:schreef|wrote|schrieb)\b"
)
_LONGEST_POINTER = 400
_LONGEST_QUOTE = 4000  # characters of a quote whose words are shown


def agrees(new_text: str) -> bool:
    """Whether the new words say yes to what they answer, and nothing that puts it off."""
    return says_yes(new_text) and not _REFUSES.search(new_text)


def answered_offers(new_text: str, quoted_text: str) -> tuple[str, ...]:
    """The sentences of the quoted mail to which the new words say yes; none if they say anything else."""
    if not quoted_text or not agrees(new_text):
        return ()
    return tuple(sentence for sentence in quoted_sentences(quoted_text) if _OFFER.search(sentence))


def welcomed_offers(new_text: str, quoted_text: str) -> tuple[str, ...]:
    """The sentences of the quoted mail that a few words welcome, otherwise than by a yes: "lijkt me een goed plan"."""
    few = len(new_text.split()) <= _FEW_WORDS
    if not few or not _WELCOMES.search(new_text) or _REFUSES.search(new_text):
        return ()
    return tuple(sentence for sentence in quoted_sentences(quoted_text) if _OFFER.search(sentence))


def points_below(new_text: str) -> bool:
    """Whether the new words only pass on what stands below."""
    return len(new_text.strip()) <= _LONGEST_POINTER and (
        _POINTS_BELOW.search(new_text) is not None or not new_text.strip()
    )


def quoted_sentences(quoted_text: str) -> tuple[str, ...]:
    """The sentences of a quote without marks and header lines. Not exact substrings where lines were broken."""
    lines = [line.lstrip("> \t") for line in quoted_text.splitlines()]
    kept = [line for line in lines if not _HEADER.search(line)]
    return sentences("\n".join(kept))


def words_below(quoted_text: str) -> str:
    """What a quoted mail says, without its header lines: what the encoder is shown of it."""
    return "\n".join(quoted_sentences(quoted_text[:_LONGEST_QUOTE]))

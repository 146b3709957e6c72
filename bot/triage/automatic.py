"""Automatic mail by its words, where the headers do not say so: out of office, bounces, receipts of other desks."""

from __future__ import annotations

import re

from bot.mail.unattended import LONGEST, Note, by_body, by_subject, calls_itself_automatic

_BOUNCE_TEXT = re.compile(
    r"(?:could not be delivered|couldn't be delivered|kan niet worden (?:bezorgd|afgeleverd)"
    r"|kon niet worden (?:bezorgd|afgeleverd)"
    r"|permanent (?:fatal )?error|address(?:es)? (?:not found|failed)|user unknown|mailbox (?:full"
    r"|unavailable)|recipient (?:address )?rejected"
    r"|\b55[0-4] ?5\.\d\.\d)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:\w{0,12}formulier|contact ?form|web ?form)\b"
    r"|^\W{0,4}(?:uw |your )?(?:naam|name|bericht|message|vraag|opmerking\w{0,3})\s{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_SUBJECT = 200  # characters of a subject that are read


def reads_absent(text: str) -> bool:
    """Whether the body alone reads like an absence note."""
    return by_body(text) is Note.ABSENCE


def absent_by_subject(subject: str, text: str) -> bool:
    """Whether the subject is one that a machine put before ours: what it repeats asks nothing."""
    return by_subject(subject[:_SUBJECT]) is Note.ABSENCE or bounce(subject, text)


def bounce(subject: str, text: str) -> bool:
    """Whether the words are those of a mail system that could not deliver."""
    returned = by_subject(subject[:_SUBJECT]) is Note.RETURNED
    return returned and (not text.strip() or bool(_BOUNCE_TEXT.search(text[:1500])))


def automatic_words(subject: str, text: str) -> bool:
    """Whether the words themselves say that no person wrote this."""
    return calls_itself_automatic(text) or absent_by_subject(subject, text)


def reads_automatic(text: str) -> bool:
    """Whether the body alone reads like an absence note or an acknowledgement. People can write like that: what it asks
    counts as it stands."""
    return by_body(text) is not None


def filled_in_form(subject: str, text: str) -> bool:
    """Whether a machine passes on what a person filled in on a website."""
    return _FORM.search(f"{subject[:_SUBJECT]}\n{text[:LONGEST]}") is not None

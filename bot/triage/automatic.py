"""Automatic mail by its words, where the headers do not say so: out of office, bounces, receipts of other desks."""

from __future__ import annotations

import re

_OUT_OF_OFFICE_SUBJECT = re.compile(
    r"^(?:\W{0,3}(?:re|aw|antw)\s?:\s?){0,3}\W{0,3}(?:auto(?:matisch\w?|m\.?|matic)?[ -]?(?:antwoord|reply"
    r"|response|antwort)|automatische? "
    r"(?:antwoord|reply|antwort)|out of (?:the )?office|afwezig|afwezigheid|niet aanwezig|abwesenheit\w{0,10}"
    r"|reponse automatique|réponse automatique"
    r"|on leave|vakantiemelding|away)\b",
    re.IGNORECASE,
)
_OUT_OF_OFFICE_TEXT = re.compile(
    r"\b(?:(?:ik|wij|we) (?:ben|zijn) (?:\w{1,12} ){0,6}(?:afwezig|met vakantie|op vakantie|met verlof"
    r"|niet op kantoor|niet bereikbaar)"
    r"|i(?:'m| am) (?:\w{1,12} ){0,4}(?:out of (?:the )?office|on (?:annual |holiday |parental |sick )?leave"
    r"|on holiday|on vacation|away until)"
    r"|(?:mijn |deze )?(?:mail|e-mail|mailbox|postvak) wordt (?:\w{1,12} ){0,4}niet gelezen"
    r"|geen toegang tot mijn (?:mail|e-mail)"
    r"|ich bin (?:\w{1,12} ){0,5}(?:nicht im buro|nicht im büro|abwesend|im urlaub))\b",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"\b(?:undeliver(?:able|ed)|delivery (?:status notification|failed|failure|has failed)"
    r"|mail delivery (?:failed|failure|subsystem)|returned mail"
    r"|failure notice|onbestelbaar|niet[- ]afgeleverd|message blocked|not delivered|niet bezorgd|unzustellbar"
    r"|non remis|bezorging mislukt|kan niet worden bezorgd)\b",
    re.IGNORECASE,
)
_BOUNCE_TEXT = re.compile(
    r"(?:could not be delivered|couldn't be delivered|kan niet worden (?:bezorgd|afgeleverd)"
    r"|kon niet worden (?:bezorgd|afgeleverd)"
    r"|permanent (?:fatal )?error|address(?:es)? (?:not found|failed)|user unknown|mailbox (?:full"
    r"|unavailable)|recipient (?:address )?rejected"
    r"|\b55[0-4] ?5\.\d\.\d)",
    re.IGNORECASE,
)
_MACHINE_TEXT = re.compile(
    r"\b(?:dit is een automatisch (?:gegenereerd\w? )?(?:bericht|antwoord|e-mail|mail)|this is an automat(?:ed"
    r"|ic) (?:message|reply|response|e-?mail)"
    r"|automatische ontvangstbevestiging|dies ist eine automatische)\b",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:\w{0,12}formulier|contact ?form|web ?form)\b"
    r"|^\W{0,4}(?:uw |your )?(?:naam|name|bericht|message|vraag|opmerking\w{0,3})\s{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST = 1200  # characters: a longer text was written by somebody, whatever its first lines say


def out_of_office(subject: str, text: str) -> bool:
    """Whether the words are those of an absence assistant."""
    if _OUT_OF_OFFICE_SUBJECT.search(subject[:200]):
        return True
    return len(text) <= _LONGEST and subject.lower().startswith("re:") and bool(_OUT_OF_OFFICE_TEXT.search(text[:600]))


def bounce(subject: str, text: str) -> bool:
    """Whether the words are those of a mail system that could not deliver."""
    head = text[:1500]
    return bool(_BOUNCE_SUBJECT.search(subject[:200])) and (not text.strip() or bool(_BOUNCE_TEXT.search(head)))


def automatic_words(subject: str, text: str) -> bool:
    """Whether the words themselves say that no person wrote this."""
    machine = len(text) <= _LONGEST and bool(_MACHINE_TEXT.search(text[:_LONGEST]))
    return machine or out_of_office(subject, text) or bounce(subject, text)


def filled_in_form(subject: str, text: str) -> bool:
    """Whether a machine passes on what a person filled in on a website."""
    return _FORM.search(f"{subject[:200]}\n{text[:_LONGEST]}") is not None

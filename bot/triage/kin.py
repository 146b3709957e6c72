"""Whose a value is: what is said to be a relative's, a partner's, a neighbour's or a lawyer's is not the writer's."""

from __future__ import annotations

import re

_WHO = (
    r"(?:(?:ex-?)?(?:man|vrouw|echtgeno(?:ot|te)|partner)|ex|zus(?:ter|je)?|broer(?:tje)?|zwager|schoon\w{3,7}|buur\w{2,5}"
    r"|collega|moeder|vader|oma|opa|oom|tante|neef|nicht|dochter|zoon|klein\w{4,7}|vriend\w{0,2}|boekhoud\w{2,4}"
    r"|accountant|advocaat|jurist|(?:ver)?huurder|baas|compagnon|zakenpartner|medevennoot|vennoot|maat|huisgenoot|husband|wife|son|daughter|lawyer|landlord)s?"
)
KIN = rf"\b(?:mijn|m'n|mn|onze|my|our|meine?)\s{{1,3}}(?:(?:oude?|nieuwe|vorige|new|old)\s)?{_WHO}\b"
"""A pattern: a relative, a neighbour, a partner, a colleague, a bookkeeper or a landlord of who writes."""
_BREATH = r"(?:[^.!?\n]|[.](?=\w)){0,60}"
_THEY = r"(?:^|[.!?\n;] ?)(?:zij|hij|ze) (?:gaat|woont|blijft|verhuist|zit)\b"
_THEIRS = r"\b(?:zijn|haar) (?:klant|debiteur|telefoon|mobiele|rekening|e-?mail|adres|nieuwe)\w*"
_OWN = (
    r"\b(?:het mijne|ik|mij|mine|die van mij"
    r"|(?:mijn|ons|onze) (?:eigen |nieuwe |oude )?"
    r"(?:eigen|rekening|nummer|telefoon|adres|account|mail|klant|kvk|iban)\w*)"
)
_BEFORE = re.compile(rf"(?i)(?:{KIN}|{_THEY}|{_THEIRS})(?!.{{0,60}}{_OWN}){_BREATH}$")
_AFTER = re.compile(
    rf"(?i),? (?:(?:is|was) (?:het nummer |het adres |die |dat )?)?van {KIN}"
    rf"|[ ]\((?:(?:mijn|de|onze|van)[ ]){{0,2}}{_WHO}(?:[ ][A-Z][\w-]{{1,15}})?\)"
    r"|,? (?:maar )?(?:dat|die|dit) (?:(?:ben|ken) ik niet|is niet van (?:mij|ons))\b"
)
_CALLED = re.compile(
    r"(?i)\b(?:mijn|onze|my|our)\s(?:(?:oude?|nieuwe|vorige)\s)?(?:ex(?:-\w{3,10})?|compagnon|zakenpartner|(?:mede)?vennoot"
    r"|huisgenoot|buur\w{2,5}|collega),?[ ]$"
)
"""Nobody writes for these; for a husband or a mother people do."""
_NEAR = 90  # characters
_ASKED = re.compile(
    rf"(?i)\b(?:gegevens|dossier|account|inzage|administratie)\b[^.!?\n]{{0,30}}\bvan {KIN}"
    rf"|\bwat {KIN}[^.!?\n]{{0,60}}\bbij (?:jullie|u|je)\b"
    rf"|\b(?:van|over) (?:mij|mijzelf|mezelf|ons) en (?:ook )?(?:van |over )?{KIN}"
)


def is_anothers(text: str, begin: int, end: int) -> bool:
    """Whether the words round a value say that it belongs to somebody else than the writer."""
    before, after = text[max(0, begin - _NEAR) : begin], text[end : end + _NEAR]
    return _BEFORE.search(before) is not None or _AFTER.match(after) is not None


def names_a_partner(text: str, name: str) -> bool:
    """Whether a name stands nowhere but behind the word for a partner, an ex or a neighbour: "mijn ex Ad Mol"."""
    before = [text[max(0, match.start() - _NEAR) : match.start()] for match in re.finditer(re.escape(name), text)]
    return bool(before) and all(_CALLED.search(one) for one in before)


def asks_about_kin(text: str) -> bool:
    """Whether it is the data of a relative or a neighbour that somebody asks for."""
    return _ASKED.search(text) is not None

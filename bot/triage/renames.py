"""A person's or company's name that changes, read from plain wordings only: rather none than a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.verdict import StatedCorrection

_WORD_OF_NAME = r"(?:(?:[A-Z]\.){1,4}|[A-ZÀ-Ý][\w'’&-]{0,30}|&|van|de|der|den|het|ter|ten|el)"
_NAME = (
    r"[\"“'‘]?(?:(?i:mevrouw|de heer|mevr\.|dhr\.) )?"
    rf"((?=\W?[A-ZÀ-Ývdht]){_WORD_OF_NAME}(?: {_WORD_OF_NAME}){{0,5}})[\"”'’]?"
)
_PERSON_NAMED = r"(?:achternaam|voornaam|roepnaam|geslachtsnaam|naam|surname|last name|first name|name|contactpersoon)"
_COMPANY_NAMED = (
    r"(?:bedrijfsnaam|handelsnaam|firmanaam|naam van (?:ons|het|mijn|de) (?:bedrijf|zaak|stichting|onderneming)"
    r"|company name|trade name|business name|name of (?:our|the|my) (?:company|business))"
)
_NAMED = rf"(?:{_COMPANY_NAMED}|{_PERSON_NAMED})"
_NEW_WORD = r"(?:nieuwe?|juiste|correcte|goede|new|correct|right)"
_NOW = r"(?:voortaan |nu |weer |officieel |gewoon |now |officially )?"

_FROM_TO = re.compile(rf"\b(?i:van|from):? {_NAME} (?i:naar|in|to) {_NAME}")
_NOT_BUT = re.compile(rf"\b(?i:niet|not) {_NAME},? (?i:maar|but) {_NAME}")
_MUST_BE = re.compile(
    rf"{_NAME}[,.;:]?\s{{1,2}}(?i:dit |dat |it |this )?(?i:moet zijn|should be"
    rf"|dient te zijn):? ?{_NAME}"
)
_REPLACED = re.compile(
    rf"{_NAME} (?:[a-z]{{1,12}} ){{0,5}}(?i:te vervangen door|vervangen door|veranderen in"
    rf"|replaced by) {_NAME}"
)
_YES_NOT_NO = re.compile(rf"{_NAME},? (?:en |and )?(?i:niet|not|in plaats van|instead of) {_NAME}")
_INSTEAD = re.compile(rf"{_NAME},? (?:en |and )?(?i:niet (?:meer|langer)|i\.?p\.?v\.?) {_NAME}")
_OF_A_PLACE = re.compile(r"(?i)\b(?:plaats\w*|woon\w*|adres\w*|straat\w*|stad|dorp|postcode|verhui\w*)|\d{3}")
_CHANGES = (_FROM_TO, _NOT_BUT, _MUST_BE, _REPLACED)
_NEW_NAME = (
    re.compile(rf"\b(?i:{_NEW_WORD} {_NAMED} (?:is|wordt|luidt|will be)):? (?i:{_NOW}){_NAME}"),
    re.compile(
        rf"\b(?i:{_NAMED} (?:wordt|moet worden|moet zijn|is nu|is voortaan|is now|must become|becomes|should be"
        rf"|must be)):?"
        rf" (?i:{_NOW}){_NAME}"
    ),
    re.compile(rf"\b(?i:{_NAMED} (?:moet|hoort)) {_NAME} (?i:te zijn|zijn|worden)\b"),
    re.compile(
        rf"\b(?i:(?:wijzig|verander|pas|change|update|correct) (?:\w{{1,8}} )?{_NAMED} (?:aan )?(?:in|naar"
        rf"|to)) {_NAME}"
    ),
    re.compile(
        rf"\b(?i:{_NAMED} (?:\w{{1,8}} ){{0,2}}(?:wijzigen|veranderen|aanpassen|changed|corrected) (?:in|naar"
        rf"|to)) {_NAME}"
    ),
    re.compile(rf"\b(?i:(?:bedrijf|zaak|stichting|onderneming|vereniging) heet (?:voortaan|nu|inmiddels)) {_NAME}"),
    re.compile(rf"\b(?i:(?:dat|dit|het|it|that|this) (?:moet zijn|moet worden|hoort te zijn|should be)):? {_NAME}"),
)
"""Wordings that give only the new name. The last one names no field: the words before it must."""

_CALLED = re.compile(rf"\b(?i:ik heet|wij heten|we heten|heet ik|i am called|naam is|name is) ((?i:{_NOW})){_NAME}")
_NOT_MERELY = re.compile(r"(?i)[^.!?\n]{0,50}\b(?:maar|niet|i\.?p\.?v|in plaats van|but|not|instead of)\b")
"""Behind a name: it is not just how somebody introduces himself."""
_CHANGED = re.compile(
    r"(?i)\b(?:naam|name) (?:\w{1,12} ){0,3}(?:veranderd?|veranderen|gewijzigd|wijzigen|changed?|verkeerd|fout|wrong)\b"
)
_COMPANY_WORDS = re.compile(
    r"\b(?:handelsnaam|bedrijfsnaam|bedrijf|company|trade name|business name|firma|firmanaam|stichting|onderneming"
    r"|b\.?v\.?|licentie staat)\b",
    re.IGNORECASE,
)
_NAME_WORDS = re.compile(
    r"\b(?:naam|achternaam|voornaam|name|surname|heet|getrouwd|gescheiden|huwelijk|contactpersoon|eigenaar)\b",
    re.IGNORECASE,
)
_PERSON_WORDS = re.compile(r"(?i)\b(?:achternaam|voornaam|contactpersoon|surname|first name|last name|eigenaar)\b")
_CHANGE_WORDS = re.compile(
    r"(?i)\b(?:wijzig\w{0,4}|aanpass\w{0,3}|pas|verander\w{0,3}|verbeter\w{0,3}|change"
    r"|update|correct|berichtig\w{0,3})\b"
)
_LEGAL_FORM = re.compile(r"(?i)(?:b\.?v|n\.?v|v\.?o\.?f|u\.a|ltd|inc|gmbh|llc)\.?")
_TITLES = frozenset(
    ("st", "nr", "no", "dr", "drs", "ir", "ing", "mr", "mw", "prof", "ds", "gebr", "fa", "wed", "co", "zn")
)
_NO_NAME_WORDS = """
willen wilt wil kunt kun kunnen kan graag alvast bedankt dank met groet please could can thanks thank would ik wij we
u jullie dat dit is zou zouden mijn ons onze en pas verander wijzig doe ook niet geen not nee ja maar als hoi hallo
beste geachte dear hi hello regards kind my our your the a this that it i also and all alle alles gelieve voer zet
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
"""Words with which a sentence begins and no name goes on."""
_GOES_ON = re.compile(
    r" (?:\d|(?!(?:met|per|vanaf|en|in|niet|i\.?p\.?v|sinds|dus|graag|voor|want|omdat|maar|zijn|worden|te zijn|as|from"
    r"|since|instead|not|effective|and|staan|aan|ipv|geworden|heten|rather)\b)[a-z])"
)
"""A name that is not over: a house number, or a word written small ("Bakkerij de Gouden korst")."""
_BESIDE = 12  # characters before "naam is" in which "bedrijfs" or "company" stands
_NEAR = 90  # characters before a change in which its field is named


def renames(text: str) -> Iterator[StatedCorrection]:
    """The one name that changes, old and new. Of "Vermeer, niet Vermeeer" the first is right."""
    for patterns, finder in _WORDINGS:
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            if found := finder(text, match):
                yield found
                return
    for called in _CALLED.finditer(text):
        new = tidied(called.group(2))
        if new and _CHANGE_WORDS.search(text) and _surely_changed(text, called):
            company = _COMPANY_WORDS.search(text[max(0, called.start() - _BESIDE) : called.end()])
            yield StatedCorrection("company" if company else "name", None, new)
            return


def _surely_changed(text: str, called: re.Match[str]) -> bool:
    """Whether "ik heet X" says how it should be written from now on, and does not only introduce X."""
    before = text[max(0, called.start() - _NEAR) : called.start() + 4]
    return bool(called.group(1) or _NOT_MERELY.match(text, called.end()) or _CHANGED.search(before))


def _old_and_new(text: str, match: re.Match[str]) -> StatedCorrection | None:
    house_number = re.match(r" \d", text[match.end(2) : match.end(2) + 2])
    return None if house_number else _stated(text, match, match.group(1), match.group(2))


def _new_and_old(text: str, match: re.Match[str]) -> StatedCorrection | None:
    return _stated(text, match, match.group(2), match.group(1))


def _new_instead_of_old(text: str, match: re.Match[str]) -> StatedCorrection | None:
    """As people say of towns and streets too: of those it is no name."""
    around = text[max(0, match.start() - _NEAR) : match.end() + 10]
    return None if _OF_A_PLACE.search(around) else _new_and_old(text, match)


def _only_new(text: str, match: re.Match[str]) -> StatedCorrection | None:
    stated = _stated(text, match, None, match.group(1))
    whole = stated and stated.new and match.group(1).endswith(stated.new)
    return None if whole and _GOES_ON.match(text, match.end(1)) else stated


def _stated(text: str, match: re.Match[str], old: str | None, new: str) -> StatedCorrection | None:
    field, value = _field(text, match), tidied(new)
    return StatedCorrection(field, tidied(old) if old else None, value) if field and value else None


def _field(text: str, match: re.Match[str]) -> str | None:
    around = text[max(0, match.start() - _NEAR) : match.end() + 10]
    company = [found.end() for found in _COMPANY_WORDS.finditer(around)]
    person = [found.end() for found in _PERSON_WORDS.finditer(around)]
    if company and max(company) > max(person, default=-1):
        return "company"
    return "name" if person or _NAME_WORDS.search(around) else None


_WORDINGS = (
    (_CHANGES, _old_and_new),
    ((_YES_NOT_NO,), _new_and_old),
    ((_INSTEAD,), _new_instead_of_old),
    (_NEW_NAME, _only_new),
)


def tidied(value: str) -> str | None:
    """The words of a name up to the end of its sentence, initials and legal forms kept; None if none is left."""
    kept: list[str] = []
    for word in value.split():
        if word.lower().strip("\"“'‘") in _NO_NAME or (kept and _ends(kept[-1], first=len(kept) == 1)):
            break
        kept.append(word)
    name = " ".join(kept).strip(" ,\"“”‘’'")
    if not re.search(r"[.][A-Z][.]$|\b[A-Z][.]$", name):
        name = name.rstrip(" .")
    only_form = _LEGAL_FORM.fullmatch(name) is not None
    return name if not only_form and any(word[0].isupper() for word in name.split()) else None


def _ends(word: str, *, first: bool) -> bool:
    """Whether a sentence or a company's name ends with this word, which others follow."""
    if _LEGAL_FORM.fullmatch(word):
        return not first
    return word.endswith(".") and len(word) > 2 and "." not in word[:-1] and word[:-1].lower() not in _TITLES
